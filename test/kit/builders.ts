/** Builders for documents in tests: `anOrder('1001').line('SHOE-1', 2).document`. */

type LineInput = {
  externalId: string
  sku: string
  quantity: number
  cancelledQuantity?: number
  unitPriceMinor: number
  method?: string
  nodeId?: string
  promisedBy?: string
  substitution?: string
}

export function anOrder(externalId: string, revisedAt = '2026-11-22T09:00:00.000Z') {
  const lines: LineInput[] = []
  const head: Record<string, unknown> = {
    channelId: 'web',
    externalId,
    number: `#${externalId}`,
    revisedAt,
    placedAt: '2026-11-22T09:00:00.000Z',
    currency: 'EUR',
    totalMinor: 10_000,
    shipTo: { line1: '1 Rue de Test', city: 'Paris', postcode: '07500', country: 'FR' },
  }
  const builder = {
    line: (sku: string, quantity: number, more: Partial<LineInput> = {}) => {
      lines.push({ externalId: `${externalId}-${lines.length + 1}`, sku, quantity, unitPriceMinor: 5_000, ...more })
      return builder
    },
    with: (more: Record<string, unknown>) => {
      Object.assign(head, more)
      return builder
    },
    get document() {
      return { kind: 'order', value: { ...head, lines } }
    },
  }
  return builder
}

export const aFeed = (
  rows: [sku: string, nodeId: string, onHand: number][],
  asOf = '2026-11-22T08:00:00.000Z',
  more: Record<string, unknown> = {},
) => ({
  kind: 'stock',
  value: { mode: 'delta', asOf, rows: rows.map(([sku, nodeId, onHand]) => ({ sku, nodeId, onHand })), ...more },
})

export const aShipment = (
  requestId: string,
  externalId: string,
  lines: [lineNo: number, quantity: number][],
  shippedAt = '2026-11-22T12:00:00.000Z',
) => ({
  kind: 'shipment',
  value: {
    requestId,
    externalId,
    shippedAt,
    carrier: 'UPSN',
    packages: [{ trackingNumber: `1Z${externalId}`, lines: lines.map(([lineNo, quantity]) => ({ lineNo, quantity })) }],
  },
})
