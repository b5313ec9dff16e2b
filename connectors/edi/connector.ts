/** A drop-ship supplier that trades X12 004010 files over SFTP: 850, 860, 824 and 997 out; 855, 856, 846, 810, 865, 870, 824 and 997 in. */
import { defineConnector } from '../contract/connector.ts'
import { acknowledgements } from './acknowledgements.ts'
import { changes } from './changes.ts'
import { EdiConfig } from './config.ts'
import { documents } from './documents.ts'
import { fulfillment } from './fulfillment.ts'
import { rejections } from './rejections.ts'
import { SFTP_SECRETS, sftpEndpoint } from '../contract/sftp-settings.ts'
import { checkFolders } from '../transport/exchange.ts'
import { ONE_AT_A_TIME } from './sftp-folders.ts'

export const ediSupplier = defineConnector({
  id: 'edi-supplier',
  version: '1.0.0',
  contract: 1,
  summary: 'A supplier with X12 files in SFTP folders.',
  config: EdiConfig,
  secrets: SFTP_SECRETS,
  limits: ONE_AT_A_TIME,
  endpoints: (config) => ({ sftp: sftpEndpoint(config) }),
  check: ({ sftp, config }) => checkFolders(sftp, config),
  ports: [documents, fulfillment, changes, acknowledgements, rejections],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
