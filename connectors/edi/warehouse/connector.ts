/** A 3PL that trades X12 files over SFTP: 940, 943, 180, 824 and 997 out; 945, 944, 947, 846, 824 and 997 in. */
import { defineConnector } from '../../contract/connector.ts'
import { acknowledgements } from '../acknowledgements.ts'
import { documentsPort } from '../documents.ts'
import { rejections } from '../rejections.ts'
import { SFTP_SECRETS, sftpEndpoint } from '../../contract/sftp-settings.ts'
import { checkFolders } from '../../transport/exchange.ts'
import { ONE_AT_A_TIME } from '../sftp-folders.ts'
import { advices } from './advices.ts'
import { WarehouseConfig } from './config.ts'
import { fulfillment } from './fulfillment.ts'
import { returns } from './returns.ts'
import { readWarehouseSet } from './sets.ts'

export const edi3pl = defineConnector({
  id: 'edi-3pl',
  version: '1.0.0',
  contract: 1,
  summary: 'A 3PL with X12 files in SFTP folders.',
  config: WarehouseConfig,
  secrets: SFTP_SECRETS,
  limits: ONE_AT_A_TIME,
  endpoints: (config) => ({ sftp: sftpEndpoint(config) }),
  check: ({ sftp, config }) => checkFolders(sftp, config),
  ports: [
    documentsPort({
      summary:
        'Shipping advices (945), receipts (944), adjustments (947), stock (846), refusals (824) and receipts (997) of the 3PL.',
      kind: 'shipment',
      sets: ['846', '944', '945', '947'],
      read: readWarehouseSet,
    }),
    fulfillment,
    advices,
    returns,
    acknowledgements,
    rejections,
  ],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
