/**
 * One process owns a PGlite data folder. PGlite itself does not check (two openers lost acknowledged rows in every trial,
 * docs/decisions/0003-pglite-lock.md), so the folder carries a lock file with the owner's process id.
 */
import { linkSync, mkdirSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export class DataFolderInUse extends Error {
  constructor(folder: string, owner: string) {
    super(
      `the data folder ${folder} is in use by process ${owner}. One process owns it at a time: ` +
        `stop that process, choose another folder with CROSSDOCK_DATA, or set DATABASE_URL to share a PostgreSQL server.`,
    )
    this.name = 'DataFolderInUse'
  }
}

/** Folders this very process owns: its own number in a lock file may also be that of a predecessor, as in containers. */
const owned = new Set<string>()

/** Takes the lock or throws DataFolderInUse. A lock whose owner is dead is taken over. Returns the release. */
export function lockDataFolder(folder: string): () => void {
  mkdirSync(folder, { recursive: true })
  const path = join(realpathSync(folder), 'crossdock.lock')
  // Written aside and linked, so that nobody ever reads a lock without its owner.
  const mine = `${path}.${process.pid}`
  writeFileSync(mine, String(process.pid))
  try {
    for (let attempt = 0; attempt < 3; attempt++) {
      if (linked(mine, path)) {
        owned.add(path)
        return () => {
          owned.delete(path)
          rmSync(path, { force: true })
        }
      }
      const owner = readOwner(path)
      if (owner === undefined) continue
      if (isAlive(Number(owner), path)) throw new DataFolderInUse(folder, owner)
      removeDead(path, owner)
    }
    throw new DataFolderInUse(folder, 'unknown')
  } finally {
    rmSync(mine, { force: true })
  }
}

/** Undefined when the lock was released in this moment. */
function readOwner(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim()
  } catch {
    return undefined
  }
}

/** False when the lock is there already. */
function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return false
    throw error
  }
}

/** Two may find the same dead owner: whoever comes second may hold the first one's new lock in hand, and gives it back. */
function removeDead(path: string, owner: string): void {
  const aside = `${path}.${process.pid}.dead`
  try {
    renameSync(path, aside)
  } catch {
    return
  }
  if (readFileSync(aside, 'utf8').trim() !== owner) linked(aside, path)
  rmSync(aside, { force: true })
}

function isAlive(pid: number, path: string): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false
  if (pid === process.pid) return owned.has(path)
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
