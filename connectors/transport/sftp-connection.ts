/**
 * One SSH connection to a partner, kept and renewed. The host key is compared with the pinned ones before any credential is
 * sent (ssh2 takes every key unless it is asked to check), and only modern algorithms are offered (Terrapin needs strict key
 * exchange or AES-GCM; both are preferred).
 */
import { createHash } from 'node:crypto'
import { connect } from 'node:net'
import SftpClient from 'ssh2-sftp-client'
import type { Socket } from 'node:net'
import type { ConnectOptions } from 'ssh2-sftp-client'
import type { SFTPWrapper } from 'ssh2'
import { Fault } from '#core/fault.ts'
import { AddressRefused, resolveChecked } from './addresses.ts'
import type { Resolver } from './addresses.ts'

export type SftpTarget = {
  host: string
  port: number
  username: string
  /** One of the two. Functions, so that a secret is held by nobody and a renewed one is used at the next connect. */
  password?: () => string
  privateKey?: () => string
  /** `SHA256:…` as `ssh-keygen -lf` prints it; one of them must match. */
  hostKeySha256: string[]
  allowPrivateAddresses: boolean
  resolver?: Resolver
}

export type OpenConnection = { client: SftpClient; wrapper: SFTPWrapper; closed: () => boolean; destroy: () => void }

const ALGORITHMS: NonNullable<ConnectOptions['algorithms']> = {
  kex: [
    'curve25519-sha256',
    'curve25519-sha256@libssh.org',
    'ecdh-sha2-nistp256',
    'ecdh-sha2-nistp384',
    'ecdh-sha2-nistp521',
    'diffie-hellman-group16-sha512',
    'diffie-hellman-group18-sha512',
  ],
  serverHostKey: [
    'ssh-ed25519',
    'ecdsa-sha2-nistp256',
    'ecdsa-sha2-nistp384',
    'ecdsa-sha2-nistp521',
    'rsa-sha2-512',
    'rsa-sha2-256',
  ],
  cipher: ['aes256-gcm@openssh.com', 'aes128-gcm@openssh.com', 'aes256-ctr', 'aes128-ctr'],
  hmac: ['hmac-sha2-256-etm@openssh.com', 'hmac-sha2-512-etm@openssh.com', 'hmac-sha2-256', 'hmac-sha2-512'],
  compress: ['none'],
}

/** `SHA256:…` of a public host key blob, as OpenSSH prints it: base64 without padding. */
export function hostKeyFingerprint(key: Buffer): string {
  return `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`
}

/** Connects and logs in. Throws a Fault: `config` (host key, address), `auth`, or `transient`. */
export async function openConnection(target: SftpTarget, timeoutMs: number): Promise<OpenConnection> {
  let closed = false
  let shown: string | undefined
  const end = () => {
    closed = true
  }
  const client = new SftpClient('partner', { error: end, end, close: end })
  const socket = await openSocket(target, timeoutMs)
  try {
    const wrapper = await client.connect({
      sock: socket,
      host: target.host,
      username: target.username,
      ...(target.password === undefined ? {} : { password: target.password() }),
      ...(target.privateKey === undefined ? {} : { privateKey: target.privateKey() }),
      readyTimeout: timeoutMs,
      keepaliveInterval: 15_000,
      keepaliveCountMax: 3,
      algorithms: ALGORITHMS,
      hostVerifier: (key: Buffer) => {
        shown = hostKeyFingerprint(key)
        return target.hostKeySha256.includes(shown)
      },
    })
    wrapper.once('close', end)
    return {
      client,
      wrapper,
      closed: () => closed || socket.destroyed,
      // Not client.end(): it waits for a partner that may be silent.
      destroy: () => socket.destroy(),
    }
  } catch (error) {
    socket.destroy()
    throw connectFault(error, target, shown)
  }
}

async function openSocket(target: SftpTarget, timeoutMs: number): Promise<Socket> {
  try {
    const [address] = await resolveChecked(target.host, target.allowPrivateAddresses, target.resolver)
    const socket = connect({ host: address?.address ?? '', port: target.port, noDelay: true })
    return await new Promise((connected, failed) => {
      const giveUp = setTimeout(() => socket.destroy(new Error('timeout')), timeoutMs)
      socket.once('connect', () => connected(socket))
      socket.once('error', failed)
      socket.once('close', () => clearTimeout(giveUp))
      socket.once('connect', () => clearTimeout(giveUp))
    })
  } catch (error) {
    if (error instanceof AddressRefused) throw new Fault('config', { code: 'sftp.address', message: error.message })
    throw new Fault('transient', { code: 'sftp.unreachable', message: `${target.host} could not be reached` })
  }
}

/** Only our own words: the client's error text can quote what the server or the login sent. */
function connectFault(error: unknown, target: SftpTarget, shown: string | undefined): Fault {
  const level = error instanceof Error && 'level' in error ? error.level : undefined
  const text = error instanceof Error ? error.message : ''
  if (shown !== undefined && !target.hostKeySha256.includes(shown)) {
    return new Fault('config', {
      code: 'sftp.host-key',
      message: `${target.host} showed the host key ${shown}, which is not one of the pinned keys`,
    })
  }
  if (level === 'client-authentication' || /authentication methods failed/i.test(text)) {
    return new Fault('auth', { code: 'sftp.login', message: `${target.host} refused the login of ${target.username}` })
  }
  if (/privateKey/i.test(text)) {
    return new Fault('config', {
      code: 'sftp.private-key',
      message: 'the private key of the connection cannot be read',
    })
  }
  if (/no matching|handshake failed/i.test(text)) {
    return new Fault('config', { code: 'sftp.algorithms', message: `${target.host} offers no modern algorithm` })
  }
  return new Fault('transient', { code: 'sftp.connect', message: `the SSH connection to ${target.host} failed` })
}
