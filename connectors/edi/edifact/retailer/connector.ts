/** A retailer that trades EDIFACT files over SFTP: ORDERS, ORDCHG and CONTRL in; ORDRSP, DESADV, INVRPT and CONTRL out. */
import { defineConnector } from '../../../contract/connector.ts'
import { SFTP_SECRETS, sftpEndpoint } from '../../../contract/sftp-settings.ts'
import { checkFolders } from '../../../transport/exchange.ts'
import { ONE_AT_A_TIME } from '../../sftp-folders.ts'
import { acknowledgements } from '../acknowledgements.ts'
import { documentsPort } from '../documents.ts'
import { EdifactRetailerConfig } from './config.ts'
import { readRetailerMessage, RETAILER_MESSAGES } from './messages.ts'
import { answers, availability, changeAnswers, changes, rejections, shipments } from './ports.ts'

export const edifactRetailer = defineConnector({
  id: 'edifact-retailer',
  version: '1.0.0',
  contract: 1,
  summary: 'A retailer that sells for us, with EDIFACT files in SFTP folders: a sales channel.',
  config: EdifactRetailerConfig,
  secrets: SFTP_SECRETS,
  limits: ONE_AT_A_TIME,
  endpoints: (config) => ({ sftp: sftpEndpoint(config) }),
  check: ({ sftp, config }) => checkFolders(sftp, config),
  ports: [
    documentsPort({
      summary: 'Orders (ORDERS), changes of them (ORDCHG) and receipts (CONTRL) of the retailer.',
      kind: 'order',
      types: RETAILER_MESSAGES,
      read: readRetailerMessage,
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
