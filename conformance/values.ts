/** Canonical documents for the kit: plain ones, and ones that seeded randomness makes. */
import type { OrderInput } from '#core/model/order.ts'
import type { Random } from '#core/ports.ts'
import type { Documents } from '#connectors/contract/connector.ts'
import type { Exhibit, InboundKind } from '#connectors/contract/exhibit.ts'
import { atSecond } from './paper-clock.ts'

/** Product codes that careless readers take for numbers: zeros in front, too many digits, exponents. */
export const AWKWARD_SKUS = [
  '00042',
  '0012345678905',
  '12345678901234567890',
  '1E5',
  '5e-3',
  '9007199254740993',
] as const
export const PLAIN_SKUS = Array.from({ length: 9 }, (_, index) => `SKU-${index + 1}`)
export const KNOWN_SKUS = [...PLAIN_SKUS, ...AWKWARD_SKUS]
/** A code without a row in any table. */
export const UNKNOWN_SKU = 'NO-ROW-9'

export type Wish = {
  /** Tells documents of one kind apart. */
  id: string
  /** Seconds of the kit's day. */
  at?: number
  lines?: { sku: string; quantity: number }[]
  requestId?: string
  rejected?: number
}

const DEFAULT_LINES = [{ sku: 'SKU-1', quantity: 2 }]

/** Lines of so many units each: 1 unit of SKU-1, 2 of SKU-2 … */
export const linesOf = (count: number): { sku: string; quantity: number }[] =>
  Array.from({ length: count }, (_, index) => ({
    sku: PLAIN_SKUS[index % PLAIN_SKUS.length] ?? '',
    quantity: index + 1,
  }))

type Where = { channelId: string; nodeId: string; exhibit: Pick<Exhibit, 'method' | 'stockMode'> }

/** Where it goes to: what is collected goes nowhere. */
const shipTo = ({ exhibit }: Where, address: object): object => (exhibit.method === 'pickup' ? {} : { shipTo: address })

/** A canonical document of this kind. What it says follows from the wish alone. */
export function valueOf<K extends InboundKind>(kind: K, wish: Wish, where: Where): Documents[K] {
  return MAKERS[kind](wish, where) as Documents[K]
}

const MAKERS: { [K in InboundKind]: (wish: Wish, where: Where) => unknown } = {
  order: ({ id, at = 0, lines = DEFAULT_LINES }, where): OrderInput =>
    ({
      channelId: where.channelId,
      externalId: id,
      revisedAt: atSecond(at),
      placedAt: atSecond(0),
      currency: 'EUR',
      totalMinor: lines.reduce((sum, line) => sum + line.quantity * 1250, 0),
      ...shipTo(where, { name: 'Ada', line1: 'Rue 1', city: 'Paris', country: 'FR' }),
      holds: [],
      lines: lines.map(({ sku, quantity }, index) => ({
        // As short as the shortest field of a partner that numbers lines.
        externalId: `00${index + 1}`,
        sku,
        quantity,
        cancelledQuantity: 0,
        unitPriceMinor: 1250,
        ...(where.exhibit.method === 'pickup' ? { method: 'pickup', nodeId: where.nodeId } : { method: 'ship' }),
      })),
    }) as unknown as OrderInput,
  stock: ({ at = 0, lines = DEFAULT_LINES }, { nodeId, exhibit }) => ({
    mode: exhibit.stockMode ?? 'full',
    asOf: atSecond(at),
    absentMeansZero: false,
    rows: lines.map(({ sku, quantity }) => ({ sku, nodeId, onHand: quantity })),
  }),
  stockChange: ({ at = 0, lines = DEFAULT_LINES }, { nodeId }) => ({
    sku: lines[0]?.sku,
    nodeId,
    delta: lines[0]?.quantity,
    at: atSecond(at),
    reason: 'counted',
  }),
  fulfillmentResponse: ({ requestId = 'ful_kit', at = 0, lines = DEFAULT_LINES, rejected = 0 }) => ({
    requestId,
    answeredAt: atSecond(at),
    lines: lines.map(({ quantity }, index) => {
      const refused = Math.min(rejected, quantity)
      return {
        lineNo: index + 1,
        accepted: quantity - refused,
        rejected: refused,
        ...(refused > 0 ? { reason: 'outOfStock' } : {}),
      }
    }),
  }),
  cancelResponse: ({ requestId = 'ful_kit', at = 0 }) => ({
    requestId,
    answeredAt: atSecond(at),
    accepted: false,
    reason: 'packed already',
  }),
  shipment: ({ id, requestId = 'ful_kit', at = 0, lines = DEFAULT_LINES }, { exhibit }) => {
    const isParcel = exhibit.method !== 'pickup'
    return {
      requestId,
      externalId: id,
      shippedAt: atSecond(at),
      ...(isParcel ? { carrier: 'UPSN' } : {}),
      packages: [
        {
          ...(isParcel ? { trackingNumber: `1Z${id}` } : {}),
          lines: lines.map(({ quantity }, index) => ({ lineNo: index + 1, quantity })),
        },
      ],
    }
  },
  tracking: ({ id, at = 0 }) => ({ trackingNumber: `1Z${id}`, code: 'delivered', at: atSecond(at) }),
  returnReceipt: ({ id, at = 0, lines = DEFAULT_LINES }, { nodeId }) => ({
    receiptNumber: id,
    nodeId,
    receivedAt: atSecond(at),
    references: [`rma_${id}`],
    lines: lines.map(({ sku, quantity }) => ({ sku, item: sku, quantity, condition: 'asNew' })),
  }),
}

