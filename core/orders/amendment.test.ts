/** The law of an amendment: it changes the units that it names, to what it says, and leaves the rest as it was last said. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChannelId, ExternalLineId, ExternalOrderId, OrderId, Sku } from '../model/ids.ts'
import type { CurrencyCode } from '../model/money.ts'
import { countersAddUp, NO_UNITS, type Order, type OrderLine } from '../model/order.ts'
import type { OrderAmendment } from '../model/order-change.ts'
import { Instant } from '../model/time.ts'
import { revisionOf } from './amendment.ts'
import { capture } from './capture.ts'

const PLACED = Instant.parse('2026-11-22T09:00:00Z')
const LATER = Instant.parse('2026-11-22T10:00:00Z')

/** A line somewhere in its life: open, waiting, with a node, gone, given up. */
const counters = fc
  .record({ open: fc.nat(4), backordered: fc.nat(2), released: fc.nat(4), shipped: fc.nat(3), cancelled: fc.nat(3) })
  .filter((each) => Object.values(each).some((units) => units > 0))
  .map((each) => ({
    ...NO_UNITS,
    ...each,
    ordered: Object.values(each).reduce((sum, units) => sum + units, 0),
  }))

const lineOf = (each: OrderLine['counters'], index: number): OrderLine => ({
  externalId: `00${index + 1}` as ExternalLineId,
  lineNo: index + 1,
  sku: `SKU-${index}` as Sku,
  unitPriceMinor: 100 * (index + 1),
  method: 'ship',
  counters: each,
})

const orderOf = (all: readonly OrderLine['counters'][]): Order => ({
  id: 'ord_1' as OrderId,
  channelId: 'bigbox' as ChannelId,
  externalId: '0007' as ExternalOrderId,
  revisedAt: PLACED,
  placedAt: PLACED,
  currency: 'USD' as CurrencyCode,
  totalMinor: 10_000,
  holds: [],
  lines: all.map(lineOf),
  version: 1,
})

const amendmentOf = (
  lines: [externalId: string, quantity: number][],
  more: Partial<OrderAmendment> = {},
): OrderAmendment => ({
  channelId: 'bigbox' as ChannelId,
  externalId: '0007' as ExternalOrderId,
  revisedAt: LATER,
  cancelled: false,
  lines: lines.map(([externalId, quantity]) => ({ externalId: externalId as ExternalLineId, quantity })),
  ...more,
})

const wantedOf = ({ counters: { ordered, cancelled } }: OrderLine): number => ordered - cancelled

function captured(order: Order, amendment: OrderAmendment, pending: (lineNo: number) => number = () => 0) {
  const revision = revisionOf(order, amendment, pending)
  if (!revision.ok) throw new Error(`it has no line ${revision.line}`)
  return capture(revision.input, order, (prefix) => `${prefix}_2`, LATER)
}

test('what is named becomes what was said as far as nobody works on it, and the rest is untouched', () => {
  fc.assert(
    fc.property(fc.array(counters, { minLength: 1, maxLength: 4 }), fc.nat(3), fc.nat(12), (all, at, units) => {
      const order = orderOf(all)
      const named = order.lines[at % order.lines.length] as OrderLine
      const result = captured(order, amendmentOf([[named.externalId, units]]))
      if (result.kind !== 'amended') throw new Error(`it is ${result.kind}`)
      for (const line of result.order.lines) {
        expect(countersAddUp(line.counters)).toBe(true)
        const before = order.lines.find(({ lineNo }) => lineNo === line.lineNo)
        if (line.lineNo !== named.lineNo) expect(line).toEqual(before)
      }
      const after = result.order.lines.find(({ lineNo }) => lineNo === named.lineNo) as OrderLine
      const asked = result.toNegotiate.find(({ lineNo }) => lineNo === named.lineNo)?.quantity ?? 0
      // What has left cannot be taken out any more.
      expect(wantedOf(after) - asked).toBe(Math.max(units, named.counters.shipped))
    }),
  )
})

