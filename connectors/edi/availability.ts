/** What a retailer can sell, as stock feeds: one for each place, with what changed there. Every number is whole, so a repeat does no harm. */
import type { Parsed } from '#core/issue.ts'
import type { StockFeed } from '#core/model/stock.ts'
import type { Context, Delivery, Prepared, SendPort } from '../contract/connector.ts'
import type { EdiConfig } from './config.ts'
import { filePort, written } from './file-port.ts'

const MOST_POSITIONS = 1_000

export function availabilityPort<
  Config extends Pick<EdiConfig, 'inFolder' | 'partnerArchiveFolder' | 'receiptWithinMinutes'>,
  Part,
>(definition: {
  summary: string
  /** `of`: the deliveries that the feed tells, at least one. */
  write: (feed: StockFeed, context: Context<Config>, of: readonly Delivery<'availability'>[]) => Parsed<Part>
  compose: (context: Context<Config>, parts: readonly Part[]) => Promise<Parsed<Prepared>>
}): SendPort<Config, 'availability'> {
  const { summary, write, compose } = definition
  return filePort({
    name: 'availability',
    summary,
    kind: 'availability',
    batchMax: MOST_POSITIONS,
    expectsAnswer: false,
    repeatIsHarmless: () => true,
    partsOf: (context, deliveries) => {
      const places = Map.groupBy(deliveries, ({ document }) => document.nodeId)
      return written([...places.values()], context, (each, asOf) => {
        const rows = each.map(({ document: { sku, nodeId, available } }) => ({ sku, nodeId, onHand: available }))
        return write({ mode: 'delta', asOf, absentMeansZero: false, rows }, context, each)
      })
    },
    compose,
  })
}
