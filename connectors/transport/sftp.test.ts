import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'
import { inspect } from 'node:util'
import { describe, expect, test } from 'vitest'
import { Fault } from '#core/fault.ts'
import { createSftpTransport } from './sftp.ts'
import { hasOpenSsh, inProcessSftpServer, openSshServer } from './test-sftp-server.ts'
import type { SftpTransportOptions } from './sftp.ts'

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString()
const bytes = (content: string) => new TextEncoder().encode(content)

const servers: [name: string, start: () => ReturnType<typeof inProcessSftpServer>][] = [
  ['the ssh2 server', inProcessSftpServer],
]
if (hasOpenSsh()) servers.push(['OpenSSH', openSshServer])
else test('OpenSSH is not installed on this machine: its tests run in CI only', () => expect(hasOpenSsh()).toBe(false))

function connected(target: SftpTransportOptions) {
  const transport = createSftpTransport(target)
  return { ...transport, [Symbol.asyncDispose]: () => transport.close() }
}

const faultOf = async (work: Promise<unknown>): Promise<Fault> => {
  const error: unknown = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  )
  if (error instanceof Fault) return error
  throw new Error(`no Fault was thrown: ${inspect(error)}`)
}

describe.each(servers)('with %s', (_, start) => {
  test('a file is published whole, listed, read back and moved to the archive', async () => {
    await using server = await start()
    await using sftp = connected(server.target)
    await sftp.session(async (session) => {
      await session.publish(server.root, 'po-1.edi', bytes('ISA*1~'))
      expect(await readdir(server.root)).toEqual(['po-1.edi'])
      expect(await session.list(server.root)).toMatchObject([{ name: 'po-1.edi', sizeBytes: 6 }])
      expect(text(await session.read(server.root, 'po-1.edi', 100))).toBe('ISA*1~')
      await session.move(server.root, 'po-1.edi', `${server.root}/archive/2026`)
    })
    expect(await readFile(`${server.root}/archive/2026/po-1.edi`, 'utf8')).toBe('ISA*1~')
    expect(await sftp.session((session) => session.stat(server.root, 'po-1.edi'))).toBeUndefined()
  })

  test('a file of several megabytes arrives byte for byte', async () => {
    await using server = await start()
    await using sftp = connected(server.target)
    const large = Buffer.alloc(3_000_001, 'crossdock ')
    await sftp.session((session) => session.publish(server.root, 'large.csv', large))
    const read = await sftp.session((session) => session.read(server.root, 'large.csv', 4_000_000))
    expect(Buffer.from(read).equals(large)).toBe(true)
    expect((await stat(`${server.root}/large.csv`)).size).toBe(3_000_001)
  })

  test('a file is read in parts, in any order, and ends where it ends', async () => {
    await using server = await start()
    await using sftp = connected(server.target)
    const large = Buffer.from(Array.from({ length: 200_000 }, (_, i) => i % 251))
    await writeFile(`${server.root}/large.csv`, large)
    await sftp.session(async (session) => {
      const part = async (offset: number, length: number) =>
        Buffer.from(await session.readPart(server.root, 'large.csv', offset, length))
      expect((await part(150_000, 100_000)).equals(large.subarray(150_000))).toBe(true)
      expect((await part(0, 70_000)).equals(large.subarray(0, 70_000))).toBe(true)
      expect(await part(200_000, 10)).toHaveLength(0)
    })
  })

  test('publishing the same file again is a success and leaves one file', async () => {
    await using server = await start()
    await using sftp = connected(server.target)
    const publish = () => sftp.session((session) => session.publish(server.root, 'po.edi', bytes('same')))
    await publish()
    await publish()
    expect(await readdir(server.root)).toEqual(['po.edi'])
  })

  test('a taken name in the archive gets a number and nothing is overwritten', async () => {
    await using server = await start()
    await using sftp = connected(server.target)
    for (const content of ['first', 'second', 'third']) {
      await writeFile(`${server.root}/a.edi`, content)
      await sftp.session((session) => session.move(server.root, 'a.edi', `${server.root}/done`))
    }
    expect((await readdir(`${server.root}/done`)).sort()).toEqual(['a.edi', 'a.edi.1', 'a.edi.2'])
    expect(await readFile(`${server.root}/done/a.edi`, 'utf8')).toBe('first')
  })

  test('folders and links are not listed as files', async () => {
    await using server = await start()
    await using sftp = connected(server.target)
    await mkdir(`${server.root}/folder`)
    await symlink('/etc/passwd', `${server.root}/link.edi`)
    await writeFile(`${server.root}/real.edi`, 'x')
    const files = await sftp.session((session) => session.list(server.root))
    expect(files.map((file) => file.name)).toEqual(['real.edi'])
  })

  test('a file above the cap and a folder with too many names are refused', async () => {
    await using server = await start()
    await using sftp = connected({ ...server.target, maxEntries: 5 })
    await writeFile(`${server.root}/big`, '0123456789')
    expect(await faultOf(sftp.session((s) => s.read(server.root, 'big', 9)))).toMatchObject({
      kind: 'data',
      code: 'sftp.too-large',
    })
    for (let i = 0; i < 8; i++) await writeFile(`${server.root}/${i}`, '')
    expect(await faultOf(sftp.session((s) => s.list(server.root)))).toMatchObject({ code: 'sftp.folder-too-full' })
  })

  test('a missing folder is a setting to correct, a missing file is told as missing', async () => {
    await using server = await start()
    await using sftp = connected(server.target)
    expect(await faultOf(sftp.session((s) => s.list(`${server.root}/nowhere`)))).toMatchObject({ kind: 'config' })
    expect(await faultOf(sftp.session((s) => s.publish(`${server.root}/nowhere`, 'a', bytes('x'))))).toMatchObject({
      kind: 'config',
    })
    expect(await faultOf(sftp.session((s) => s.read(server.root, 'none', 9)))).toMatchObject({
      code: 'sftp.no-such-file',
    })
    expect(await sftp.session((s) => s.stat(server.root, 'none'))).toBeUndefined()
  })

  test('a file with an evil name is left alone and one of ours is never written', async () => {
    await using server = await start()
    const warned: string[] = []
    await using sftp = connected({ ...server.target, log: { warn: (message) => warned.push(message) } })
    await writeFile(`${server.root}/..\\evil`, 'x')
    await writeFile(`${server.root}/line\nbreak`, 'x')
    expect(await sftp.session((s) => s.list(server.root))).toEqual([])
    expect(warned).toHaveLength(2)
    for (const name of ['../up', '/etc/x', 'a/b', '..', '.', '', 'nul\0', 'a\\b']) {
      expect(await faultOf(sftp.session((s) => s.publish(server.root, name, bytes('x')))), name).toMatchObject({
        code: 'sftp.name',
      })
    }
    expect(await faultOf(sftp.session((s) => s.list(`${server.root}/../..`)))).toMatchObject({ code: 'sftp.folder' })
  })

  test('a host key that is not pinned is refused before any credential is sent', async () => {
    await using server = await start()
    await using sftp = connected({
      ...server.target,
      hostKeySha256: ['SHA256:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'],
    })
    const fault = await faultOf(sftp.session((s) => s.list(server.root)))
    expect(fault).toMatchObject({ kind: 'config', code: 'sftp.host-key' })
    expect(fault.message).toContain(server.target.hostKeySha256[0])
    expect(server.logins).toEqual([])
  })
})

