/** Settings that every partner with SFTP folders has, so that they are named and checked alike in all connections. */
import { z } from 'zod'
import type { Endpoints } from './connector.ts'

/** Where the server is and how we prove who we are. */
export const sftpLogin = {
  host: z.string().min(1).max(255).describe('The SFTP server.'),
  port: z.int().min(1).max(65_535).default(22).describe('Its port.'),
  username: z.string().min(1).max(100).describe('The login.'),
  login: z.enum(['password', 'privateKey']).default('privateKey').describe('Which secret opens the session.'),
  hostKeySha256: z
    .array(z.string().regex(/^SHA256:[A-Za-z0-9+/]{43}$/, 'must be a fingerprint as ssh-keygen -lf prints it'))
    .min(1)
    .describe('Pinned host keys. Any other key is refused before the login.'),
  allowPrivateAddresses: z.boolean().default(false).describe('The server stands in our own network.'),
}

/** Folders of a partner, and when a file of it is taken. */
export const sftpFolders = {
  inFolder: z.string().default('/in').describe('The partner reads here; we write.'),
  outFolder: z.string().default('/out').describe('The partner writes here; we read.'),
  archiveFolder: z.string().default('/out/archive').describe('Where files go that were taken.'),
  errorFolder: z.string().default('/out/error').describe('Where files go of which nothing could be read.'),
  partnerArchiveFolder: z
    .string()
    .optional()
    .describe('Where the partner keeps what it has read. With it, a lost upload can be looked up.'),
  partnerDropsRepeats: z
    .boolean()
    .default(false)
    .describe('The partner drops a file whose order it has had, so that sending it again is harmless.'),
  pollEveryMs: z.int().min(100).default(30_000).describe('How often outFolder is looked into.'),
  minAgeMs: z.int().min(0).default(2_000).describe('A file is taken when it has not changed for so long.'),
  doneSuffix: z
    .string()
    .regex(/^\.[A-Za-z0-9]{1,20}$/, 'must be an ending such as .done')
    .optional()
    .describe('A file is taken only when an empty file of its name and this ending lies beside it.'),
}

type Login = z.output<z.ZodObject<typeof sftpLogin>>

export const SFTP_SECRETS = {
  password: 'Password of the SFTP login. Needed with login: password.',
  privateKey: 'Private key of the SFTP login, in OpenSSH format. Needed with login: privateKey.',
}

/** The endpoint that these settings name. */
export function sftpEndpoint(config: Login): NonNullable<Endpoints['sftp']> {
  const { host, port, username, login, hostKeySha256, allowPrivateAddresses } = config
  const secret = login === 'password' ? { passwordSecret: 'password' } : { privateKeySecret: 'privateKey' }
  return { host, port, username, hostKeySha256, allowPrivateAddresses, ...secret }
}
