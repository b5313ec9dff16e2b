/** Settings of a supplier that trades EDIFACT files over SFTP: the folders as with X12, the envelope and the profile its own. */
import { z } from 'zod'
import { EDIFACT_BASE } from '#mappings/edifact/profile.ts'
import type { EdifactProfile } from '#mappings/edifact/profile.ts'
import { GuideOverlay } from '#mappings/formats/guides/overlay.ts'
import { EdiConfig } from '../config.ts'

/** S002 and S003 of UNB. */
const Party = z.object({
  id: z.string().min(1).max(35).describe('Usually a GLN.'),
  qualifier: z.string().max(4).default('14').describe('0007: 14 for a GLN, ZZ as agreed; empty for none.'),
  internalId: z.string().max(14).default('').describe('0008 or 0014: the address for the way on.'),
})

const Folders = EdiConfig.pick({
  host: true,
  port: true,
  username: true,
  login: true,
  hostKeySha256: true,
  allowPrivateAddresses: true,
  inFolder: true,
  outFolder: true,
  archiveFolder: true,
  errorFolder: true,
  partnerArchiveFolder: true,
  partnerDropsRepeats: true,
  pollEveryMs: true,
  minAgeMs: true,
  maxFileBytes: true,
  maxFeedBytes: true,
  substitutes: true,
  receiptWithinMinutes: true,
})

const Codes = z.array(z.string().min(1).max(3)).min(1)

/** How the partner departs from EANCOM (mappings/edifact/profile.ts). */
const Profile = z
  .object({
    orderTypes: z
      .record(z.string(), z.enum(['ship', 'pickup', 'dropShip']))
      .describe('ORDERS: BGM 1001 → how the order is fulfilled.'),
    nodeRoles: Codes.describe('NAD 3035 of the place that fulfills, best first; the first is written.'),
    shipToRole: z.string().min(1).max(3).describe('NAD 3035 of the consignee.'),
    partnerSkuQualifier: z
      .string()
      .min(1)
      .max(3)
      .describe('LIN 7143 of the partner’s product code: SA, or EN for a GTIN.'),
    hubSkuQualifier: z.string().min(1).max(3).describe('PIA 7143 of our SKU.'),
    defaultCurrency: z.string().length(3).describe('Currency where no CUX says one.'),
    feedFunctions: z.record(z.string(), z.enum(['full', 'delta'])).describe('INVRPT: BGM 1225 → full or delta.'),
    stockQualifiers: Codes.describe('INVRPT: QTY 6063 of the number that counts, best first.'),
    lineAccepted: Codes.describe('ORDRSP: LIN 1229 that keeps a line whole.'),
    lineRefused: Codes.describe('ORDRSP: LIN 1229 that gives a line up.'),
    changeAccepted: Codes.describe('ORDRSP to a cancel: BGM 1225 that agrees.'),
    changeRefused: Codes.describe('ORDRSP to a cancel: BGM 1225 that refuses.'),
    lineChangeAccepted: Codes.describe('ORDRSP to a change: LIN 1229 of a line that agrees to it.'),
    lineChangeRefused: Codes.describe('ORDRSP to a change: LIN 1229 of a line that refuses it.'),
    lineChangeQuantity: Codes.describe('ORDRSP to a change: LIN 1229 of a line whose QTY is what stays on order.'),
    lineChangeUnits: Codes.describe('ORDRSP to a change: QTY 6063 of what stays on order, best first.'),
    changesSent: z.boolean().describe('Cancels go out as ORDCHG. Without it a person calls the partner.'),
  })
  .partial()

export const EdifactConfig = Folders.extend({
  unbSender: Party.describe('Who we are in UNB.'),
  unbReceiver: Party.describe('Who the partner is in UNB.'),
  syntaxId: z
    .enum(['UNOA', 'UNOB', 'UNOC', 'UNOD', 'UNOE', 'UNOF', 'UNOK', 'UNOY'])
    .default('UNOC')
    .describe('The character set we write: UNOC is Latin-1, UNOY is UTF-8.'),
  syntaxVersion: z.enum(['1', '2', '3', '4']).default('3').describe('0002: the syntax version we write.'),
  release: z.enum(['96A', '01B']).default('96A').describe('0054 of the messages we write.'),
  association: z
    .string()
    .max(6)
    .optional()
    .describe('0057 of the messages we write; EANCOM’s own of each message when left out, empty for none.'),
  agreementId: z.string().max(35).default('').describe('0032, e.g. EANCOM.'),
  test: z.boolean().default(false).describe('0035: our interchanges are tests.'),
  messagesPerFile: z.int().min(1).max(50).default(50).describe('Most orders in one file.'),
  acknowledge: z
    .enum(['always', 'asked', 'never'])
    .default('always')
    .describe('Send a CONTRL for each interchange, for those whose UNB asks for one, or none.'),
  validation: z
    .enum(['off', 'report', 'strict'])
    .default('report')
    .describe(
      'Messages are checked against their guides. report: what breaks its guide and cannot be used is rejected with the places; strict: whatever breaks its guide is rejected.',
    ),
  guides: z
    .record(z.string().regex(/^[A-Z]{6}$/, 'must be a message type such as ORDRSP'), GuideOverlay)
    .default({})
    .describe('What the partner’s own guide adds to ours, by message (docs/edi.md).'),
  repair: z.boolean().default(false).describe('Use files whose counts or control numbers are wrong.'),
  profile: Profile.default({}).describe('Where this partner departs from EANCOM, in its own words.'),
})
export type EdifactConfig = z.output<typeof EdifactConfig>

/** What the envelope says already: who trades, where both are known by GLNs, and how the directory calls a GTIN. */
function ofEnvelope({ unbSender, unbReceiver, release }: EdifactConfig): Partial<EdifactProfile> {
  const glnOf = ({ id, qualifier }: EdifactConfig['unbSender']): string => (qualifier === '14' ? id : '')
  return {
    supplierGln: glnOf(unbSender),
    buyerGln: glnOf(unbReceiver),
    gtinQualifier: release === '01B' ? 'SRV' : 'EN',
  }
}

const profiles = new WeakMap<EdifactConfig, EdifactProfile>()

/** The base with the connection's own words over it; one object a config, because maps are compiled once a profile. */
export function profileOf(config: EdifactConfig): EdifactProfile {
  const known = profiles.get(config)
  if (known !== undefined) return known
  const own = Object.fromEntries(Object.entries(config.profile).filter(([, value]) => value !== undefined))
  const profile = { ...EDIFACT_BASE, ...ofEnvelope(config), ...own }
  profiles.set(config, profile)
  return profile
}