test('one that names nothing says what is known, so nothing is taken back and nothing is asked twice', () => {
  fc.assert(
    fc.property(fc.array(counters, { minLength: 1, maxLength: 4 }), fc.nat(3), (all, asked) => {
      const order = orderOf(all)
      // Units that its nodes were asked for before.
      const pending = (lineNo: number): number =>
        Math.min(asked, order.lines.find((line) => line.lineNo === lineNo)?.counters.released ?? 0)
      const revision = revisionOf(order, amendmentOf([]), pending)
      if (!revision.ok) throw new Error('it names no line')
      expect(revision.input.totalMinor).toBe(order.totalMinor)
      expect(revision.input.lines.map((line) => line.quantity - line.cancelledQuantity)).toEqual(
        order.lines.map((line) => wantedOf(line) - pending(line.lineNo)),
      )
    }),
  )
})

test('a cancel takes the whole order, and a line that the order has not is named', () => {
  const order = orderOf([{ ...NO_UNITS, ordered: 2, open: 2 }])
  const result = captured(order, amendmentOf([], { cancelled: true }))
  expect(result).toMatchObject({
    kind: 'amended',
    order: { cancelledAt: LATER, lines: [{ counters: { cancelled: 2 } }] },
  })
  expect(revisionOf(order, amendmentOf([['009', 1]]), () => 0)).toEqual({ ok: false, line: '009', otherSku: false })
})

test('a line that is added comes with its product and its price, and the rest is untouched', () => {
  fc.assert(
    fc.property(fc.array(counters, { minLength: 1, maxLength: 4 }), fc.integer({ min: 1, max: 12 }), (all, units) => {
      const order = orderOf(all)
      const added = { externalId: 'new' as ExternalLineId, quantity: units, unitPriceMinor: 250, sku: 'SOCK' as Sku }
      const result = captured(order, { ...amendmentOf([]), lines: [added] })
      if (result.kind !== 'amended') throw new Error(`it is ${result.kind}`)
      expect(result.order.lines.slice(0, -1)).toEqual(order.lines)
      expect(result.order.lines.at(-1)).toMatchObject({
        externalId: 'new',
        sku: 'SOCK',
        unitPriceMinor: 250,
        counters: { ordered: units, open: units },
      })
      expect(result.order.totalMinor).toBe(order.totalMinor + 250 * units)
    }),
  )
})

test('a line that is added under a number that another product has changes nothing, and is named', () => {
  const order = orderOf([{ ...NO_UNITS, ordered: 1, open: 1 }])
  const again = (sku: string) =>
    revisionOf(
      order,
      { ...amendmentOf([]), lines: [{ externalId: '001' as ExternalLineId, quantity: 2, sku: sku as Sku }] },
      () => 0,
    )
  expect(again('SKU-0').ok).toBe(true)
  expect(again('OTHER')).toEqual({ ok: false, line: '001', otherSku: true })
})

test('a line that is added is promised as all the others are, and not at all where they differ', () => {
  const order = orderOf([1, 2].map((open) => ({ ...NO_UNITS, ordered: open, open })))
  const promised = (days: (string | undefined)[]) => {
    const lines = order.lines.map((line, at) => ({
      ...line,
      ...(days[at] === undefined ? {} : { promisedBy: Instant.parse(days[at]) }),
    }))
    const added = { externalId: 'new' as ExternalLineId, quantity: 1, sku: 'SOCK' as Sku }
    const revision = revisionOf({ ...order, lines }, { ...amendmentOf([]), lines: [added] }, () => 0)
    return revision.ok ? revision.input.lines.at(-1)?.promisedBy : expect.fail('it is refused')
  }
  const [monday, tuesday] = ['2026-11-23T23:00:00.000Z', '2026-11-24T23:00:00.000Z']
  expect(promised([monday, monday])).toBe(monday)
  expect(promised([monday, tuesday])).toBeUndefined()
  expect(promised([undefined, undefined])).toBeUndefined()
})
