/** File facts as SFTP version 3 tells them (draft-ietf-secsh-filexfer-02). */
import type { Stats } from 'node:fs'
import type { Attributes, FileEntry } from 'ssh2'

/** Owner and group are made up: the client has no business with the host's users. */
const OWNER_ID = 1000

export const attributesOf = (stats: Stats): Attributes => ({
  mode: stats.mode,
  uid: OWNER_ID,
  gid: OWNER_ID,
  size: stats.size,
  atime: Math.floor(stats.atimeMs / 1000),
  mtime: Math.floor(stats.mtimeMs / 1000),
})

/** An entry of a listing. Clients read type and rights from `longname`, which looks like a row of `ls -l`. */
export function fileEntry(filename: string, stats: Stats): FileEntry {
  const attrs = attributesOf(stats)
  const type = stats.isDirectory() ? 'd' : '-'
  const when = stats.mtime.toISOString().slice(0, 16).replace('T', ' ')
  const longname = `${type}${rights(stats.mode)} 1 partner partner ${stats.size} ${when} ${filename}`
  return { filename, longname, attrs }
}

function rights(mode: number): string {
  const letters = 'rwxrwxrwx'
  return Array.from(letters, (letter, i) => ((mode >> (8 - i)) & 1 ? letter : '-')).join('')
}
