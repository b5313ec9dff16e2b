/**
 * Rate cards: what a carrier's service costs and how long it takes. One card is one service of one carrier in one currency:
 * zones say where a parcel goes, breaks say what it weighs, and the calendar says when it is collected and delivered.
 */
import { z } from 'zod'
import { NodeId, RateCardId } from './ids.ts'
import { CurrencyCode } from './money.ts'
import { WEEKDAYS } from './node.ts'
import { PlainDate, TimeOfDay } from './time.ts'

const Country = z.string().regex(/^[A-Z]{2}$/, 'must be an ISO 3166-1 code such as DE')
const PostcodePrefix = z
  .string()
  .min(3)
  .max(24)
  .regex(
    /^[A-Z]{2}-[0-9A-Z ]+$/,
    'must be a country, a hyphen and the first characters of its postcodes, such as DE-10',
  )

/** A destination belongs to the first zone that it fits. Every condition that is stated must hold; a zone without any takes all. */
export const RateZone = z.strictObject({
  zone: z.string().min(1).max(30),
  /** Great-circle distance from the node. A destination or node without a position never fits. */
  maxKm: z.int().min(1).max(20_100).optional(),
  countries: z.array(Country).min(1).max(250).optional(),
  postcodePrefixes: z.array(PostcodePrefix).min(1).max(2000).optional(),
  /** Delivery days after the day of collection; 0 is the same day. */
  transitDays: z.int().min(0).max(120),
})
export type RateZone = z.infer<typeof RateZone>

const DAYS = z.array(z.enum(WEEKDAYS)).min(1).max(7)

export const RateCard = z
  .object({
    id: RateCardId,
    carrier: z.string().min(1).max(63),
    /** The word a channel's order asks for: `standard`, `express`, `same-day`. */
    service: z.string().min(1).max(100),
    currency: CurrencyCode,
    zones: z.array(RateZone).min(1).max(200),
    /**
     * What one parcel costs up to a weight, by zone. Heavier than the last break, a package leaves as several parcels: as
     * many full ones as there are, and one for the rest.
     */
    breaks: z
      .array(
        z.strictObject({
          upToGrams: z.int().min(1).max(100_000_000),
          minor: z.record(z.string().max(30), z.int().min(0)),
        }),
      )
      .min(1)
      .max(100),
    /** Cubic centimetres charged as one kilogram (5,000 is common); a parcel is charged by weight or volume, whichever is more. */
    dimensionalDivisor: z.int().min(1).max(100_000).optional(),
    /** Lanes that are quicker or slower than their zone. The first that fits counts. */
    lanes: z
      .array(
        z.strictObject({
          nodeId: NodeId,
          countries: z.array(Country).optional(),
          postcodePrefixes: z.array(PostcodePrefix).optional(),
          transitDays: z.int().min(0).max(120),
        }),
      )
      .max(5000)
      .optional(),
    /** Days the carrier collects and days it delivers, in the zones of the node and of the destination. */
    collects: DAYS.default(['mon', 'tue', 'wed', 'thu', 'fri']),
    delivers: DAYS.default(['mon', 'tue', 'wed', 'thu', 'fri']),
    noCollection: z.array(PlainDate).max(1000).default([]),
    noDelivery: z.array(PlainDate).max(1000).default([]),
    /** A parcel counts as delivered at this time of its day, where the customer is. */
    deliveredBy: TimeOfDay.default('18:00'),
  })
  .superRefine((card, context) => {
    const refuse = (path: (string | number)[], message: string): void =>
      context.addIssue({ code: 'custom', path, message })
    card.breaks.forEach((each, index) => {
      const before = card.breaks[index - 1]
      if (before !== undefined && each.upToGrams <= before.upToGrams)
        refuse(['breaks', index, 'upToGrams'], 'must be more than the break before')
      for (const { zone } of card.zones) {
        const minor = each.minor[zone]
        if (minor === undefined) refuse(['breaks', index, 'minor'], `must state the zone ${zone}`)
        else if (before !== undefined && minor < (before.minor[zone] ?? 0))
          refuse(['breaks', index, 'minor', zone], 'must not be less than a lighter parcel costs')
      }
    })
  })
export type RateCard = z.infer<typeof RateCard>
