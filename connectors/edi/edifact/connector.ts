/** A drop-ship supplier that trades EDIFACT files over SFTP: ORDERS, ORDCHG and CONTRL out; ORDRSP, DESADV, INVRPT, RECADV, INVOIC and CONTRL in. */
import { defineConnector } from '../../contract/connector.ts'
import { SFTP_SECRETS, sftpEndpoint } from '../../contract/sftp-settings.ts'
import { checkFolders } from '../../transport/exchange.ts'
import { ONE_AT_A_TIME } from '../sftp-folders.ts'
import { acknowledgements } from './acknowledgements.ts'
import { changes } from './changes.ts'
import { EdifactConfig } from './config.ts'
import { documents } from './documents.ts'
import { fulfillment } from './fulfillment.ts'

export const edifactSupplier = defineConnector({
  id: 'edifact-supplier',
  version: '1.0.0',
  contract: 1,
  summary: 'A supplier with EDIFACT files in SFTP folders.',
  config: EdifactConfig,
  secrets: SFTP_SECRETS,
  limits: ONE_AT_A_TIME,
  endpoints: (config) => ({ sftp: sftpEndpoint(config) }),
  check: ({ sftp, config }) => checkFolders(sftp, config),
  ports: [documents, fulfillment, changes, acknowledgements],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
