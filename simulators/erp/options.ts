/** How a simulated ERP is set up and how badly it may behave. */
import type { Instant } from '#core/model/time.ts'

export type OpeningStock = { sku: string; node: string; onHand: number }

/** Where the hub listens and with which secrets it trusts this ERP. */
export type HubAddress = {
  /** Whole URL of the hub's stock feed; feeds are PUT there. */
  stockUrl: string
  /** Sent as a bearer token with every feed. */
  apiKey: string
  /** Whole URL that takes this ERP's webhooks. */
  webhookUrl: string
  /** Standard Webhooks secret: `whsec_` and base64 of the key. */
  webhookSecret: string
}

/** What the ERP waits for before it takes the step. */
export type ErpStep = 'answer' | 'ship' | 'collect' | 'cancel'

/** Shares are chances from 0 to 1, drawn for each request, call or event on its own. */
export type ErpManners = {
  /** Requests that are refused whole. */
  rejectShare: number
  /** Accepted requests of which a unit is not found on the shelf. */
  shortPickShare: number
  /** SKUs that are always handled with care: a request that holds one is neither refused nor cut short by chance. */
  withCare: readonly string[]
  /** Calls whose effect is booked and whose answer never comes: the socket is cut. */
  loseAnswerAfterEffect: number
  /** Calls whose effect is booked and that are answered 500 all the same. */
  answer500AfterEffect: number
  /** Events that are sent twice under the same id. */
  duplicateWebhooks: number
  /** Events that are held back, so that later ones overtake them. */
  reorderWebhooks: number
  /** How long every answer to the hub is held back, in milliseconds. */
  slowMs: number
}

export const GOOD_MANNERS: ErpManners = {
  rejectShare: 0,
  shortPickShare: 0,
  withCare: [],
  loseAnswerAfterEffect: 0,
  answer500AfterEffect: 0,
  duplicateWebhooks: 0,
  reorderWebhooks: 0,
  slowMs: 0,
}

export type WebhookPace = {
  /** Deliveries under way at once. */
  concurrency: number
  /** Wait after the first failed attempt; doubles with each further one. */
  retryBaseMs: number
  retryMaxMs: number
  /** How long an event stays back when it is to be overtaken. */
  reorderHoldMs: number
  /** An attempt without an answer is given up and tried again after this. */
  timeoutMs: number
}

export const QUICK_PACE: WebhookPace = {
  concurrency: 64,
  retryBaseMs: 50,
  retryMaxMs: 2_000,
  reorderHoldMs: 30,
  timeoutMs: 15_000,
}

export type ErpOptions = {
  /** Short name; begins shipment, tracking and document numbers, so that two ERPs never mint the same one. */
  name: string
  stock: readonly OpeningStock[]
  /** The bearer token that the hub must send. */
  token: string
  /** Numbers from 0 to below 1. Seeded by the caller: the ERP has no other source of chance. */
  random: () => number
  /** Without one the events wait until `connectHub` is called. */
  hub?: HubAddress
  manners?: Partial<ErpManners>
  pace?: Partial<WebhookPace>
  /** How long a step takes, in milliseconds. Default 0. */
  delayMs?: (step: ErpStep, requestId: string) => number
  /** Most units in one package. Default 10. */
  unitsPerPackage?: number
  carrier?: string
  /** The host to listen on. Default 127.0.0.1. */
  host?: string
  /** Default 0: a free one. */
  port?: number
  now?: () => Instant
}
