/**
 * The guarded SFTP client: the only way to partners' folders. One connection is kept and renewed on need; every operation has a
 * deadline, after which the connection is thrown away, because a session that went silent does not come back.
 */
import { Fault } from '#core/fault.ts'
import type { Log } from '#core/ports.ts'
import type { SftpSession, SftpTransport } from '../contract/transport.ts'
import { checkedFolder, remotePath } from './remote-names.ts'
import { openConnection } from './sftp-connection.ts'
import {
  listFiles,
  moveFile,
  readFile,
  readPart,
  renameOver,
  SFTP_STATUS,
  statFile,
  statusOf,
  writeTemporary,
} from './sftp-files.ts'
import type { OpenConnection, SftpTarget } from './sftp-connection.ts'

export type SftpTransportOptions = SftpTarget & {
  /** Connect, key exchange and login. Default 15,000. */
  connectTimeoutMs?: number
  /** One operation: a listing, a read, a publish. Default 30,000. */
  operationTimeoutMs?: number
  /** Most names in one folder. Default 10,000. */
  maxEntries?: number
  /** The connection is closed when nothing was asked of it for so long. Default 60,000. */
  idleMs?: number
  log?: Pick<Log, 'warn'>
}

/** Connects on the first operation. `close` ends the session after the operations under way. */
export function createSftpTransport(options: SftpTransportOptions): SftpTransport & { close: () => Promise<void> } {
  if (options.hostKeySha256.length === 0) {
    throw new Fault('config', { code: 'sftp.host-key', message: 'the connection pins no host key' })
  }
  const link = new Link(options)
  const session = sessionOver(link, options)
  return { session: (work) => work(session), close: () => link.close() }
}

function sessionOver(link: Link, options: SftpTransportOptions): SftpSession {
  const warnBadName = (folder: string) =>
    options.log?.warn('a file at the partner has a name that is not a plain name and was left alone', { folder })
  return {
    list: async (folder) => {
      checkedFolder(folder)
      return link.run(`list ${folder}`, (open) => listFiles(open, folder, options.maxEntries ?? 10_000, warnBadName))
    },
    read: async (folder, name, maxBytes) => {
      remotePath(folder, name)
      return link.run(`read ${name}`, (open) => readFile(open, folder, name, maxBytes))
    },
    readPart: async (folder, name, offset, length) => {
      remotePath(folder, name)
      return link.run(`read ${name}`, (open) => readPart(open, folder, name, offset, length))
    },
    stat: async (folder, name) => {
      remotePath(folder, name)
      return link.run(`stat ${name}`, (open) => statFile(open, folder, name))
    },
    move: async (folder, name, toFolder) => {
      remotePath(folder, name)
      return link.run(`move ${name}`, (open) => moveFile(open, folder, name, toFolder))
    },
    publish: async (folder, name, bytes) => {
      remotePath(folder, name)
      const step = { renaming: false }
      const publish = async (open: OpenConnection) => {
        const temporary = await writeTemporary(open, folder, name, bytes)
        step.renaming = true
        await renameOver(open, folder, temporary, name, bytes)
      }
      try {
        await link.run(`publish ${name}`, publish)
      } catch (error) {
        throw step.renaming ? afterRename(error, name) : error
      }
    },
  }
}

/** Until the rename nothing is visible to the partner; after it was asked for, only a plain refusal proves that it did not happen. */
function afterRename(error: unknown, name: string): unknown {
  const refused = error instanceof Fault && error.code !== 'sftp.lost'
  if (refused) return error
  return new Fault('unknownOutcome', {
    code: 'sftp.lost-at-rename',
    message: `the connection was lost while ${name} was being renamed`,
  })
}

/** The one connection and the order of work on it: an SFTP session is used for one thing at a time. */
class Link {
  readonly #options: SftpTransportOptions
  #open: OpenConnection | undefined
  #queue: Promise<unknown> = Promise.resolve()
  #idle: NodeJS.Timeout | undefined

  constructor(options: SftpTransportOptions) {
    this.#options = options
  }

  run<T>(name: string, operation: (open: OpenConnection) => Promise<T>): Promise<T> {
    const result = this.#queue.then(() => this.#runNow(name, operation))
    this.#queue = result.catch(() => {})
    return result
  }

  async close(): Promise<void> {
    await this.#queue
    this.#drop()
  }

  async #runNow<T>(name: string, operation: (open: OpenConnection) => Promise<T>): Promise<T> {
    clearTimeout(this.#idle)
    try {
      const open = await this.#connected()
      return await withDeadline(operation(open), this.#options.operationTimeoutMs ?? 30_000)
    } catch (error) {
      const fault = operationFault(error, name)
      if (fault.code === 'sftp.lost') this.#drop()
      throw fault
    } finally {
      this.#idle = setTimeout(() => this.#drop(), this.#options.idleMs ?? 60_000).unref()
    }
  }

  async #connected(): Promise<OpenConnection> {
    if (this.#open?.closed() === true) this.#drop()
    this.#open ??= await openConnection(this.#options, this.#options.connectTimeoutMs ?? 15_000)
    return this.#open
  }

  #drop(): void {
    clearTimeout(this.#idle)
    this.#open?.destroy()
    this.#open = undefined
  }
}

class DeadlinePassed extends Error {}

async function withDeadline<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined
  const deadline = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new DeadlinePassed('deadline passed')), timeoutMs)
  })
  try {
    return await Promise.race([work, deadline])
  } finally {
    clearTimeout(timer)
  }
}

/** What an operation's failure means. An SFTP status is the partner's answer; anything else means that the connection is gone. */
function operationFault(error: unknown, name: string): Fault {
  if (error instanceof Fault) return error
  switch (statusOf(error)) {
    case SFTP_STATUS.noSuchFile:
      return new Fault('config', { code: 'sftp.no-such-folder', message: `${name}: no such folder or file` })
    case SFTP_STATUS.permissionDenied:
      return new Fault('config', { code: 'sftp.permission', message: `${name}: the login has no permission` })
    case undefined:
      return new Fault('transient', { code: 'sftp.lost', message: `${name}: the connection was lost or went silent` })
    default:
      return new Fault('transient', {
        code: 'sftp.refused',
        message: `${name}: the partner's server answered a failure`,
      })
  }
}
