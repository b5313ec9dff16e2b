/** Settings of a 3PL: those of an X12 supplier, with the codes in which warehouses differ, and stock told as what is on hand. */
import { z } from 'zod'
import { ADJUSTMENT_REASONS } from '#core/model/trade.ts'
import { REJECT_REASONS } from '#core/model/fulfillment.ts'
import { EdiConfig } from '../config.ts'

const Code = z.string().length(2)

/** What a warehouse counts is what stands there, broken goods included (QTY 17); where it tells only what can be sold, say 33. */
const STOCK_QUALIFIERS = ['17', '33']

export const WarehouseConfig = EdiConfig.extend({
  profile: EdiConfig.shape.profile
    .unwrap()
    .extend({
      stockQualifiers: z
        .array(Code)
        .min(1)
        .default(STOCK_QUALIFIERS)
        .describe('846: QTY01 of the number that counts, best first.'),
      newOrderStatus: z.string().length(1).optional().describe('940: W0501 of a new order.'),
      shippedStatuses: z.array(Code).optional().describe('945: W1201 of lines that left.'),
      shortStatuses: z
        .record(Code, z.enum(REJECT_REASONS))
        .optional()
        .describe('945: W1201 of lines that fell short for good, each with its reason.'),
      adjustmentReasons: z.record(Code, z.enum(ADJUSTMENT_REASONS)).optional().describe('947: W1901.'),
    })
    .prefault({})
    .describe('Where this 3PL departs from the base profile, in its own words.'),
})
