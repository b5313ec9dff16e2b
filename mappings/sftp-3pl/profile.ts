/**
 * What a 3PL's CSV files look like, as data: names, columns, and how values are spelled. A new partner is one of these and no code.
 * Known layouts are in presets.ts; docs/connectors/setup/sftp-3pl.md explains every setting.
 */
import { z } from 'zod'
import { TimeZone } from '#core/model/time.ts'
import { LeafSpec } from '../engine/leaf-specs.ts'

/** `iso`, `unix` (seconds), or a pattern of YYYY MM DD HH mm ss. */
export const DateSpec = z
  .string()
  .regex(
    /^(iso|unix|(?=.*YYYY)(?=.*MM)(?=.*DD)[YMDHms_\-/.: T]+)$/,
    'must be iso, unix, or a pattern such as MM/DD/YYYY HH:mm',
  )

/** A canonical field; or one with its own spelling; or a text that is always the same (and, on a row's first column, tells its kind). */
export const Column = z.union([
  z.string().min(1).max(60),
  z.strictObject({
    set: z.string().min(1).max(60),
    as: z.union([LeafSpec, z.strictObject({ date: DateSpec })]).optional(),
    optional: z.boolean().default(false),
  }),
  z.strictObject({ value: z.string().max(200) }),
])
export type Column = z.output<typeof Column>

/** By name, in the order of the file. In a file without a header the names are for people. */
export const Columns = z.record(z.string().min(1).max(100), Column)
export type Columns = z.output<typeof Columns>

const namePattern = z.string().min(1).max(120).describe('A file name; * stands for anything.')
const ourName = z
  .string()
  .min(1)
  .max(120)
  .describe('Name of a file of ours, with {order}, {number}, {time} and, for receipts, {file} in it.')

export const Profile = z.strictObject({
  encoding: z.enum(['utf-8', 'latin1', 'windows-1252']).default('utf-8'),
  byteOrderMark: z.boolean().default(false).describe('Begin our files with one.'),
  delimiter: z
    .string()
    .regex(/^[\t -~]$/, 'must be one ASCII character')
    .default(','),
  header: z.boolean().default(true).describe('The first row names the columns, in their files and in ours.'),
  quote: z.enum(['needed', 'all']).default('needed').describe('Which cells of ours stand in quotes.'),
  lineEnd: z.enum(['\r\n', '\n']).default('\r\n'),
  dates: DateSpec.default('iso').describe('How times are spelled where a column does not say otherwise.'),
  timeZone: TimeZone.default('UTC').describe('Of dates that do not name theirs.'),
  decimal: z.enum(['.', ',']).default('.'),
  thousands: z.enum(['', '.', ',', ' ', "'"]).default('').describe('Mark between thousands, in their files.'),
  currency: z
    .string()
    .regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as USD')
    .default('USD')
    .describe('Of prices, which CSV files name none for.'),
  orders: z.strictObject({
    file: ourName,
    perFile: z.int().min(1).max(1000).default(1).describe('Most orders in one file.'),
    head: Columns.optional().describe(
      'A row before the rows of each order. Without it, each row bears all of the order.',
    ),
    line: Columns,
  }),
  cancels: z.strictObject({ file: ourName, columns: Columns }).optional(),
  acknowledgements: z.strictObject({ files: namePattern, columns: Columns }).optional(),
  cancelAnswers: z.strictObject({ files: namePattern, columns: Columns }).optional(),
  shipments: z
    .strictObject({
      files: namePattern,
      columns: Columns,
      last: z
        .boolean()
        .default(false)
        .describe('What a file does not ship of an order is short, and not still to come.'),
    })
    .optional(),
  stock: z
    .strictObject({
      files: namePattern,
      columns: Columns,
      mode: z.enum(['full', 'delta']).default('full'),
      node: z.string().max(100).optional().describe('Code of the place, where no column names it.'),
      absentMeansZero: z.boolean().default(false),
      nameTime: DateSpec.optional().describe(
        'The time in the file’s name; without it and without a column asOf, when it was written.',
      ),
    })
    .optional(),
  receipts: z
    .strictObject({ confirm: ourName, error: ourName })
    .optional()
    .describe('Files of ours that say how theirs were read. Receipts are never sent for receipts.'),
  partnerReceipts: z
    .strictObject({ confirm: namePattern.optional(), error: namePattern.optional() })
    .optional()
    .describe('Files of theirs that say how ours were read.'),
})
export type Profile = z.output<typeof Profile>

/** Whether a name is of this pattern. */
export const fits = (pattern: string | undefined, name: string): boolean =>
  pattern !== undefined &&
  new RegExp(
    `^${pattern
      .split('*')
      .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'))
      .join('.*')}$`,
    'i',
  ).test(name)

export type FileKind = 'acknowledgements' | 'cancelAnswers' | 'shipments' | 'stock' | 'confirm' | 'error'

/** What a file of theirs is, by its name; undefined for strangers. */
export function kindOf(profile: Profile, name: string): FileKind | undefined {
  const { partnerReceipts, acknowledgements, cancelAnswers, shipments, stock } = profile
  if (fits(partnerReceipts?.error, name)) return 'error'
  if (fits(partnerReceipts?.confirm, name)) return 'confirm'
  if (fits(acknowledgements?.files, name)) return 'acknowledgements'
  if (fits(cancelAnswers?.files, name)) return 'cancelAnswers'
  if (fits(shipments?.files, name)) return 'shipments'
  return fits(stock?.files, name) ? 'stock' : undefined
}
