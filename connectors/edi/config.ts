/** Settings of a supplier that trades X12 files over SFTP. */
import { z } from 'zod'
import { sftpLogin } from '../contract/sftp-settings.ts'
import { GuideOverlay } from '#mappings/formats/guides/overlay.ts'
import { overlaysFor } from '#mappings/engine/index.ts'
import { documentOf } from '#mappings/x12/documents.ts'
import { BASE_PROFILE, PARTNER_PROFILES } from '#mappings/x12/profile.ts'
import { x12Maps } from '#mappings/x12/sets.ts'
import type { X12Maps } from '#mappings/x12/sets.ts'

/** ISA05/06 or ISA07/08. */
const Party = z.object({
  qualifier: z
    .string()
    .regex(/^[0-9A-Z]{2}$/, 'must be a two-character qualifier such as ZZ or 12')
    .describe('What kind of id it is: ZZ, 12, 01.'),
  id: z.string().min(1).max(15).describe('The id, without the blanks that fill it up.'),
})

const oneCharacter = z
  .string()
  .regex(/^[^A-Za-z0-9 ]$/, 'must be one character that is no letter, digit or blank')
  .refine((character) => character.charCodeAt(0) < 127, 'must be an ASCII character')

/** How the partner departs from the base profile. */
const Profile = z
  .object({
    orderTypes: z
      .record(z.string(), z.enum(['ship', 'pickup', 'dropShip']))
      .describe('850: BEG02 → how the order is fulfilled.'),
    partnerSkuQualifier: z.string().length(2).describe('Qualifier of the partner’s own product code.'),
    hubSkuQualifier: z.string().length(2).describe('Qualifier of our SKU.'),
    otherSkuQualifiers: z.array(z.string().length(2)).describe('Further qualifiers whose codes are looked up.'),
    unit: z.string().length(2).describe('Unit of measure that is written.'),
    priceBasis: z.string().max(2).describe('PO105; empty for none.'),
    defaultCurrency: z.string().length(3).describe('Currency where no CUR says one.'),
    acceptCodes: z.array(z.string().length(2)).describe('855: ACK01 that take the units.'),
    promiseQualifiers: z.array(z.string().length(3)).describe('855: DTM01 of the promised ship date.'),
    trackingQualifiers: z.array(z.string().max(3)).describe('856: REF01 of tracking numbers.'),
    cartonQualifiers: z.array(z.string().max(3)).describe('856: MAN01 of carton ids.'),
    stockQualifiers: z.array(z.string().length(2)).min(1).describe('846: QTY01 of the number that counts, best first.'),
    feedPurposes: z.record(z.string(), z.enum(['full', 'delta'])).describe('846: BIA01 → full or delta.'),
    nodeRoles: z.array(z.string().length(2)).min(1).describe('N101 of the place that fulfills.'),
    changesSent: z.boolean().describe('Cancels go out as 860. Without it a person calls the partner.'),
    changeAccepted: z.array(z.string().length(2)).describe('865: codes that take a cancel.'),
    lineChangeAccepted: z.array(z.string().length(2)).describe('865: ACK01 of a line that agrees to its change.'),
    lineChangeRefused: z.array(z.string().length(2)).describe('865: ACK01 of a line that refuses its change.'),
    lineChangeQuantity: z
      .array(z.string().length(2))
      .describe('865: ACK01 of a line whose ACK02 is what stays on order.'),
    statusKept: z.array(z.string().max(3)).describe('870: codes of lines that stay as they are.'),
  })
  .partial()

