/** What the simulator takes and gives: its options, and the handle by which demo and tests drive it and read its books. */
import type { LocationSeed, ProductSeed } from './books.ts'
import type { Manners } from './manners.ts'
import type { CancelReason, FulfillmentOrderRecord, ItemRecord, LocationRecord } from './records.ts'
import type { WantedBack } from './returns.ts'
import type { PlaceOrderInput } from './selling.ts'
import type { StoreSnapshot } from './snapshot.ts'
import type { ThrottleSettings } from './throttle.ts'
import type { DeliveryOutcome, WebhookTarget } from './webhooks.ts'

export type ShopifyStoreOptions = {
  /** The app's credentials: they open the token endpoint, and the secret signs webhooks. */
  clientId: string
  clientSecret: string
  /** A token that never expires, as a custom app's; without it only granted tokens work. */
  accessToken?: string
  shopName?: string
  shopDomain?: string
  currency?: string
  locations: LocationSeed[]
  products: ProductSeed[]
  webhookTargets?: WebhookTarget[]
  /** 0, the default, takes a free port. */
  port?: number
  /** Unix milliseconds. */
  now?: () => number
  /** Webhook ids, event ids and tokens; random UUIDs when left out. */
  newId?: () => string
  /** The background step that makes fulfillment orders runs so long after the order; 20 when left out. */
  fulfillmentOrderDelayMs?: number
  /** The cost bucket; a Plus shop's (1000 points per second) when left out. */
  throttle?: ThrottleSettings
  throttledStatus?: 200 | 429
  webhookTimeoutMs?: number
  retryDelaysMs?: readonly number[]
  /** Webhook deliveries under way at once; 64 when left out. */
  maxSockets?: number
  manners?: Partial<Manners>
}

export type PlacedOrder = {
  id: number
  gid: string
  name: string
  lines: { id: number; gid: string; sku: string; quantity: number }[]
  /** Resolves with the last word on the `orders/create` webhook of the first subscription; never rejects. */
  delivery: Promise<DeliveryOutcome>
}

export type ShopifyStore = {
  /** `http://127.0.0.1:port`, in the place of `https://{shop}.myshopify.com`. */
  url: string
  graphqlUrl: string
  tokenUrl: string
  shopDomain: string
  /** Change these while the store runs. */
  manners: Manners
  placeOrder: (input: PlaceOrderInput) => PlacedOrder
  /** Sends `orders/cancelled`; refused once anything has been shipped. */
  cancelOrder: (orderId: number, reason?: CancelReason, restock?: boolean) => { cancelled: boolean; message: string }
  /** A customer asks to send fulfilled units back. Sends `returns/request`. */
  requestReturn: (orderId: number, wanted: WantedBack[]) => { id: number; gid: string; name: string }
  /** Somebody at the shop pays money back by hand. Sends `refunds/create`. */
  refundByHand: (orderId: number, amountMinor: number) => void
  addProduct: (seed: ProductSeed) => ItemRecord
  location: (name: string) => LocationRecord
  item: (sku: string) => ItemRecord
  /** Somebody at the shop counts the shelf, or sells at the till: sets available by hand. */
  setAvailable: (sku: string, locationName: string, quantity: number) => void
  /** Somebody at the shop, or a fulfillment service, changes a fulfillment order by hand. */
  changeFulfillmentOrder: (
    id: number,
    change: Partial<Pick<FulfillmentOrderRecord, 'status' | 'requestStatus' | 'progressReported'>>,
  ) => void
  subscribe: (target: WebhookTarget) => void
  /** From now on `next` is the app's secret; webhooks may still be signed with the old one for a while. */
  rotateSecret: (next: string, keepSigningWithOldMs?: number) => void
  revokeTokens: () => void
  books: () => StoreSnapshot
  /** Resolves when no background step, delivery or retry is under way. */
  idle: () => Promise<void>
  close: () => Promise<void>
}
