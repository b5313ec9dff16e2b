/** A profile compiled: one field map a section, made once for each profile. */
import type {
  CancelResponse,
  FulfillmentInstruction,
  FulfillmentResponse,
  ShipmentNotice,
} from '#core/model/fulfillment.ts'
import type { StockFeed } from '#core/model/stock.ts'
import type { Instant } from '#core/model/time.ts'
import { defineMap, refuse } from '../engine/index.ts'
import type { CrosswalkView, FieldMap } from '../engine/index.ts'
import type { AnyRule } from '../engine/rules.ts'
import { layoutFaults, placed, rulesAt } from './compile.ts'
import type { Placed } from './compile.ts'
import { fieldsOf } from './fields.ts'
import type { CsvScope } from './fields.ts'
import type { Columns, Profile } from './profile.ts'
import type { Row } from './table.ts'

/** What a map may know besides the rows. */
export type CsvContext = { crosswalk: CrosswalkView; receivedAt: Instant; asOf?: Instant }
export type Group = { head: Row; lines: Row[] }
export type Parcels = { head: Row; packages: Group[] }
export type Cancel = { requestId: string; nodeId: string; reason: string }

type Map<S, T> = FieldMap<S, T, CsvContext, CsvScope>
export type Section<S, T> = { columns: Placed[]; map: Map<S, T> }
export type Layout = {
  profile: Profile
  orders: Section<Group, FulfillmentInstruction> & { head: Placed[] }
  cancels?: Section<{ head: Row }, Cancel>
  acknowledgements?: Section<Group, FulfillmentResponse>
  cancelAnswers?: Section<{ head: Row }, CancelResponse>
  shipments?: Section<Parcels, ShipmentNotice>
  stock?: Section<{ head: Row; rows: Row[] }, StockFeed>
}

/** Fields without which a section says nothing; `|` is one of several. */
const REQUIRED = {
  orders: ['requestId', 'lineNo|lineId', 'sku', 'quantity'],
  cancels: ['requestId'],
  acknowledgements: ['requestId', 'lineNo|lineId', 'accepted|rejected'],
  cancelAnswers: ['requestId', 'accepted'],
  shipments: ['requestId', 'shippedAt', 'lineNo|lineId', 'quantity', 'externalId|trackingNumber|containerCode'],
  stock: ['sku', 'onHand'],
} as const

/** What is wrong with a profile, in its own words; none when it can be compiled. */
export function profileFaults(profile: Profile): string[] {
  const sets = fieldsOf(profile)
  const faults = (name: keyof typeof REQUIRED, columns: Columns | undefined) =>
    columns === undefined ? [] : layoutFaults(name, columns, sets[name], REQUIRED[name])
  const { orders, stock } = profile
  const placeless =
    stock !== undefined && stock.node === undefined && !JSON.stringify(stock.columns).includes('"nodeId"')
      ? ['stock: name the place by node, or by a column that holds nodeId']
      : []
  return [
    ...(orders.head === undefined ? [] : layoutFaults('orders.head', orders.head, sets.orders, ['requestId'])),
    ...faults('orders', orders.line),
    ...faults('cancels', profile.cancels?.columns),
    ...faults('acknowledgements', profile.acknowledgements?.columns),
    ...faults('cancelAnswers', profile.cancelAnswers?.columns),
    ...faults('shipments', profile.shipments?.columns),
    ...faults('stock', stock?.columns),
    ...placeless,
  ]
}

