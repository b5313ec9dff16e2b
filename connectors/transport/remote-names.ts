/** Names and folders at a partner. A name that a server sends is never trusted as a path (basic-ftp, CVE-2026-27699). */
import { Fault } from '#core/fault.ts'

/** True for one plain file name: no separator of any system, no way up, no control character. */
export function isPlainName(name: string): boolean {
  // oxlint-disable-next-line no-control-regex -- control characters are what is looked for
  return name.length <= 255 && name !== '' && name !== '.' && name !== '..' && !/[/\\\u0000-\u001f\u007f]/.test(name)
}

/** The path of a file in a configured folder. Fault `data` for a name that is not plain, `config` for a bad folder. */
export function remotePath(folder: string, name: string): string {
  if (!isPlainName(name)) {
    throw new Fault('data', { code: 'sftp.name', message: 'a file name at the partner must be a plain name' })
  }
  return `${checkedFolder(folder).replace(/\/$/, '')}/${name}`
}

/** A configured folder: segments of plain names, absolute or relative to the login's home. */
export function checkedFolder(folder: string): string {
  const segments = folder.replace(/^\//, '').replace(/\/$/, '').split('/')
  if (folder === '.' || folder === '/' || segments.every(isPlainName)) return folder
  throw new Fault('config', { code: 'sftp.folder', message: 'a folder at the partner must be a path of plain names' })
}
