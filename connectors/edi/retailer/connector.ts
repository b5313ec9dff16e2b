/** A retailer that trades X12 files over SFTP: 850, 860, 180, 824 and 997 in; 855, 856, 865, 846, 824 and 997 out. */
import { defineConnector } from '../../contract/connector.ts'
import { SFTP_SECRETS, sftpEndpoint } from '../../contract/sftp-settings.ts'
import { checkFolders } from '../../transport/exchange.ts'
import { acknowledgements } from '../acknowledgements.ts'
import { documentsPort } from '../documents.ts'
import { rejections } from '../rejections.ts'
import { ONE_AT_A_TIME } from '../sftp-folders.ts'
import { availability } from './availability.ts'
import { RetailerConfig } from './config.ts'
import { answers, changeAnswers, changes, shipments } from './ports.ts'
import { readRetailerSet, RETAILER_SETS } from './sets.ts'

export const ediRetailer = defineConnector({
  id: 'edi-retailer',
  version: '1.0.0',
  contract: 1,
  summary: 'A retailer that sells for us, with X12 files in SFTP folders: a sales channel.',
  config: RetailerConfig,
  secrets: SFTP_SECRETS,
  limits: ONE_AT_A_TIME,
  endpoints: (config) => ({ sftp: sftpEndpoint(config) }),
  check: ({ sftp, config }) => checkFolders(sftp, config),
  ports: [
    documentsPort({
      summary: 'Orders (850), changes of them (860), returns (180), refusals (824) and receipts (997) of the retailer.',
      kind: 'order',
      sets: RETAILER_SETS,
      read: readRetailerSet,
    }),
    answers,
    changeAnswers,
    shipments,
    changes,
    availability,
    acknowledgements,
    rejections,
  ],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