test('a wrong password is an auth fault that does not tell the password', async () => {
  await using server = await inProcessSftpServer()
  await using sftp = connected({ ...server.target, password: () => 'canary-password' })
  const fault = await faultOf(sftp.session((s) => s.list(server.root)))
  expect(fault).toMatchObject({ kind: 'auth', code: 'sftp.login' })
  expect(inspect(fault, { depth: 20, showHidden: true })).not.toContain('canary')
})

test('one connection serves many operations and a cut one is replaced', async () => {
  await using server = await inProcessSftpServer()
  await using sftp = connected(server.target)
  await Promise.all(
    Array.from({ length: 5 }, (_, i) => sftp.session((s) => s.publish(server.root, `${i}`, bytes('x')))),
  )
  const loginsBefore = server.logins.filter((login) => login.method === 'password').length
  expect(loginsBefore).toBe(1)
  server.cut()
  // Until the client has seen the cut, an operation may still go to the dead connection.
  await expect.poll(() => sftp.session((s) => s.list(server.root)).catch(() => []), { timeout: 60_000 }).toHaveLength(5)
  expect(server.logins.filter((login) => login.method === 'password')).toHaveLength(2)
})

test('a server that goes silent ends the operation at its deadline and an unreachable one is transient', async () => {
  const sockets: Socket[] = []
  const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1')
  await once(silent, 'listening')
  const { port } = silent.address() as AddressInfo
  const target = {
    host: '127.0.0.1',
    port,
    username: 'u',
    password: () => 'p',
    hostKeySha256: ['SHA256:x'],
    allowPrivateAddresses: true,
    connectTimeoutMs: 200,
  }
  await using sftp = connected(target)
  expect(await faultOf(sftp.session((s) => s.list('/')))).toMatchObject({ kind: 'transient' })
  for (const socket of sockets) socket.destroy()
  silent.close()
  await once(silent, 'close')
  expect(await faultOf(sftp.session((s) => s.list('/')))).toMatchObject({ kind: 'transient', code: 'sftp.unreachable' })
})

