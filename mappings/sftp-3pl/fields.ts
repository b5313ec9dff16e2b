/** The canonical fields that columns may hold: where each lies, and how it is spelled unless a column says otherwise. */
import type { RejectReason } from '#core/model/fulfillment.ts'
import { REJECT_REASONS } from '#core/model/fulfillment.ts'
import type { CrosswalkView, Leaf } from '../engine/index.ts'
import {
  countryCode,
  flag,
  lookup,
  nodeLookup,
  orderId,
  pattern,
  refuse,
  requestId,
  skuLookup,
  text,
} from '../engine/index.ts'
import type { AnyLeaf } from '../engine/leaf.ts'
import { dateLeaf, moneyLeaf, unitsLeaf } from './spelling.ts'
import type { Profile } from './profile.ts'

/** What leaves see: tables, and the request that the rows belong to. */
export type CsvScope = { crosswalk: CrosswalkView; requestId?: string }

/** `document`: one a group of rows. `package`, `line`: one a package, one a row. */
export type Level = 'document' | 'package' | 'line'
export type Field = { level: Level; leaf: AnyLeaf; optional?: boolean; target?: string }
export type Fields = Readonly<Record<string, Field>>

const any = (leaf: Leaf<never, never, never> | Leaf<string, never, CsvScope>): AnyLeaf => leaf as unknown as AnyLeaf
const leafOf = <V>(leaf: Leaf<string, V, never>): AnyLeaf => any(leaf as never)

/** `ful_…-2`: a line's own name, for partners that want one for each row. */
const lineId: Leaf<string, number, CsvScope> = {
  name: 'request and line number',
  read: (raw, scope) => {
    const match = typeof raw === 'string' ? /^(.+)-(\d{1,9})$/.exec(raw) : null
    const isOurs = match !== null && (scope.requestId === undefined || match[1] === scope.requestId)
    if (isOurs && Number(match[2]) > 0) return Number(match[2])
    return refuse({
      rule: 'must be a line of this order, as our file named it',
      cure: 'Echo it unchanged.',
      code: 'map.line',
    })
  },
  write: (lineNo, { requestId: id = '' }) => `${id}-${lineNo}`,
}

const knownReason = (word: string): RejectReason | undefined => REJECT_REASONS.find((known) => known === word)
const reason: Leaf<string, RejectReason, CsvScope> = lookup({
  name: 'reject reason',
  issueCode: 'sftp-3pl.reason-unknown',
  rule: `must be ${REJECT_REASONS.join(', ')}, or a code with a row in the crosswalk table reject-reason`,
  cure: 'Add a row for this code to the crosswalk table reject-reason, then replay.',
  read: (code, { crosswalk }) => knownReason(code) ?? knownReason(crosswalk.code('reject-reason', code) ?? ''),
  write: (word) => word,
})

/** A carrier's or service's code with a row is translated; one without is kept, for it is told to people only. */
const translated = (table: string, max: number): Leaf<string, string, CsvScope> => ({
  name: `${table}, by its crosswalk where it has a row`,
  read: (raw, { crosswalk }) => (typeof raw === 'string' ? (crosswalk.code(table, raw) ?? raw).slice(0, max) : ''),
  write: (word, { crosswalk }) => crosswalk.partnerCode(table, word) ?? word,
})

const texts = (level: Level, names: Readonly<Record<string, number>>, optional = true): Fields =>
  Object.fromEntries(Object.entries(names).map(([name, max]) => [name, { level, leaf: leafOf(text(max)), optional }]))

export type FieldSets = Record<
  'orders' | 'cancels' | 'acknowledgements' | 'cancelAnswers' | 'shipments' | 'stock',
  Fields
>

export function fieldsOf(profile: Profile): FieldSets {
  const date = leafOf(dateLeaf(profile.dates, profile.timeZone))
  const units = (min: number): AnyLeaf => leafOf(unitsLeaf(min, profile))
  const request: Field = { level: 'document', leaf: leafOf(requestId) }
  const line: Fields = {
    lineNo: { level: 'line', leaf: units(1) },
    lineId: { level: 'line', leaf: leafOf(lineId as never), target: 'lineNo' },
  }
  return {
    orders: {
      requestId: request,
      orderId: { level: 'document', leaf: leafOf(orderId) },
      placedAt: { level: 'document', leaf: date },
      neededBy: { level: 'document', leaf: date, optional: true },
      nodeId: { level: 'document', leaf: leafOf(nodeLookup('order') as never) },
      shippingService: { level: 'document', leaf: leafOf(translated('service', 100) as never), optional: true },
      'shipTo.country': { level: 'document', leaf: leafOf(countryCode) },
      'shipTo.line1': { level: 'document', leaf: leafOf(text(200)) },
      'shipTo.city': { level: 'document', leaf: leafOf(text(100)) },
      ...texts('document', {
        orderNumber: 100,
        'shipTo.name': 200,
        'shipTo.company': 200,
        'shipTo.line2': 200,
        'shipTo.region': 100,
        'shipTo.postcode': 20,
        'shipTo.phone': 50,
        'shipTo.email': 254,
      }),
      ...line,
      ...texts('line', { name: 300 }),
      sku: { level: 'line', leaf: leafOf(skuLookup('order') as never) },
      quantity: { level: 'line', leaf: units(1) },
      unitPriceMinor: { level: 'line', leaf: leafOf(moneyLeaf(profile)) },
    },
    cancels: {
      requestId: request,
      nodeId: { level: 'document', leaf: leafOf(nodeLookup('cancel') as never) },
      ...texts('document', { reason: 500 }),
    },
    acknowledgements: {
      requestId: request,
      answeredAt: { level: 'document', leaf: date, optional: true },
      ...line,
      accepted: { level: 'line', leaf: units(0) },
      rejected: { level: 'line', leaf: units(0) },
      reason: { level: 'line', leaf: leafOf(reason as never), optional: true },
      expectedShipAt: { level: 'line', leaf: date, optional: true },
    },
    cancelAnswers: {
      requestId: request,
      answeredAt: { level: 'document', leaf: date, optional: true },
      accepted: { level: 'document', leaf: any(flag as never) },
      ...texts('document', { reason: 500 }),
    },
    shipments: {
      requestId: request,
      shippedAt: { level: 'document', leaf: date },
      carrier: { level: 'document', leaf: leafOf(translated('carrier', 50) as never), optional: true },
      ...texts('document', { externalId: 100 }, false),
      ...texts('document', { service: 100 }),
      ...texts('package', { trackingNumber: 200, containerCode: 50 }),
      trackingUrl: { level: 'package', leaf: leafOf(pattern('a web address', /^https?:\/\/\S+$/)), optional: true },
      ...line,
      quantity: { level: 'line', leaf: units(1) },
    },
    stock: {
      sku: { level: 'line', leaf: leafOf(skuLookup('stock') as never) },
      nodeId: { level: 'line', leaf: leafOf(nodeLookup('stock') as never) },
      onHand: { level: 'line', leaf: units(0) },
      asOf: { level: 'document', leaf: date },
    },
  }
}
