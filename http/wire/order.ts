/** An order as the API takes it: the canonical order, unknown fields refused, so that a misspelt one is not lost in silence. */
import { z } from '@hono/zod-openapi'
import { OrderInput, OrderLineInput } from '#core/model/order.ts'
import { Address } from '#core/model/party.ts'
import { Instant } from '#core/model/time.ts'
import { isStorable, STORABLE_CURE } from './instants.ts'

const WireAddress = Address.strict()
const WireLine = OrderLineInput.strict()

export const OrderRequest = OrderInput.extend({
  revisedAt: Instant.optional().openapi({
    description: 'Orders the revisions of one order by the channel’s own clock. Absent: `placedAt`.',
  }),
  shipTo: WireAddress.optional(),
  billTo: WireAddress.optional(),
  lines: z.array(WireLine).min(1).max(1000),
})
  .strict()
  .superRefine((order, context) => {
    const times: [string, string | undefined][] = [
      ['revisedAt', order.revisedAt],
      ['placedAt', order.placedAt],
      ['cancelledAt', order.cancelledAt],
    ]
    for (const [name, time] of times)
      if (time !== undefined && !isStorable(time)) context.addIssue(notStorable([name], time))
    const seen = new Set<string>()
    for (const [index, line] of order.lines.entries()) {
      if (line.promisedBy !== undefined && !isStorable(line.promisedBy))
        context.addIssue(notStorable(['lines', index, 'promisedBy'], line.promisedBy))
      if (seen.has(line.externalId)) context.addIssue(repeatedLine(index, line.externalId))
      seen.add(line.externalId)
    }
  })
  .openapi('OrderRequest')
export type OrderRequest = z.output<typeof OrderRequest>

const notStorable = (path: (string | number)[], time: string) => ({
  code: 'custom' as const,
  path,
  message: `${time} is no moment that can be stored`,
  params: { cure: STORABLE_CURE },
})

const repeatedLine = (index: number, externalId: string) => ({
  code: 'custom' as const,
  path: ['lines', index, 'externalId'],
  message: `two lines are called ${externalId}`,
  params: { cure: 'Give each line of the order a name of its own.' },
})

export const OrderReceipt = z
  .object({
    id: z.string(),
    channelId: z.string(),
    externalId: z.string(),
    /** `captured`: stored, new or as a newer revision. `duplicate`: known already. `superseded`: a newer revision is known. */
    result: z.enum(['captured', 'duplicate', 'superseded']),
    reason: z.string().optional(),
  })
  .openapi('OrderReceipt')
