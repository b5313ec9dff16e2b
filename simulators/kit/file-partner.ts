/**
 * A partner that trades files in folders: it serves in/, out/ and archive/ by SFTP, takes what is whole, and lays down what it has to
 * say, politely or not. What the files mean is the business of the partner that uses it.
 */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chance } from './chance.ts'
import { ExchangeFolder } from './exchange-folder.ts'
import { startSftpServer, type SftpLogin, type SftpServer } from './sftp/server.ts'
import { Tally } from './tally.ts'
import { Watch } from './watch.ts'

/** Shares are chances from 0 to 1, drawn for each file on its own. */
export type FileManners = {
  /** Files written in two pieces under their final name, with a pause of `halfWrittenMs` in between. */
  halfWritten: number
  halfWrittenMs: number
  /** Files that appear a second time under another name, byte for byte. */
  duplicateFiles: number
  /** Files that are accompanied by one that is of no known format. */
  garbageFile: number
}

export const GOOD_FILE_MANNERS: FileManners = { halfWritten: 0, halfWrittenMs: 200, duplicateFiles: 0, garbageFile: 0 }

export type FilePartnerOptions = {
  login: SftpLogin
  manners: FileManners
  random: () => number
  /** Hears of each whole file in in/. */
  take: (name: string, bytes: Uint8Array) => void
  /** How often in/ is looked at. Default 20 ms. */
  pollMs?: number
}

export type FilePartner = {
  /** The folder on this machine that holds in/, out/ and archive/; remote paths are /in, /out, /archive. */
  folder: string
  sftp: Pick<SftpServer, 'host' | 'port' | 'hostKeySha256' | 'cutConnections'>
  /** Lays a file into out/, by the manners. */
  lay: (name: string, bytes: Uint8Array) => void
  /** Files laid into out/: `whole`, `halfWritten`, `copy`, `garbage`. */
  filesOut: () => Record<string, number>
  troubles: string[]
  /** Resolves to true when in/ is empty, every file lies whole in out/ and `quiet` holds; to false after `timeoutMs`. */
  settled: (quiet: () => boolean, timeoutMs: number) => Promise<boolean>
  /** Stops and removes the folder. */
  close: () => Promise<void>
}

export async function startFilePartner(options: FilePartnerOptions): Promise<FilePartner> {
  const { login, manners, random, take } = options
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-partner-'))
  const exchange = await ExchangeFolder.open(folder)
  const server = await startSftpServer({ folder, login })
  const troubles: string[] = []
  const onTrouble = (trouble: string): void => void troubles.push(trouble)
  const watch = new Watch(exchange, { take }, options.pollMs ?? 20, onTrouble)
  const filesOut = new Tally()
  const laying = new Set<Promise<void>>()

  const layNow = async (name: string, bytes: Uint8Array): Promise<void> => {
    if (chance(random, manners.garbageFile)) {
      await exchange.publish(`garbage_${name}`, Buffer.from('502 Bad Gateway\u0000\n'))
      filesOut.add('garbage')
    }
    if (chance(random, manners.halfWritten)) {
      await exchange.publishInHalves(name, bytes, manners.halfWrittenMs)
      filesOut.add('halfWritten')
    } else {
      await exchange.publish(name, bytes)
      filesOut.add('whole')
    }
    if (!chance(random, manners.duplicateFiles)) return
    await exchange.publish(name.replace(/(\.\w+)$/, '_again$1'), bytes)
    filesOut.add('copy')
  }

  return {
    folder,
    sftp: server,
    lay: (name, bytes) => {
      const work = layNow(name, bytes)
        .catch((error: unknown) => onTrouble(error instanceof Error ? error.message : `${name} could not be laid out`))
        .finally(() => laying.delete(work))
      laying.add(work)
    },
    filesOut: () => filesOut.all(),
    troubles,
    settled: async (quiet, timeoutMs) => {
      for (let waitedMs = 0; !((await watch.idle()) && laying.size === 0 && quiet()); waitedMs += POLL_MS) {
        if (waitedMs >= timeoutMs) return false
        await sleep(POLL_MS)
      }
      return true
    },
    close: async () => {
      await watch.close()
      await Promise.all(laying)
      await server.close()
      await rm(folder, { recursive: true, force: true })
    },
  }
}

const POLL_MS = 5
