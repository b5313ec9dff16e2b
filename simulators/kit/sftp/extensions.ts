/**
 * Offers `posix-rename@openssh.com`, as OpenSSH does. ssh2's server side answers extended requests but has no setting to announce
 * them, and clients do not use what was not announced; so the pairs are added to the one VERSION packet as it goes out.
 */
import type { SFTPWrapper } from 'ssh2'

/** SSH_FXP_VERSION, protocol version 3, without extensions: exactly what ssh2 sends. */
const PLAIN_VERSION = Buffer.from([0, 0, 0, 5, 2, 0, 0, 0, 3])

/** The parts of ssh2 1.17 that are used here and not in its types. */
type Insides = {
  _protocol: { channelData: (channel: number, payload: Buffer) => void }
  outgoing: { id: number; window: number }
}

/** Call it when the session is accepted, before the client's first packet is read. */
export function announceExtensions(sftp: SFTPWrapper, extensions: Readonly<Record<string, string>>): void {
  const { _protocol: protocol, outgoing } = sftp as unknown as Insides
  const send = protocol.channelData.bind(protocol)
  protocol.channelData = (channel, payload) => {
    if (channel !== outgoing.id || !PLAIN_VERSION.equals(payload)) return send(channel, payload)
    const whole = withExtensions(extensions)
    outgoing.window -= whole.length - payload.length
    send(channel, whole)
  }
}

function withExtensions(extensions: Readonly<Record<string, string>>): Buffer {
  const pairs = Object.entries(extensions).flatMap(([name, data]) => [sshString(name), sshString(data)])
  const whole = Buffer.concat([PLAIN_VERSION, ...pairs])
  whole.writeUInt32BE(whole.length - 4)
  return whole
}

function sshString(text: string): Buffer {
  const bytes = Buffer.from(text)
  const length = Buffer.alloc(4)
  length.writeUInt32BE(bytes.length)
  return Buffer.concat([length, bytes])
}

/** Reads `count` strings from an extended request's data; undefined when it is too short. */
export function readSshStrings(data: Buffer, count: number): string[] | undefined {
  const texts: string[] = []
  let at = 0
  while (texts.length < count) {
    if (at + 4 > data.length) return undefined
    const end = at + 4 + data.readUInt32BE(at)
    if (end > data.length) return undefined
    texts.push(data.toString('utf8', at + 4, end))
    at = end
  }
  return texts
}
