/** The parts of a running store, as store.ts builds them and driving-side.ts uses them. */
import type { StoreBooks } from './books.ts'
import type { Credentials } from './credentials.ts'
import type { Manners } from './manners.ts'
import type { ShopFacts } from './resolver-table.ts'
import type { Schedule } from './schedule.ts'
import type { CallCounts } from './snapshot.ts'
import type { WebhookSender } from './webhooks.ts'

export type StoreParts = {
  shop: ShopFacts
  now: () => number
  newId: () => string
  manners: Manners
  schedule: Schedule
  counts: CallCounts
  credentials: Credentials
  webhooks: WebhookSender
  books: StoreBooks
  fulfillmentOrderDelayMs: number
}
