/** What the API takes and shows of availability. */
import { z } from '@hono/zod-openapi'
import { TERMS } from '#core/ledger/available.ts'
import { Sku } from '#core/model/ids.ts'
import { PositiveQuantity } from '#core/model/quantity.ts'
import { instantOut, instantQuery, queryText } from './basics.ts'

const TERM_DOCS: Partial<Record<(typeof TERMS)[number], string>> = {
  unsellable: 'Picked, damaged, or in quality control.',
  fenced: 'Ring-fenced for segments that the channel does not belong to.',
  threshold: 'Held back from the channel.',
  freshnessBuffer: 'Held back because the last count is old.',
  incoming: 'Open supplies expected by `date`, less units promised to backorders; 0 without `date`.',
  outgoing: 'What open transfers will have taken to other nodes by `date`.',
  otherChannels: 'What a share rule leaves to other channels.',
  excluded: 'All that is left, where the channel may not sell; `excludedBy` says why.',
}
const term = (name: (typeof TERMS)[number]) => z.int().openapi({ description: TERM_DOCS[name] ?? name })
const terms = Object.fromEntries(TERMS.map((name) => [name, term(name)])) as Record<
  (typeof TERMS)[number],
  ReturnType<typeof term>
>

const Terms = z.object(terms).openapi('AvailabilityTerms', { description: 'Signed: they add up to `available`.' })
const KitTerms = z
  .object({
    buildable: z.int().openapi({ description: 'Kits that the scarcest component is enough for.' }),
    excluded: z.int(),
  })
  .openapi('KitTerms', { description: 'A kit has no stock of its own; see its components.' })

const Position = z
  .object({
    sku: z.string(),
    nodeId: z.string(),
    terms: z.union([Terms, KitTerms]),
    available: z.int().openapi({ description: 'May be negative, when more is claimed or held back than is there.' }),
    sellable: z.int().openapi({ description: 'What may be offered: `available`, never below zero.' }),
    excludedBy: z.string().optional(),
    components: z
      .array(z.object({ sku: z.string(), perUnit: z.int(), available: z.int(), buildable: z.int() }))
      .optional()
      .openapi({ description: 'Of a kit.' }),
    asOf: instantOut.nullable().openapi({ description: 'When it was last counted.' }),
    source: z.string().nullable(),
  })
  .openapi('AvailabilityPosition')

const belowZero = z.int().openapi({
  description: 'What single nodes lack is added back: the shortage of one takes nothing from the others.',
})

export const Availability = z
  .object({
    formula: z.string(),
    knownAt: instantOut.optional(),
    skus: z.array(
      z.object({
        sku: z.string(),
        available: z.int().nullable().openapi({
          description:
            'What the channel can sell over its nodes; null when no node is known to have or not to have it.',
        }),
        terms: z.union([Terms.extend({ belowZero }), KitTerms]),
        nodes: z.int().openapi({ description: 'Known positions that the terms add up.' }),
      }),
    ),
    positions: z.array(Position),
    unknown: z
      .array(z.object({ sku: z.string(), nodeId: z.string() }))
      .openapi({ description: 'Positions no feed has spoken of. Unknown is not zero.' }),
  })
  .openapi('Availability')

export const AvailabilityQuery = z.object({
  sku: z.array(queryText(100)).min(1).max(50),
  node: z.array(queryText(63)).max(1_000).optional(),
  group: z.array(queryText(63)).max(100).optional(),
  channel: queryText(63).optional(),
  date: instantQuery.optional(),
  knownAt: instantQuery.optional(),
  detail: z.enum(['positions', 'none']).default('positions'),
})

export const BasketRequest = z
  .strictObject({
    lines: z
      .array(z.strictObject({ sku: Sku, quantity: PositiveQuantity }))
      .min(1)
      .max(50),
    channel: z.string().min(1).max(63).optional(),
    nodes: z.array(z.string().min(1).max(63)).min(1).max(1_000).optional(),
    groups: z.array(z.string().min(1).max(63)).min(1).max(100).optional(),
    date: instantQuery.optional(),
  })
  .openapi('BasketRequest')

export const BasketView = z
  .object({
    servable: z.boolean().openapi({ description: 'All lines can be served by the nodes together.' }),
    proven: z.boolean().openapi({
      description: 'False when the search for a way was cut off: then there may be one although `servable` is false.',
    }),
    parts: z
      .array(z.object({ nodeId: z.string(), sku: z.string(), quantity: z.int() }))
      .openapi({ description: 'One way to serve it.' }),
    nodes: z.array(
      z.object({
        nodeId: z.string(),
        servable: z.boolean(),
        short: z.array(z.object({ sku: z.string(), needed: z.int(), available: z.int() })),
      }),
    ),
  })
  .openapi('Basket')