/** Kinds that speak of one thing, and have no lines or rows. */
export const isWhole = (kind: InboundKind): boolean =>
  kind === 'cancelResponse' || kind === 'tracking' || kind === 'stockChange'

/** How many parts of its own the document has: lines, rows. */
export function partsOf(value: unknown): number {
  const { lines, rows, packages } = value as { lines?: unknown[]; rows?: unknown[]; packages?: { lines: unknown[] }[] }
  return (lines ?? rows ?? packages?.flatMap((one) => one.lines) ?? []).length
}

/** A wish that randomness makes: how many lines, which products, how many units. */
export function anyWish(random: Random, id: string): Wish {
  const pick = (count: number): number => Math.floor(random.next() * count)
  const start = pick(PLAIN_SKUS.length)
  const lines = Array.from({ length: 2 + pick(7) }, (_, index) => ({
    sku: PLAIN_SKUS[(start + index) % PLAIN_SKUS.length] ?? '',
    quantity: 1 + pick(999),
  }))
  return { id, at: pick(3000), lines, rejected: pick(2) }
}

type Outgoing =
  | 'fulfillmentInstruction'
  | 'fulfillmentCancel'
  | 'fulfillmentReminder'
  | 'inboundAdvice'
  | 'returnInstruction'
  | 'channelAnswer'
  | 'amendmentAnswer'
  | 'channelShipment'
  | 'channelTracking'
  | 'channelChange'
  | 'channelReturn'
  | 'channelRefund'
  | 'availability'
  | 'acknowledgement'
  | 'rejection'
  | 'event'

/** A channel's name of a line, as short as the shortest field of a partner that holds one. */
const LINE = '000010'

