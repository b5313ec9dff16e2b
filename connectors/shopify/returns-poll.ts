/** Reconciliation of returns and refunds: a webhook that never came is found with the order it belongs to. */
import { readJson } from '#mappings/formats/json/reader.ts'
import { readReturnsNode } from '#mappings/shopify/return.ts'
import type { PullPort, Reading } from '../contract/connector.ts'
import type { ShopifyConfig } from './config.ts'
import { CHANGED_RETURNS } from './operations.ts'
import { pullChanged } from './orders-poll.ts'

export const returnsPoll: PullPort<ShopifyConfig> = {
  name: 'returns-poll',
  summary: 'Reconciliation of returns and refunds by the time of change of their orders.',
  direction: 'in',
  transport: 'pull',
  kind: 'returnRequest',
  everyMs: 300_000,
  pull: (context, cursor) => pullChanged(context, cursor, CHANGED_RETURNS, 'returns'),
  read: (raw, _meta, context): Reading => {
    const node = readJson(raw, { maxBytes: 10_000_000 })
    return node.ok
      ? { ...readReturnsNode(node.value, context), receipts: [] }
      : { documents: [], refused: [{ part: '', issues: node.issues }], receipts: [] }
  },
}
