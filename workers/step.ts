/** What a node's word did to one request: who said it, and in which document. */
import type { Progress } from '#core/fulfillment/progress.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'

export type Step = { request: FulfillmentRequest; progress: Progress; actor: string; cause: string }