export function layoutOf(profile: Profile): Layout {
  const sets = fieldsOf(profile)
  const section = <S, T>(
    name: string,
    columns: Columns,
    fields: (typeof sets)[keyof typeof sets],
    rules: (columns: Placed[]) => AnyRule[],
    head: Placed[] = [],
  ): Section<S, T> => {
    const own = placed(columns, fields, profile)
    return { columns: own, map: mapOf(`csv ${name}`, [...rulesAt('document', [...head, ...own]), ...rules(own)]) }
  }
  const lines = (columns: Placed[]): AnyRule => each('lines', 'lines', rulesAt('line', columns))
  const head = placed(profile.orders.head ?? {}, sets.orders, profile, 'h')
  const { cancels, acknowledgements, cancelAnswers, shipments, stock } = profile
  return {
    profile,
    orders: {
      head,
      ...section(
        'orders',
        profile.orders.line,
        sets.orders,
        (own) => [constant('method', 'ship'), lines(withCurrency(own, profile))],
        head,
      ),
    },
    ...(cancels === undefined ? {} : { cancels: section('cancels', cancels.columns, sets.cancels, () => []) }),
    ...(acknowledgements === undefined
      ? {}
      : {
          acknowledgements: section('acknowledgements', acknowledgements.columns, sets.acknowledgements, (own) => [
            each('lines', 'lines', [...absentCounts(own), ...rulesAt('line', own)]),
          ]),
        }),
    ...(cancelAnswers === undefined
      ? {}
      : { cancelAnswers: section('cancel answers', cancelAnswers.columns, sets.cancelAnswers, () => []) }),
    ...(shipments === undefined
      ? {}
      : {
          shipments: section('shipments', shipments.columns, sets.shipments, (own) => [
            each('packages', 'packages', [...rulesAt('package', own), lines(own)]),
          ]),
        }),
    ...(stock === undefined
      ? {}
      : {
          stock: section('stock', stock.columns, sets.stock, (own) => [
            { ...each('rows', 'rows', [...rulesAt('line', own)]), options: { part: '@part' } },
          ]),
        }),
  }
}

/** An answer that tells only what is taken, or only what is refused, says 0 of the other. */
function absentCounts(columns: readonly Placed[]): AnyRule[] {
  return ['accepted', 'rejected'].flatMap((field) =>
    columns.some((column) => column.field === field) ? [] : [constant(field, 0)],
  )
}

/** Prices are in the currency of the profile: a line of another cannot be told, and what comes back is in it. */
function withCurrency(columns: Placed[], { currency }: Profile): Placed[] {
  if (!columns.some((column) => column.field === 'unitPriceMinor')) return columns
  const rule: AnyRule = {
    kind: 'derive',
    name: `prices are in ${currency}`,
    reads: [],
    writes: ['currency'],
    forward: () => ({ currency }),
    back: ({ currency: own }) =>
      own === currency
        ? {}
        : refuse({
            rule: `must be priced in ${currency}: the file names no currency`,
            cure: 'Set the currency of the profile, or keep such orders from this node.',
            code: 'sftp-3pl.currency',
          }),
  }
  return [...columns, { key: 'currency', name: 'currency', level: 'line', rule }]
}

const each = (source: string, target: string, rules: AnyRule[]) =>
  ({ kind: 'each', source, target, rules, options: { minimum: 1 } }) satisfies AnyRule

const constant = (path: string, value: unknown): AnyRule => ({
  kind: 'constant',
  side: 'target',
  path,
  value,
  checked: false,
})

/** The request stands in one of the head's cells; leaves of lines want it beside them. */
function mapOf<S, T>(name: string, rules: AnyRule[]): Map<S, T> {
  const source = rules.find((rule) => rule.kind === 'field' && rule.target === 'requestId')
  const key = source?.kind === 'field' ? source.source.replace(/^head\./, '') : ''
  return defineMap<S, T, CsvContext, CsvScope>({
    name,
    version: '1',
    scope: {
      forward: (tree, { crosswalk }) => {
        const requestId = (tree as { head?: Row }).head?.[key]
        return { crosswalk, ...(typeof requestId === 'string' ? { requestId } : {}) }
      },
      back: (value, { crosswalk }) => {
        const { requestId } = value as { requestId?: string }
        return { crosswalk, ...(requestId === undefined ? {} : { requestId }) }
      },
    },
    rules,
  })
}
