/** A 3PL that trades CSV files over SFTP. What its files look like is data: the profile in its config. */
import { defineConnector } from '../contract/connector.ts'
import { SFTP_SECRETS, sftpEndpoint } from '../contract/sftp-settings.ts'
import { checkFolders } from '../transport/exchange.ts'
import { Sftp3plConfig } from './config.ts'
import { documents } from './documents.ts'
import { cancel, fulfillment, receipts } from './outgoing.ts'

export const sftp3pl = defineConnector({
  id: 'sftp-3pl',
  version: '1.0.0',
  contract: 1,
  summary: 'A 3PL with CSV files in SFTP folders, its layout as data.',
  hasSetupPage: true,
  config: Sftp3plConfig,
  secrets: SFTP_SECRETS,
  // One session, one thing at a time; the transport queues.
  limits: () => ({ max: 50, perMs: 1000, concurrency: 1 }),
  endpoints: (config) => ({ sftp: sftpEndpoint(config) }),
  check: ({ sftp, config }) => checkFolders(sftp, config),
  ports: [documents, fulfillment, cancel, receipts],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
