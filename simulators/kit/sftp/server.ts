/** A real SFTP server in this process (ssh2's server side) over one folder, with a host key of its own. */
import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import { realpath } from 'node:fs/promises'
import { createServer, type AddressInfo } from 'node:net'
import ssh2 from 'ssh2'
import type { AuthContext, Connection, PublicKeyAuthContext } from 'ssh2'
import { freshKeyPair } from './keys.ts'
import { serveSession } from './session.ts'

const { Server, utils } = ssh2

export type SftpLogin = {
  username: string
  /** One of the two or both. */
  password?: string
  /** Lines as in OpenSSH's authorized_keys. */
  publicKeys?: readonly string[]
}

export type SftpServerOptions = {
  folder: string
  login: SftpLogin
  /** Private key in OpenSSH format; a fresh ed25519 key by default. */
  hostKey?: string
  host?: string
  /** Default 0: a free one. */
  port?: number
}

export type SftpServer = {
  host: string
  port: number
  /** `SHA256:…` as `ssh-keygen -lf` prints it. */
  hostKeySha256: string
  /** Cuts every connection at once, as a network failure would. */
  cutConnections: () => void
  close: () => Promise<void>
}

export async function startSftpServer(options: SftpServerOptions): Promise<SftpServer> {
  const root = await realpath(options.folder)
  const hostKey = options.hostKey ?? freshKeyPair().private
  const connections = new Set<Connection>()
  const server = new Server({ hostKeys: [hostKey] }, (connection) => {
    connections.add(connection)
    connection.on('close', () => connections.delete(connection))
    connection.on('error', () => {})
    connection.on('authentication', (attempt) => {
      if (isAllowed(attempt, options.login)) attempt.accept()
      else attempt.reject(['password', 'publickey'])
    })
    connection.on('session', (accept) => accept().on('sftp', (acceptSftp) => serveSession(acceptSftp(), root)))
  })
  // SFTP is question and answer in small packets: with Nagle's algorithm each waits 40 ms for the other side's ACK.
  const listener = createServer({ noDelay: true }, (socket) => server.injectSocket(socket))
  listener.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  await once(listener, 'listening')
  const { address, port } = listener.address() as AddressInfo
  const cutConnections = () => {
    for (const connection of connections) connection.end()
  }
  const close = async () => {
    const closed = once(listener, 'close')
    listener.close()
    cutConnections()
    await closed
  }
  return { host: address, port, hostKeySha256: fingerprintOf(hostKey), cutConnections, close }
}

/** SHA-256 over the public key's wire form, base64 without padding. */
function fingerprintOf(privateKey: string): string {
  const key = utils.parseKey(privateKey)
  if (key instanceof Error) throw key
  const digest = createHash('sha256').update(key.getPublicSSH()).digest('base64')
  return `SHA256:${digest.replace(/=+$/, '')}`
}

function isAllowed(attempt: AuthContext, login: SftpLogin): boolean {
  const known = isSame(attempt.username, login.username)
  if (attempt.method === 'password')
    return login.password !== undefined && isSame(attempt.password, login.password) && known
  if (attempt.method === 'publickey') return known && (login.publicKeys ?? []).some((line) => provesKey(attempt, line))
  return false
}

/** Without a signature the client only asks whether the key would do; with one it proves that it holds it. */
function provesKey(attempt: PublicKeyAuthContext, line: string): boolean {
  const key = utils.parseKey(line)
  if (key instanceof Error) throw key
  if (key.type !== attempt.key.algo || !key.getPublicSSH().equals(attempt.key.data)) return false
  if (attempt.signature === undefined || attempt.blob === undefined) return true
  // ssh2 gives an Error back, and does not throw it, for a signature it cannot read.
  const proof: unknown = key.verify(attempt.blob, attempt.signature, attempt.hashAlgo)
  return proof === true
}

function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest()
  return timingSafeEqual(digest(given), digest(wanted))
}
