/**
 * Two SFTP partners for tests, each over a temporary folder of its own: one in this process (ssh2's server side), and a real
 * OpenSSH server where the machine has one.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer, connect } from 'node:net'
import type { AddressInfo } from 'node:net'
import { tmpdir, userInfo } from 'node:os'
import { join } from 'node:path'
import ssh2 from 'ssh2'
import { freshKeyPair } from '#simulators/kit/sftp/keys.ts'
import { hostKeyFingerprint } from './sftp-connection.ts'
import { serveFolder } from './test-sftp-folder.ts'
import type { FolderManners } from './test-sftp-folder.ts'
import type { SftpTarget } from './sftp-connection.ts'

const { Server } = ssh2

export type TestSftpServer = {
  target: SftpTarget
  /** The folder that the partner's files lie in; remote paths are this path and below. */
  root: string
  /** How often a client tried to log in, and with what. */
  logins: { username: string; method: string; password?: string }[]
  /** Cuts every connection, as a firewall would. */
  cut: () => void
} & AsyncDisposable

export const SSHD = '/usr/sbin/sshd'

/** Whether the OpenSSH tests run. CI sets CROSSDOCK_REQUIRE_SERVERS=1: there a missing server is a failure. */
export function hasOpenSsh(): boolean {
  if (existsSync(SSHD)) return true
  if (process.env['CROSSDOCK_REQUIRE_SERVERS'] === '1') throw new Error(`${SSHD} is required here and is missing`)
  return false
}

const fingerprintOf = (publicKey: string): string =>
  hostKeyFingerprint(Buffer.from(publicKey.split(' ')[1] ?? '', 'base64'))

/** ssh2's server side, which knows no posix-rename extension. Password `right`. */
export async function inProcessSftpServer(manners: FolderManners = {}): Promise<TestSftpServer> {
  const root = await mkdtemp(join(tmpdir(), 'crossdock-sftp-'))
  const hostKey = freshKeyPair()
  const logins: TestSftpServer['logins'] = []
  const sockets = new Set<{ end: () => void }>()
  const server = new Server({ hostKeys: [hostKey.private] }, (client) => {
    sockets.add(client)
    client.on('error', () => {})
    client.on('close', () => sockets.delete(client))
    client.on('authentication', (auth) => {
      const password = auth.method === 'password' ? auth.password : undefined
      logins.push({ username: auth.username, method: auth.method, ...(password === undefined ? {} : { password }) })
      if (password === 'right') auth.accept()
      else auth.reject(['password'])
    })
    client.on('session', (accept) => accept().on('sftp', (acceptSftp) => serveFolder(acceptSftp(), manners)))
  })
  // A listener of our own, because ssh2's does not turn Nagle's algorithm off: each answer would wait 40 ms.
  const listener = createServer({ noDelay: true }, (socket) => server.injectSocket(socket))
  listener.listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const { port } = listener.address() as AddressInfo
  const cut = () => {
    for (const socket of sockets) socket.end()
  }
  return {
    target: {
      host: '127.0.0.1',
      port,
      username: 'partner',
      password: () => 'right',
      hostKeySha256: [fingerprintOf(hostKey.public)],
      allowPrivateAddresses: true,
    },
    root,
    logins,
    cut,
    [Symbol.asyncDispose]: async () => {
      cut()
      listener.close()
      await rm(root, { recursive: true, force: true })
    },
  }
}

/** A real sshd on a free loopback port, run as the present user, with a host key and a user key made for it. */
export async function openSshServer(): Promise<TestSftpServer> {
  const root = await mkdtemp(join(tmpdir(), 'crossdock-sshd-'))
  const home = join(root, 'files')
  await mkdir(home)
  // sshd started by root wants its privilege separation folder, which Debian makes at boot.
  if (userInfo().uid === 0) await mkdir('/run/sshd', { recursive: true, mode: 0o755 })
  const hostKey = freshKeyPair()
  const userKey = freshKeyPair()
  await writeFile(join(root, 'host_key'), hostKey.private, { mode: 0o600 })
  await writeFile(join(root, 'authorized_keys'), `${userKey.public}\n`, { mode: 0o600 })
  const port = await freePort()
  await writeFile(join(root, 'sshd_config'), sshdConfig(root, port))
  const sshd = spawn(SSHD, ['-D', '-e', '-f', join(root, 'sshd_config')], { stdio: ['ignore', 'ignore', 'pipe'] })
  let said = ''
  sshd.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await listening(port, () => {
    if (sshd.exitCode !== null) throw new Error(`sshd did not start: ${said}`)
  })
  return {
    target: {
      host: '127.0.0.1',
      port,
      username: userInfo().username,
      privateKey: () => userKey.private,
      hostKeySha256: [fingerprintOf(hostKey.public)],
      allowPrivateAddresses: true,
    },
    root: home,
    logins: [],
    cut: () => sshd.kill('SIGHUP'),
    [Symbol.asyncDispose]: async () => {
      const ended = once(sshd, 'exit')
      sshd.kill('SIGKILL')
      await ended
      await rm(root, { recursive: true, force: true })
    },
  }
}

const sshdConfig = (root: string, port: number): string => `
ListenAddress 127.0.0.1
Port ${port}
HostKey ${root}/host_key
AuthorizedKeysFile ${root}/authorized_keys
PidFile none
UsePAM no
StrictModes no
PasswordAuthentication no
KbdInteractiveAuthentication no
PubkeyAuthentication yes
PermitRootLogin prohibit-password
Subsystem sftp internal-sftp
`

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  return port
}

async function listening(port: number, stillAlive: () => void): Promise<void> {
  for (let attempt = 0; attempt < 1_000; attempt++) {
    stillAlive()
    const socket = connect({ host: '127.0.0.1', port })
    const open = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true))
      socket.once('error', () => resolve(false))
    })
    socket.destroy()
    if (open) return
    await new Promise((done) => setTimeout(done, 50))
  }
  throw new Error('sshd does not listen')
}
