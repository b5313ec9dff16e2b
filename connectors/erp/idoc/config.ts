/** Settings of an SAP that trades IDocs as XML, over HTTP or over SFTP folders. */
import { z } from 'zod'
import { REJECT_REASONS } from '#core/model/fulfillment.ts'
import { sftpFolders, sftpLogin } from '../../contract/sftp-settings.ts'

const word = (max: number) => z.string().min(1).max(max)

const Settings = z.object({
  http: z
    .object({
      baseUrl: z.url().describe('Where SAP takes IDocs, such as https://sap.example.'),
      path: z
        .string()
        .startsWith('/')
        .max(300)
        .describe('Path of its service for IDocs, with sap-client if it wants one.'),
      username: word(100).describe('SAP’s user of the hub; its password is the secret sapPassword.'),
      callsPerSecond: z.int().min(1).default(10).describe('Most calls in a second.'),
      allowPrivateAddresses: z.boolean().default(false).describe('SAP stands in our own network.'),
      hubUsername: word(100).describe('User that SAP calls the hub with; its password is the secret hubPassword.'),
    })
    .optional()
    .describe('IDocs over HTTP, both ways. One of http and sftp.'),
  sftp: z
    .object({ ...sftpLogin, ...sftpFolders })
    .optional()
    .describe('IDocs as files in folders, both ways. One of http and sftp.'),
  orders: z
    .enum(['ORDERS05', 'SHPORD'])
    .default('ORDERS05')
    .describe(
      'What a request goes out as: a purchase order, or a delivery for a warehouse (DELVRY03, message SHPORD).',
    ),
  sender: word(10).default('CROSSDOCK').describe('SNDPRN: the logical system that the hub is to SAP.'),
  senderPort: word(10).default('CROSSDOCK').describe('SNDPOR.'),
  receiver: word(10).describe('RCVPRN: SAP’s logical system.'),
  receiverPort: word(10).describe('RCVPOR, such as SAPPRD.'),
  client: z
    .string()
    .regex(/^\d{3}$/, 'must be an SAP client of three digits')
    .optional()
    .describe('MANDT of the control record.'),
  dropsRepeats: z
    .boolean()
    .default(false)
    .describe(
      'SAP, or what stands before it, drops an IDoc whose DOCNUM it has had, so that sending it again is harmless.',
    ),
  confirmationIsLast: z
    .boolean()
    .default(true)
    .describe('A SHPCON is the last word on its delivery: what it does not confirm is sent from elsewhere.'),
  shortReason: z
    .enum(REJECT_REASONS)
    .default('outOfStock')
    .describe('Why units are missing that a SHPCON does not confirm.'),
  maxBytes: z.int().min(1_000).max(20_000_000).default(5_000_000).describe('Largest document.'),
})
/** Exactly one way. */
export const IdocConfig = Settings.refine(({ http, sftp }) => (http === undefined) !== (sftp === undefined), {
  path: ['http'],
  message: 'must be there, or sftp, and not both',
})
export type IdocConfig = z.output<typeof IdocConfig>
