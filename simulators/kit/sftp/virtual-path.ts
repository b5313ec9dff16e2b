/** A client's path → a path on disk under the served folder, or a refusal. The client never gets to see or reach more than the folder. */
import { lstat, realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'

/** Why a request is not carried out, in SFTP's own terms. */
export class Refused extends Error {
  readonly reason: 'permission' | 'taken' | 'handle'

  constructor(reason: 'permission' | 'taken' | 'handle') {
    super(`refused: ${reason}`)
    this.reason = reason
  }
}

/** The path as the client should know it: absolute, without `.` and `..`. Throws Refused for a path that leaves the tree or holds NUL. */
export function canonicalPath(path: string): string {
  if (path.includes('\0')) throw new Refused('permission')
  const segments: string[] = []
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue
    if (segment !== '..') segments.push(segment)
    else if (segments.pop() === undefined) throw new Refused('permission')
  }
  return `/${segments.join('/')}`
}

/** The place on disk. A symbolic link on the way or at the end is refused: it could point anywhere. */
export async function placeOnDisk(root: string, path: string): Promise<string> {
  const virtual = canonicalPath(path)
  if (virtual === '/') return root
  const wanted = join(root, virtual)
  const folder = await realpath(dirname(wanted))
  if (folder !== dirname(wanted)) throw new Refused('permission')
  const place = join(folder, basename(wanted))
  const stats = await lstat(place).catch(() => undefined)
  if (stats?.isSymbolicLink() === true) throw new Refused('permission')
  return place
}
