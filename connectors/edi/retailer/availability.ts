/** What the retailer can sell, X12 846: one set for each place, with what changed there. Every number is whole, so a repeat does no harm. */
import type { Issue } from '#core/issue.ts'
import type { StockFeed } from '#core/model/stock.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import { stock846 } from '#mappings/x12/stock-846.ts'
import type { SendPort } from '../../contract/connector.ts'
import { receiptWithinMs } from '../config.ts'
import type { EdiConfig } from '../config.ts'
import { profileFor } from '../more-sets.ts'
import { compose, findFile, publish } from '../outgoing.ts'

const MOST_POSITIONS = 1_000

export const availability: SendPort<EdiConfig, 'availability'> = {
  name: 'availability',
  summary: 'What can be sold of each product at each place the retailer has a name for, X12 846.',
  direction: 'out',
  transport: 'sftp',
  kind: 'availability',
  batchMax: MOST_POSITIONS,
  duplicates: 'lookup',
  expectsAnswer: false,
  receiptWithinMs,

  prepare: (context, deliveries) => {
    const { config, crosswalk, clock } = context
    const asOf = clock.now()
    const sets: (readonly WritableSegment[])[] = []
    const issues: Issue[] = []
    const places = Map.groupBy(deliveries, ({ document }) => document.nodeId)
    for (const each of places.values()) {
      const feed: StockFeed = {
        mode: 'delta',
        asOf,
        absentMeansZero: false,
        rows: each.map(({ document: { sku, nodeId, available } }) => ({ sku, nodeId, onHand: available })),
      }
      const written = stock846.write(feed, { crosswalk, receivedAt: asOf }, profileFor(config))
      if (written.ok) sets.push(written.value)
      else issues.push(...written.issues)
    }
    return issues.length > 0 ? Promise.resolve({ ok: false, issues }) : compose(context, '846', sets)
  },

  send: async (context, transmission) => ({ all: await publish(context, transmission) }),

  lookup: async (context, { name, deliveries }) => {
    const found = await findFile(context, name, true)
    return Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}
