/** Nodes: the places that can fulfill. A supplier or a 3PL is a node like a warehouse; only its connection differs. */
import { z } from 'zod'
import { ConnectionId, NodeId, PartyId, RateCardId } from './ids.ts'
import { CurrencyCode } from './money.ts'
import { Address, GeoPosition } from './party.ts'
import { PlainDate, TimeOfDay, TimeZone } from './time.ts'

export const NODE_KINDS = ['warehouse', 'store', 'supplier', 'threePl'] as const
export type NodeKind = (typeof NODE_KINDS)[number]

/** How a line can reach the customer. `shipFromStore` is `ship` at a node of kind store. */
export const FULFILLMENT_METHODS = ['ship', 'pickup', 'dropShip'] as const
export const FulfillmentMethod = z.enum(FULFILLMENT_METHODS)
export type FulfillmentMethod = z.infer<typeof FulfillmentMethod>

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const

/** Work that arrives up to `by` is handed over at `handOver` of the same day. */
export const Wave = z.strictObject({ by: TimeOfDay, handOver: TimeOfDay })

/**
 * Opening hours in the node's own zone; a closed day is absent. `cutOff` is the last time for same-day processing, handed over
 * by closing time. A node with several cut-offs a day states `waves` instead, earliest first.
 */
export const DayHours = z.strictObject({
  open: TimeOfDay,
  close: TimeOfDay,
  cutOff: TimeOfDay.optional(),
  waves: z.array(Wave).min(1).max(24).optional(),
})

export const NodeCalendar = z.strictObject({
  timeZone: TimeZone,
  week: z.partialRecord(z.enum(WEEKDAYS), DayHours),
  /** Days without work, whatever the week says. */
  closed: z.array(PlainDate).default([]),
})
export type NodeCalendar = z.infer<typeof NodeCalendar>

/** What a package from here costs, in minor units of `currency`. */
export const NodeCosts = z.strictObject({
  currency: CurrencyCode,
  packageFixedMinor: z.int().min(0).default(0),
  perUnitMinor: z.int().min(0).default(0),
  /** Added per package for each 100 km between node and customer. Left out where a rate card prices the way. */
  per100KmMinor: z.int().min(0).default(0),
  /** The carrier services that leave from here, by the id of their rate card. */
  rateCards: z.array(RateCardId).max(20).optional(),
})

/** What a node can take on: packages by the day of their hand-over, and by the hour in which they are sent to it. */
export const NodeCapacity = z.strictObject({
  packagesPerDay: z.int().min(0).max(1_000_000).optional(),
  packagesPerHour: z.int().min(0).max(1_000_000).optional(),
  /** A full day passes work on to the next one with room, this many open days at most; 0: a full node takes no more. */
  backlogDays: z.int().min(0).max(60).default(0),
})
export type NodeCapacity = z.infer<typeof NodeCapacity>

/** A way to bring goods from this node to another one, where the customer collects them or from where they are sent on. */
export const TransferLane = z.strictObject({
  to: NodeId,
  /** Days on the way, counted on the receiving node's open days from the hand-over on. */
  transitDays: z.int().min(0).max(365),
  perPackageMinor: z.int().min(0).default(0),
  perUnitMinor: z.int().min(0).default(0),
})
export type TransferLane = z.infer<typeof TransferLane>

export const Node = z
  .strictObject({
    id: NodeId,
    name: z.string().max(200),
    kind: z.enum(NODE_KINDS),
    capabilities: z.array(FulfillmentMethod).min(1),
    /** Taken out of routing without losing its stock or its open work. */
    enabled: z.boolean().default(true),
    party: PartyId.optional(),
    /** Groups that channels sell from and stock rules name: `eu`, `stores-north`. */
    groups: z.array(z.string().min(1).max(63)).default([]),
    /** The connection that speaks this node's language. Without one, its work is answered through the API. */
    connection: ConnectionId.optional(),
    address: Address.optional(),
    position: GeoPosition.optional(),
    calendar: NodeCalendar,
    /** Working days between release and hand-over to the carrier. */
    processingDays: z.int().min(0).max(365).default(0),
    /** The node must answer a fulfillment request within this time. */
    answerWithinMinutes: z
      .int()
      .min(1)
      .max(60 * 24 * 30)
      .default(60 * 24),
    /** Whether these minutes pass always, or only while the node is open. */
    answerClock: z.enum(['always', 'openHours']).default('always'),
    /** Once overdue it is reminded and has so long more; then its work goes elsewhere, or to a person. 0: at once. */
    reminderMinutes: z
      .int()
      .min(0)
      .max(60 * 24 * 30)
      .default(0),
    /** Units of each SKU that are never promised from here. */
    safetyStock: z.int().min(0).default(0),
    costs: NodeCosts,
    /** Free marks that routing policies read: `outlet`, `hazmat-licensed`. */
    tags: z.array(z.string().min(1).max(50)).max(50).optional(),
    capacity: NodeCapacity.optional(),
    transfers: z.array(TransferLane).max(1000).optional(),
    /** What others have a lane to send here is brought together and sent on to customers in one parcel. Needs `ship` and an address. */
    consolidates: z.boolean().optional(),
  })
  .refine((node) => node.consolidates !== true || (node.address !== undefined && node.capabilities.includes('ship')), {
    path: ['consolidates'],
    message: 'needs an `address`, to which others send, and `ship` among the `capabilities`',
  })
export type Node = z.infer<typeof Node>