export const EdiConfig = z.object({
  ...sftpLogin,

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
    .describe(
      'The partner drops an interchange whose control number it has had, so that sending it again is harmless.',
    ),
  pollEveryMs: z.int().min(100).default(30_000).describe('How often outFolder is looked into.'),
  minAgeMs: z.int().min(0).default(2_000).describe('A file is taken when it has not changed for so long.'),
  maxFileBytes: z.int().min(1000).max(100_000_000).default(20_000_000).describe('Largest file that is read.'),
  maxFeedBytes: z
    .int()
    .min(1000)
    .max(1_000_000_000_000)
    .default(1_000_000_000)
    .describe('Largest stock file (846, INVRPT) that is read a part at a time.'),

  isaSender: Party.describe('Who we are in ISA.'),
  isaReceiver: Party.describe('Who the partner is in ISA.'),
  gsSender: z.string().min(2).max(15).optional().describe('GS02; the ISA id when left out.'),
  gsReceiver: z.string().min(2).max(15).optional().describe('GS03; the ISA id when left out.'),
  isaVersion: z.string().length(5).default('00401').describe('ISA12.'),
  gsVersion: z.string().min(6).max(12).default('004010').describe('GS08.'),
  usage: z.enum(['P', 'T']).default('P').describe('ISA15: P production, T test.'),
  elementSeparator: oneCharacter.default('*').describe('Between elements.'),
  componentSeparator: oneCharacter.default('>').describe('Between components of an element; ISA16.'),
  segmentTerminator: oneCharacter.default('~').describe('Ends a segment.'),
  substitutes: z
    .record(z.string(), z.string())
    .default({})
    .describe('What is written in the place of characters that X12 cannot carry, e.g. {"é": "e", "*": " "}.'),
  setsPerFile: z.int().min(1).max(50).default(50).describe('Most orders in one file.'),
  acknowledge: z.boolean().default(true).describe('Send a 997 (or 999) for each group of the partner.'),
  acknowledgeWith: z.enum(['997', '999']).default('997').describe('Which of the two; never both.'),
  receiptWithinMinutes: z
    .int()
    .min(1)
    .optional()
    .describe(
      'The partner acknowledges each file of ours within so many minutes (997, CONTRL); one that is missing becomes a case.',
    ),
  rejectWith824: z
    .boolean()
    .default(false)
    .describe('A set that a person rejects in quarantine is answered with an 824.'),
  ta1: z
    .enum(['asked', 'always', 'never'])
    .default('asked')
    .describe('Send a TA1 for an interchange: where its ISA14 asks for one, always, or never.'),
  validation: z
    .enum(['off', 'report', 'strict'])
    .default('report')
    .describe(
      'Sets are checked against their guides. report: faults are told in the acknowledgment (accepted with errors) and the set is used; strict: it is rejected.',
    ),
  guides: z
    .record(z.string().regex(/^\d{3}$/, 'must be a set number such as 855'), GuideOverlay)
    .default({})
    .describe("What the partner's own guide adds to ours, by set (docs/edi.md)."),
  repair: z
    .boolean()
    .default(false)
    .describe(
      'Use files whose counts or control numbers are wrong and whose lines are wrapped, and say so in the acknowledgment.',
    ),
  partnerProfile: z
    .enum(Object.keys(PARTNER_PROFILES) as [string, ...string[]])
    .optional()
    .describe('A partner whose guide is known: its profile comes between the base and this connection’s own.'),
  profile: Profile.default({}).describe('Where this partner departs from the base profile, in its own words.'),
  overlays: overlaysFor(
    Object.fromEntries(['846', '865', '870'].map((set) => [set, documentOf(set)?.map(BASE_PROFILE)])),
  ),
})
export type EdiConfig = z.output<typeof EdiConfig>

const compiled = new WeakMap<EdiConfig, X12Maps>()

/** The connection's maps: the base profile with the partner's own words over it, compiled once a config. */
export function mapsOf(config: EdiConfig): X12Maps {
  const known = compiled.get(config)
  if (known !== undefined) return known
  const own = Object.fromEntries(Object.entries(config.profile).filter(([, value]) => value !== undefined))
  const partner = config.partnerProfile === undefined ? {} : PARTNER_PROFILES[config.partnerProfile]
  const maps = x12Maps({ ...BASE_PROFILE, ...partner, ...own })
  compiled.set(config, maps)
  return maps
}

/** For ports whose files are acknowledged. */
export const receiptWithinMs = ({ receiptWithinMinutes: minutes }: Pick<EdiConfig, 'receiptWithinMinutes'>) =>
  minutes === undefined ? undefined : minutes * 60_000
