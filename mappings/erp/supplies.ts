/**
 * What the ERP says of goods to come and goods that came, as JSON and CSV ↔ supply statements and goods receipts. Wire formats:
 * README.md. Each row stands for itself: a bad one is refused with its place, and its neighbours go on.
 */
import type { GoodsReceipts, SupplyInput, SupplyReceipt, SupplyStatement } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import type { FieldMap, Leaf, MapReading, PlaceOf, WithCrosswalk } from '../engine/index.ts'
import {
  defineMap,
  enumTable,
  instant,
  isAbsent,
  nodeLookup,
  readingOf,
  refuse,
  rulesFor,
  runForward,
  skuLookup,
  text,
  wholeNumber,
  wholeNumberText,
} from '../engine/index.ts'

/** Values are text in CSV and typed in JSON; the names are JSON's, CSV writes them with underscores. */
type SupplyRow<Count> = {
  kind?: string
  reference: string
  sku: string
  node: string
  fromNode?: string
  purchaseOrder?: string
  quantity: Count
  expectedAt: string
  '@row'?: string
}
type ReceiptRow<Count> = {
  kind?: string
  supply: string
  sku: string
  node: string
  reference: string
  quantity: Count
  receivedAt: string
  '@row'?: string
}
type Supplies<Count> = { asOf?: string; supplies: SupplyRow<Count>[] }
type Receipts<Count> = { receipts: ReceiptRow<Count>[] }

const kinds = enumTable<SupplyInput['kind']>('kind of supply', {
  purchaseOrder: 'purchaseOrder',
  asn: 'asn',
  transfer: 'transfer',
})
const sku = skuLookup('supply')
const node = nodeLookup('supply')
const name100 = text(100)
const scope = {
  forward: (_document: unknown, context: WithCrosswalk): WithCrosswalk => context,
  back: (_document: unknown, context: WithCrosswalk): WithCrosswalk => context,
}

const ONLY_TRANSFERS = refuse({
  rule: 'must be named for a transfer, and for nothing else',
  cure: 'Send fromNode with kind transfer, or leave it out.',
  code: 'supply.from-node',
})
const ONLY_ASNS = refuse({
  rule: 'must be named for an ASN only',
  cure: 'Send purchaseOrder with kind asn, or leave it out.',
  code: 'supply.purchase-order',
})

function supplyMap<Count extends number | string>(
  format: string,
  count: Leaf<Count, number>,
  part: string,
): FieldMap<Supplies<Count>, SupplyStatement, WithCrosswalk, WithCrosswalk> {
  const head = rulesFor<Supplies<string>, SupplyStatement, WithCrosswalk>()
  const row = rulesFor<SupplyRow<string>, SupplyInput, WithCrosswalk>()
  return defineMap({
    name: `erp supplies (${format})`,
    version: '1',
    scope,
    rules: [
      head.field('asOf', 'statedAt', instant, { optional: true }),
      head.each(
        'supplies',
        'supplies',
        [
          row.field('kind', 'kind', kinds, { fallback: 'purchaseOrder' }),
          row.field('reference', 'reference', name100),
          row.field('sku', 'sku', sku),
          row.field('node', 'nodeId', node),
          row.field('fromNode', 'fromNodeId', node, { optional: true }),
          row.field('purchaseOrder', 'purchaseOrder', name100, { optional: true }),
          row.field('quantity', 'quantity', count as unknown as Leaf<string, number>),
          row.field('expectedAt', 'expectedAt', instant),
          row.derive({
            name: 'a transfer names where it comes from',
            reads: ['fromNode', 'kind'],
            writes: [],
            forward: ({ kind, fromNode }) => ((kind === 'transfer') === isAbsent(fromNode) ? ONLY_TRANSFERS : {}),
            back: () => ({}),
          }),
          row.derive({
            name: 'an ASN brings units of a purchase order',
            reads: ['purchaseOrder', 'kind'],
            writes: [],
            forward: ({ kind, purchaseOrder }) => (kind !== 'asn' && !isAbsent(purchaseOrder) ? ONLY_ASNS : {}),
            back: () => ({}),
          }),
        ],
        { part },
      ),
    ],
  }) as never
}

function receiptMap<Count extends number | string>(
  format: string,
  count: Leaf<Count, number>,
  part: string,
): FieldMap<Receipts<Count>, GoodsReceipts, WithCrosswalk, WithCrosswalk> {
  const head = rulesFor<Receipts<string>, GoodsReceipts, WithCrosswalk>()
  const row = rulesFor<ReceiptRow<string>, SupplyReceipt, WithCrosswalk>()
  return defineMap({
    name: `erp receipts (${format})`,
    version: '1',
    scope,
    rules: [
      head.each(
        'receipts',
        'receipts',
        [
          row.field('kind', 'kind', kinds, { fallback: 'purchaseOrder' }),
          row.field('supply', 'supply', name100),
          row.field('sku', 'sku', sku),
          row.field('node', 'nodeId', node),
          row.field('reference', 'reference', name100),
          row.field('quantity', 'quantity', count as unknown as Leaf<string, number>),
          row.field('receivedAt', 'receivedAt', instant),
        ],
        { part },
      ),
    ],
  }) as never
}

export const jsonSupplyMap = supplyMap('json', wholeNumber(0), '')
export const csvSupplyMap = supplyMap('csv', wholeNumberText(0), '@row')
export const jsonReceiptMap = receiptMap('json', wholeNumber(1), '')
export const csvReceiptMap = receiptMap('csv', wholeNumberText(1), '@row')

export type SupplyContext = WithCrosswalk & { receivedAt: string }

/** A statement that does not say its time is taken as of its arrival. */
export function readSupplies<S>(
  map: FieldMap<S, SupplyStatement, WithCrosswalk, WithCrosswalk>,
  document: unknown,
  context: SupplyContext,
  placeOf?: PlaceOf,
): MapReading<'supplies', SupplyStatement> {
  const result = runForward(map, document as S, context, placeOf === undefined ? {} : { placeOf })
  const reading = readingOf('supplies' as const, '', result)
  const dated = (value: SupplyStatement): SupplyStatement => ({
    ...value,
    statedAt: value.statedAt ?? (context.receivedAt as Instant),
  })
  return { ...reading, documents: reading.documents.map((each) => ({ ...each, value: dated(each.value) })) }
}

export function readReceipts<S>(
  map: FieldMap<S, GoodsReceipts, WithCrosswalk, WithCrosswalk>,
  document: unknown,
  context: WithCrosswalk,
  placeOf?: PlaceOf,
): MapReading<'receipts', GoodsReceipts> {
  return readingOf(
    'receipts' as const,
    '',
    runForward(map, document as S, context, placeOf === undefined ? {} : { placeOf }),
  )
}
