/** Who and where: parties (companies and people we deal with) and addresses. */
import { z } from 'zod'
import { PartyId } from './ids.ts'

/** Degrees, WGS 84. The only non-integers in the model: they are measured, not counted. */
export const GeoPosition = z.object({ latitude: z.number().min(-90).max(90), longitude: z.number().min(-180).max(180) })
export type GeoPosition = z.infer<typeof GeoPosition>

const text = (max: number) => z.string().max(max)

/** A postal address with its addressee. Postcodes are text: `01234` stays `01234`. */
export const Address = z.object({
  name: text(200).optional(),
  company: text(200).optional(),
  line1: text(200),
  line2: text(200).optional(),
  city: text(100),
  /** ISO 3166-2 subdivision without the country, or the partner's own text. */
  region: text(100).optional(),
  postcode: text(20).optional(),
  /** ISO 3166-1 alpha-2. */
  country: z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as DE'),
  phone: text(50).optional(),
  email: text(254).optional(),
  position: GeoPosition.optional(),
})
export type Address = z.infer<typeof Address>

export const PARTY_ROLES = ['merchant', 'supplier', 'carrier', 'threePl', 'customer'] as const

/** A company we exchange documents with. Buyers are not parties: they live with their order, so that erasing is one place. */
export const Party = z.strictObject({
  id: PartyId,
  name: text(200),
  role: z.enum(PARTY_ROLES),
  address: Address.optional(),
  /** Names of this party at others: `{ gln: '4012345000009', vendor: '123456' }`. */
  identifiers: z.record(z.string(), z.string()).default({}),
})
export type Party = z.infer<typeof Party>
