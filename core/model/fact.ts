/** The timeline: what happened to an order, in order, each with its cause. Facts are appended, never changed. */
import { z } from 'zod'
import { FactId, OrderId } from './ids.ts'
import { Instant } from './time.ts'

export const FACT_KINDS = [
  'captured',
  'amended',
  'edited',
  'substituted',
  'erased',
  'held',
  'holdReleased',
  'cancelled',
  'cancelRequested',
  'cancelRefused',
  'cancelTooLate',
  'routed',
  'unroutable',
  'backordered',
  'backorderReleased',
  'promiseSlipped',
  'released',
  'sent',
  'sendFailed',
  'accepted',
  'rejected',
  'sentToNode',
  'arrivedAtNode',
  'shipped',
  'handedOver',
  'delivered',
  'deliveryException',
  'deliveryResumed',
  'returned',
  'invoiced',
  'channelTold',
  'answerReminded',
  'answerOverdue',
  'reoptimised',
  'caseOpened',
  'repaired',
  'returnRequested',
  'returnAuthorised',
  'returnDeclined',
  'returnSent',
  'returnReceived',
  'returnInspected',
  'returnDisposed',
  'restockBlocked',
  'returnLapsed',
  'returnClosed',
  'refundTriggered',
  'refunded',
  'refundDenied',
  'exchangeOrdered',
] as const
export type FactKind = (typeof FACT_KINDS)[number]

export const TimelineFact = z.object({
  id: FactId,
  orderId: OrderId,
  kind: z.enum(FACT_KINDS),
  /** When it was true in the world. */
  at: Instant,
  /** Who said so: a connection, `routing`, `api:<key name>`, `timers`. */
  actor: z.string().max(100),
  /** The envelope, decision, instruction or case behind it. */
  cause: z.string().max(100).optional(),
  data: z.record(z.string(), z.unknown()).default({}),
})
export type TimelineFact = z.infer<typeof TimelineFact>

/** A fact as those hear it who follow: with its place among all facts, and the order in the channel's own words. */
export type OrderEvent = {
  /** Rises without coming twice; the cursor of the stream. */
  seq: number
  id: string
  kind: FactKind
  orderId: string
  channelId: string | null
  externalId: string | null
  at: Instant
  actor: string
  cause: string | null
  data: Record<string, unknown>
}

/** What is to be appended to an order's timeline, before it has an id, an actor and a cause. */
export type NewOrderFact = { kind: FactKind; at: Instant; data: Record<string, unknown> }