/** What the hub would tell a partner. */
export function outgoing(kind: Outgoing, id: string, where: Where & { receipt?: string }): unknown {
  const { nodeId } = where
  const made: Record<Outgoing, unknown> = {
    fulfillmentInstruction: {
      requestId: `ful_${id}`,
      orderId: `ord_${id}`,
      orderNumber: `#${id}`,
      placedAt: atSecond(0),
      nodeId,
      method: where.exhibit.method ?? 'ship',
      ...shipTo(where, { name: 'Ada', line1: 'Rue 1', city: 'Paris', postcode: '01000', country: 'FR' }),
      lines: [
        { lineNo: 1, sku: 'SKU-1', quantity: 2, unitPriceMinor: 1250, currency: 'EUR' },
        { lineNo: 2, sku: '00042', quantity: 1, unitPriceMinor: 999, currency: 'EUR' },
      ],
    },
    fulfillmentCancel: { requestId: `ful_${id}`, nodeId, reason: 'the customer asked' },
    fulfillmentReminder: { requestId: `ful_${id}`, nodeId, missedAt: atSecond(60), dueAt: atSecond(3_660) },
    channelAnswer: {
      externalOrderId: `order-${id}`,
      placedAt: atSecond(0),
      answeredAt: atSecond(30),
      currency: 'EUR',
      lines: [
        {
          externalLineId: LINE,
          sku: 'SKU-1',
          unitPriceMinor: 1250,
          ordered: 3,
          accepted: 2,
          shipBy: atSecond(3_600),
          waiting: 1,
          cancelled: 0,
        },
      ],
    },
    amendmentAnswer: {
      externalOrderId: `order-${id}`,
      number: '7',
      answeredAt: atSecond(30),
      currency: 'EUR',
      cancel: false,
      lines: [
        {
          externalLineId: LINE,
          sku: 'SKU-1',
          unitPriceMinor: 1250,
          verdict: 'agreed',
          asked: 2,
          quantity: 2,
          waiting: 1,
          shipBy: atSecond(3_600),
        },
      ],
    },
    channelShipment: {
      externalOrderId: `order-${id}`,
      nodeId,
      shipmentId: `shp_${id}`,
      shippedAt: atSecond(60),
      carrier: 'UPSN',
      lines: [{ externalLineId: LINE, sku: 'SKU-1', quantity: 2 }],
      trackingNumbers: [`1Z${id}`],
      trackingUrls: [],
    },
    inboundAdvice: {
      adviceNumber: id,
      advisedOn: atSecond(0).slice(0, 10),
      expectedOn: atSecond(0).slice(0, 10),
      nodeId,
      lines: [{ lineNo: 1, sku: 'SKU-1', quantity: 5 }],
    },
    returnInstruction: {
      returnId: `rma_${id}`,
      nodeId,
      orderNumber: `#${id}`,
      requestId: `ful_${id}`,
      authorisedAt: atSecond(0),
      lines: [{ lineNo: 1, sku: 'SKU-1', quantity: 1, reason: 'unwanted' }],
    },
    channelTracking: {
      externalOrderId: `order-${id}`,
      shipmentId: `shp_${id}`,
      event: 'delivered',
      at: atSecond(90),
      trackingNumbers: [`1Z${id}`],
      lines: [{ externalLineId: LINE, quantity: 2 }],
    },
    channelChange: {
      externalOrderId: `order-${id}`,
      reason: 'the customer called',
      cancelled: false,
      quantities: [{ externalLineId: LINE, sku: 'SKU-1', quantity: 1 }],
      added: [],
      knownLineIds: [LINE],
    },
    channelReturn: { externalReturnId: `return-${id}`, action: 'approve' },
    channelRefund: {
      refundId: `rfd_${id}`,
      externalOrderId: `order-${id}`,
      currency: 'EUR',
      amountMinor: 1250,
      shippingMinor: 0,
      feeMinor: 0,
      lines: [{ externalLineId: LINE, quantity: 1 }],
    },
    event: {
      seq: 1,
      id: `fct_${id}`,
      kind: 'shipped',
      orderId: `ord_${id}`,
      channelId: where.channelId,
      externalId: `order-${id}`,
      at: atSecond(60),
      actor: 'kit',
      cause: null,
      data: {},
    },
    availability: { sku: 'SKU-1', nodeId, available: 7 },
    rejection: {
      rejectionId: `rej_${id}`,
      rejectedAt: atSecond(60),
      documentType: '856',
      reference: `SHP-${id}`,
      document: `env_${id}`,
      part: 'ST 0001',
      reason: 'it names an order that was never placed',
      faults: [{ place: 'PRF-01', rule: 'must be a purchase order of ours' }],
    },
    acknowledgement: { for: `env_${id}`, bytes: where.receipt ?? '' },
  }
  return made[kind]
}
