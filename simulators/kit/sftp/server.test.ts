import { connect } from 'node:net'
import { mkdir, mkdtemp, readFile, readdir, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createHash } from 'node:crypto'
import type ssh2 from 'ssh2'
import SftpClient from 'ssh2-sftp-client'
import { afterEach, expect, test } from 'vitest'
import { freshKeyPair } from './keys.ts'
import { startSftpServer, type SftpLogin, type SftpServer } from './server.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

async function served(login: SftpLogin = { username: 'hub', password: 'right' }) {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-supplier-'))
  undo.push(() => rm(folder, { recursive: true, force: true }))
  for (const name of ['in', 'out', 'archive']) await mkdir(join(folder, name))
  const server = await startSftpServer({ folder, login })
  undo.push(server.close)
  return { folder, server }
}

async function connected(server: SftpServer, more: Partial<ssh2.ConnectConfig> = { password: 'right' }) {
  // Without callbacks of ours the client prints each end of a connection.
  const quiet = () => {}
  const client = new SftpClient('test', { error: quiet, end: quiet, close: quiet })
  const sock = connect({ host: server.host, port: server.port, noDelay: true })
  await client.connect({ sock, username: 'hub', retries: 0, ...more })
  undo.push(() => client.end())
  return client
}

test('a file is published by temporary name and rename, listed, read and archived', async () => {
  const { folder, server } = await served()
  const client = await connected(server)
  const bytes = Buffer.from('ISA*00*\u00e9~'.repeat(50_000))
  await client.put(bytes, '/in/.po.edi.tmp')
  await client.posixRename('/in/.po.edi.tmp', '/in/po.edi')
  expect(await client.list('/in')).toMatchObject([{ type: '-', name: 'po.edi', size: bytes.length }])
  expect(bytes.equals((await client.get('/in/po.edi')) as Buffer)).toBe(true)
  await client.mkdir('/archive/2026/11', true)
  await client.rename('/in/po.edi', '/archive/2026/11/po.edi')
  expect(bytes.equals(await readFile(join(folder, 'archive/2026/11/po.edi')))).toBe(true)
  expect(await client.exists('/in/po.edi')).toBe(false)
  expect(await client.exists('/archive')).toBe('d')
})

test('plain rename refuses a name that is taken, posix-rename takes its place', async () => {
  const { server } = await served()
  const client = await connected(server)
  await client.put(Buffer.from('new'), '/in/a')
  await client.put(Buffer.from('old'), '/in/b')
  await expect(client.rename('/in/a', '/in/b')).rejects.toThrow('Failure')
  await client.posixRename('/in/a', '/in/b')
  expect(await client.get('/in/b')).toEqual(Buffer.from('new'))
})

test('append, chmod, stat, delete and rmdir work, and missing files are told as missing', async () => {
  const { server } = await served()
  const client = await connected(server)
  await client.put(Buffer.from('one'), '/out/a', { writeStreamOptions: { mode: 0o600 } })
  await client.append(Buffer.from(' two'), '/out/a')
  await client.chmod('/out/a', 0o640)
  const stats = await client.stat('/out/a')
  expect([stats.size, stats.mode & 0o777, stats.isFile]).toEqual([7, 0o640, true])
  await client.delete('/out/a')
  await client.rmdir('/out')
  await expect(client.get('/out/a')).rejects.toThrow('No such file')
})

test('a listing of many files comes whole', async () => {
  const { folder, server } = await served()
  const names = Array.from({ length: 300 }, (_, i) => `file-${String(i).padStart(4, '0')}-${'x'.repeat(60)}.edi`)
  for (const name of names) await writeFile(join(folder, 'in', name), 'x')
  const client = await connected(server)
  expect((await client.list('/in')).map((entry) => entry.name).toSorted()).toEqual(names)
})

test('the host key has the fingerprint that the server tells', async () => {
  const { server } = await served()
  const seen: string[] = []
  const hostVerifier = (key: Buffer) => {
    seen.push(`SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`)
    return true
  }
  await connected(server, { password: 'right', hostVerifier })
  expect(seen).toEqual([server.hostKeySha256])
})

test('a wrong password, a wrong user and a foreign key are refused, the right key is let in', async () => {
  const mine = freshKeyPair()
  const foreign = freshKeyPair()
  const { server } = await served({ username: 'hub', password: 'right', publicKeys: [mine.public] })
  for (const login of [
    { password: 'wrong' },
    { password: 'right', username: 'other' },
    { privateKey: foreign.private },
  ]) {
    await expect(connected(server, login)).rejects.toThrow('authentication')
  }
  const client = await connected(server, { privateKey: mine.private })
  expect(await client.cwd()).toBe('/')
})

test('paths that leave the folder and links that point out of it are refused', async () => {
  const { folder, server } = await served()
  await writeFile(`${folder}-secret`, 'secret')
  undo.push(() => rm(`${folder}-secret`))
  await symlink(`${folder}-secret`, join(folder, 'in', 'link'))
  await symlink('/etc', join(folder, 'in', 'etc'))
  const client = await connected(server)
  const outside = [
    '/../etc/passwd',
    '../../etc/passwd',
    '/in/../../etc/passwd',
    '/in/link',
    '/in/etc/passwd',
    '/in/a\0b',
  ]
  for (const path of outside) {
    await expect(client.get(path), path).rejects.toThrow(/Permission denied/)
    await expect(client.put(Buffer.from('x'), path), path).rejects.toThrow(/Permission denied/)
  }
  await client.put(Buffer.from('x'), '/in/a')
  await expect(client.rename('/in/a', '/../stolen')).rejects.toThrow(/Permission denied/)
  await expect(client.posixRename('/in/a', '/in/../../stolen')).rejects.toThrow(/Permission denied/)
  expect((await client.list('/in')).map((entry) => entry.name)).toEqual(['a'])
  expect(await readdir(join(folder, 'out'))).toEqual([])
})
