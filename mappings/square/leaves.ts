/** Square's own spellings, shared by its maps. */
import type { FulfillmentRequestId } from '#core/model/ids.ts'
import type { CurrencyCode } from '#core/model/money.ts'
import { pattern } from '../engine/index.ts'

export const requestId = pattern<FulfillmentRequestId>('a request id such as ful_…', /^ful_[0-9A-Za-z-]{1,60}$/)
export const currency = pattern<CurrencyCode>('an ISO 4217 code such as EUR', /^[A-Z]{3}$/)

/** Integers in the currency's smallest unit. */
export type SquareMoney = { amount: number; currency: string }
