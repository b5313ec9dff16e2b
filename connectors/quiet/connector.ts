/** A warehouse that speaks Quiet Logistics XML over SFTP folders. The format: mappings/quiet/README.md. */
import { defineConnector } from '../contract/connector.ts'
import { SFTP_SECRETS, sftpEndpoint } from '../contract/sftp-settings.ts'
import { checkFolders } from '../transport/exchange.ts'
import { QuietConfig } from './config.ts'
import { documents } from './documents.ts'
import { cancel, fulfillment, returns } from './outgoing.ts'

export const quiet = defineConnector({
  id: 'quiet',
  version: '1.0.0',
  contract: 1,
  summary: 'A warehouse with Quiet XML in SFTP folders.',
  config: QuietConfig,
  secrets: SFTP_SECRETS,
  // One session, one thing at a time; the transport queues.
  limits: () => ({ max: 50, perMs: 1000, concurrency: 1 }),
  endpoints: (config) => ({ sftp: sftpEndpoint(config) }),
  check: ({ sftp, config }) => checkFolders(sftp, config),
  ports: [documents, fulfillment, cancel, returns],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
