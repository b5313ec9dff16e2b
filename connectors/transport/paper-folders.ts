/** A partner's folders on paper, for the exhibits of connectors that trade files. */
import type { Exhibit, PaperFile } from '../contract/exhibit.ts'

/** A login by password, and folders that are looked into often. */
export const paperFolders = (host: string) => ({
  host,
  username: 'hub',
  login: 'password',
  hostKeySha256: [`SHA256:${'A'.repeat(43)}`],
  partnerArchiveFolder: '/archive',
  pollEveryMs: 1_000,
})

export const paperPassword: Exhibit['secrets'] = (seed) => ({ password: `password-${seed}` })

/** What lies where the partner reads. */
export const filesForPartner = (files: readonly PaperFile[]): PaperFile[] =>
  files.filter(({ folder }) => folder === '/in')
