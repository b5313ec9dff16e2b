import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { DataFolderInUse, lockDataFolder } from '#store/lock.ts'
import { openPglite } from '#store/pglite.ts'
import { ROOT } from '../rules/files.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'crossdock-lock-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const lockFile = (): string => join(folder, 'crossdock.lock')

type Other = { pid: number; said: () => string; ended: Promise<number | null>; let: () => void }

/** Another process that takes the lock, says so, and lives until it is let go. */
function startOther(): Other {
  const code = `import { lockDataFolder } from '#store/lock.ts'; lockDataFolder(${JSON.stringify(folder)});
    console.log('locked'); process.stdin.resume().on('end', () => process.exit(0))`
  const child = spawn(process.execPath, ['--input-type=module', '-e', code], { cwd: ROOT })
  let said = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => (said += chunk.toString()))
  const ended = once(child, 'close').then(([exit]) => exit as number | null)
  return { pid: child.pid ?? 0, said: () => said, ended, let: () => child.stdin.end() }
}

const spoken = async (other: Other): Promise<void> => {
  const over = other.ended.then(() => true)
  while (!other.said().includes('locked') && !(await Promise.race([over, pause()])));
}
const pause = (): Promise<false> => new Promise((resolve) => setTimeout(() => resolve(false), 10))

/** As many processes as `count` start at once; answers who got it, when all have spoken. */
async function rivals(count: number): Promise<{ owners: Other[]; refused: Other[] }> {
  const all = Array.from({ length: count }, startOther)
  await Promise.all(all.map(spoken))
  const owners = all.filter((each) => each.said().includes('locked'))
  return { owners, refused: all.filter((each) => !owners.includes(each)) }
}

test('a data folder has one owner in a process: a second opener is refused and told what to do', async () => {
  const first = await openPglite({ folder })
  await expect(openPglite({ folder })).rejects.toThrow(DataFolderInUse)
  await expect(openPglite({ folder })).rejects.toThrow(
    `the data folder ${folder} is in use by process ${process.pid}. One process owns it at a time: ` +
      'stop that process, choose another folder with CROSSDOCK_DATA, or set DATABASE_URL to share a PostgreSQL server.',
  )
  // The refused ones took nothing away: the first still owns it and works.
  expect(await first.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
  expect(readFileSync(lockFile(), 'utf8')).toBe(String(process.pid))
  await first.close()
  expect(existsSync(lockFile())).toBe(false)
})

test('a second process is refused while the first one lives', async () => {
  const release = lockDataFolder(folder)
  const second = startOther()
  expect(await second.ended).not.toBe(0)
  expect(second.said()).toContain(`is in use by process ${process.pid}`)
  expect(readFileSync(lockFile(), 'utf8')).toBe(String(process.pid))
  release()
})

test('the lock of a process that was killed is taken over', async () => {
  const other = startOther()
  await spoken(other)
  expect(() => lockDataFolder(folder)).toThrow(`is in use by process ${other.pid}`)
  process.kill(other.pid, 'SIGKILL')
  await other.ended
  expect(readFileSync(lockFile(), 'utf8')).toBe(String(other.pid))
  const release = lockDataFolder(folder)
  expect(readFileSync(lockFile(), 'utf8')).toBe(String(process.pid))
  release()
})

test('the lock of a predecessor that had this process’s number, as in a container, is taken over', () => {
  writeFileSync(lockFile(), String(process.pid))
  const release = lockDataFolder(folder)
  expect(() => lockDataFolder(folder)).toThrow(DataFolderInUse)
  release()
  expect(existsSync(lockFile())).toBe(false)
})

test.each(['', 'no number', '-1', '0'])('a lock that says "%s" names no living owner', (text) => {
  writeFileSync(lockFile(), text)
  lockDataFolder(folder)()
  expect(existsSync(lockFile())).toBe(false)
})

test('of processes that start at once on one folder one owns it, also where a dead one left its lock', async () => {
  // No process has this number: Linux gives at most 2^22.
  writeFileSync(lockFile(), '99999999')
  const { owners, refused } = await rivals(5)
  expect(owners).toHaveLength(1)
  for (const each of refused) expect(each.said()).toContain(`is in use by process ${owners[0]?.pid}`)
  expect(readFileSync(lockFile(), 'utf8')).toBe(String(owners[0]?.pid))
  for (const each of owners) each.let()
  await Promise.all(owners.map((each) => each.ended))
})

test('a data folder keeps what was committed, and another path is another database', async () => {
  const db = await openPglite({ folder })
  await db.script('CREATE TABLE kept (n integer); INSERT INTO kept VALUES (7)')
  await db.close()
  const again = await openPglite({ folder })
  expect(await again.query('SELECT n FROM kept')).toEqual([{ n: 7 }])
  await again.close()
})
