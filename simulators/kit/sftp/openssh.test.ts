/** The server before OpenSSH's own client, which is stricter than ssh2's. */
import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import ssh2 from 'ssh2'
import { expect, test } from 'vitest'
import { freshKeyPair } from './keys.ts'
import { startSftpServer } from './server.ts'

const SFTP = '/usr/bin/sftp'
const installed = existsSync(SFTP)
const run = promisify(execFile)

/** CI sets CROSSDOCK_REQUIRE_SERVERS=1: there a missing client is a failure. */
if (!installed) {
  test('the sftp command is not installed on this machine: its test runs in CI only', () =>
    expect(process.env['CROSSDOCK_REQUIRE_SERVERS']).not.toBe('1'))
} else {
  test("OpenSSH's sftp command logs in by key, pins the host, does every verb and ends by itself", async () => {
    const place = await mkdtemp(join(tmpdir(), 'crossdock-openssh-'))
    const [folder, local] = [join(place, 'served'), join(place, 'local')]
    for (const path of [folder, local, join(folder, 'in')]) await mkdir(path)
    // Of the ed25519 keys that ssh2 makes, OpenSSH cannot load one in some hundred.
    const userKey = ssh2.utils.generateKeyPairSync('rsa', { bits: 2048 })
    const hostKey = freshKeyPair()
    const server = await startSftpServer({
      folder,
      hostKey: hostKey.private,
      login: { username: 'hub', publicKeys: [userKey.public] },
    })
    try {
      await writeFile(join(local, 'key'), userKey.private, { mode: 0o600 })
      await writeFile(join(local, 'known'), `[127.0.0.1]:${server.port} ${hostKey.public}\n`)
      await writeFile(join(local, 'po.edi'), 'ISA*'.repeat(50_000))
      const steps = [
        'put po.edi /in/.po.tmp',
        'rename /in/.po.tmp /in/po.edi',
        'ls -l /in',
        'get /in/po.edi back.edi',
        'mkdir /in/old',
        'rename /in/po.edi /in/old/po.edi',
        'chmod 600 /in/old/po.edi',
        'rm /in/old/po.edi',
        'rmdir /in/old',
        'pwd',
      ]
      await writeFile(join(local, 'batch'), steps.join('\n'))
      const options = ['StrictHostKeyChecking=yes', 'UserKnownHostsFile=known', 'IdentitiesOnly=yes']
      const login = ['-i', 'key', '-P', String(server.port), ...options.map((option) => `-o${option}`)]
      const { stdout } = await run(SFTP, ['-b', 'batch', ...login, 'hub@127.0.0.1'], { cwd: local, timeout: 60_000 })
      expect(stdout).toMatch(/-rw-r--r-- +1 partner +partner +200000 .* po\.edi/)
      expect(stdout).toContain('Remote working directory: /')
      expect(await readFile(join(local, 'back.edi'), 'utf8')).toBe('ISA*'.repeat(50_000))
    } finally {
      await server.close()
      await rm(place, { recursive: true, force: true })
    }
  })
}