test('a private address is refused unless the connection allows it', async () => {
  await using server = await inProcessSftpServer()
  await using sftp = connected({ ...server.target, allowPrivateAddresses: false })
  expect(await faultOf(sftp.session((s) => s.list(server.root)))).toMatchObject({
    kind: 'config',
    code: 'sftp.address',
  })
  expect(server.logins).toEqual([])
})

test('a connection without a pinned host key cannot be made', () => {
  const target = { host: 'h', port: 22, username: 'u', hostKeySha256: [], allowPrivateAddresses: false }
  expect(() => createSftpTransport(target)).toThrow('pins no host key')
})

test.each(['before', 'after'] as const)(
  'a connection cut %s the rename leaves the outcome unknown',
  async (cutAtRename) => {
    await using server = await inProcessSftpServer({ cutAtRename })
    await using sftp = connected(server.target)
    const fault = await faultOf(sftp.session((s) => s.publish(server.root, 'po.edi', bytes('x'))))
    expect(fault).toMatchObject({ kind: 'unknownOutcome', code: 'sftp.lost-at-rename' })
    expect((await sftp.session((s) => s.stat(server.root, 'po.edi'))) !== undefined).toBe(cutAtRename === 'after')
  },
)

test('a file that arrives short is not shown to the partner', async () => {
  await using server = await inProcessSftpServer({ writesOnly: 3 })
  await using sftp = connected(server.target)
  const fault = await faultOf(sftp.session((s) => s.publish(server.root, 'po.edi', bytes('ISA*1~'))))
  expect(fault).toMatchObject({ kind: 'transient', code: 'sftp.short-write' })
  expect(await readdir(server.root)).toEqual([])
})

test('another file of that name is not overwritten where the server cannot replace files', async () => {
  await using server = await inProcessSftpServer()
  await using sftp = connected(server.target)
  await writeFile(`${server.root}/po.edi`, 'theirs')
  const fault = await faultOf(sftp.session((s) => s.publish(server.root, 'po.edi', bytes('ours!!'))))
  expect(fault).toMatchObject({ kind: 'data', code: 'sftp.name-taken' })
  expect(await readFile(`${server.root}/po.edi`, 'utf8')).toBe('theirs')
})

test('an operation that is never answered ends at its deadline, and the next one has a new connection', async () => {
  await using server = await inProcessSftpServer({ silentListing: true })
  await using sftp = connected({ ...server.target, operationTimeoutMs: 2_000 })
  expect(await faultOf(sftp.session((s) => s.list(server.root)))).toMatchObject({
    kind: 'transient',
    code: 'sftp.lost',
  })
  await sftp.session((s) => s.publish(server.root, 'a', bytes('x')))
  expect(server.logins.filter((login) => login.method === 'password')).toHaveLength(2)
})
