/** The laws of an answer to a change: nothing open is answered, and what is said is how the order stands. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { ChannelId, ExternalLineId, ExternalOrderId, OrderId, Sku } from '../model/ids.ts'
import type { CurrencyCode } from '../model/money.ts'
import { NO_UNITS, type Order, type OrderLine, type Stated } from '../model/order.ts'
import { Instant } from '../model/time.ts'
import { amendmentAnswer, type Decided, wantedChange } from './amendment-answer.ts'
import { verdictOf, verdictOfAll } from './line-verdicts.ts'
import { statedOf } from './stated.ts'
import { toldUnits, untoldOf } from './untold.ts'

const PLACED = Instant.parse('2026-11-22T09:00:00Z')
const LATER = Instant.parse('2026-11-22T10:00:00Z')

type Units = Partial<Record<'open' | 'backordered' | 'released' | 'shipped' | 'cancelled', number>>

const lineOf = (at: number, counters: Units): OrderLine => ({
  externalId: `00${at}` as ExternalLineId,
  lineNo: at,
  sku: `SKU-${at}` as Sku,
  unitPriceMinor: 100,
  method: 'ship',
  counters: { ...NO_UNITS, ...counters, ordered: Object.values(counters).reduce((sum, units) => sum + units, 0) },
})
const orderOf = (...lines: Units[]): Order => ({
  id: 'ord_1' as OrderId,
  channelId: 'bigbox' as ChannelId,
  externalId: '0007' as ExternalOrderId,
  revisedAt: PLACED,
  placedAt: PLACED,
  currency: 'EUR' as CurrencyCode,
  totalMinor: 1_000,
  holds: [],
  lines: lines.map((each, at) => lineOf(at + 1, each)),
  version: 1,
})
const change = (asked: number[], more: { cancel?: boolean; before?: number[] } = {}) => ({
  revisedAt: LATER,
  number: '7',
  cancel: more.cancel ?? false,
  lines: asked.map((units, at) => ({ externalLineId: `00${at + 1}`, before: more.before?.[at] ?? 5, asked: units })),
})
const decided = (more: Partial<Decided> = {}): Decided => ({
  pending: () => 0,
  undecided: false,
  planned: () => ({ quantity: 0 }),
  ...more,
})

test('units that a node was asked for, and units that are to be planned yet, keep the answer back', () => {
  const order = orderOf({ released: 5 }, { open: 2, released: 3 })
  expect(
    amendmentAnswer(order, change([3]), decided({ pending: (lineNo) => (lineNo === 1 ? 2 : 0) }), LATER),
  ).toBeUndefined()
  expect(amendmentAnswer(order, change([5, 5]), decided({ undecided: true }), LATER)).toBeUndefined()
  // Of a line that the change does not name nothing is waited for.
  expect(amendmentAnswer(order, change([5]), decided({ undecided: true }), LATER)).toBeDefined()
  expect(amendmentAnswer(order, change([5, 5]), decided(), LATER)?.lines[1]).toMatchObject({ quantity: 5, waiting: 2 })
})

test('each line is agreed, changed or refused by what it has in the end, and says what of it waits and when the rest leaves', () => {
  const order = orderOf(
    { released: 3, cancelled: 2 },
    { released: 5 },
    { shipped: 1, cancelled: 4 },
    { open: 4, backordered: 1, released: 2 },
  )
  const answer = amendmentAnswer(
    order,
    change([3, 0, 0, 7]),
    decided({ planned: (lineNo) => (lineNo === 4 ? { quantity: 3, shipBy: LATER } : { quantity: 0 }) }),
    LATER,
  )
  expect(answer).toMatchObject({
    externalOrderId: '0007',
    number: '7',
    answeredAt: LATER,
    currency: 'EUR',
    cancel: false,
  })
  expect(
    answer?.lines.map(({ verdict, asked, quantity, waiting, shipBy }) => [verdict, asked, quantity, waiting, shipBy]),
  ).toEqual([
    ['agreed', 3, 3, 0, undefined],
    ['refused', 0, 5, 0, undefined],
    ['changed', 0, 1, 0, undefined],
    ['agreed', 7, 7, 2, LATER],
  ])
})

test('a cancel is about every line, as its channel last knew it; lines that were added here are none of its', () => {
  const order = orderOf({ released: 3 }, { open: 2 }, { open: 1 })
  const [first, second, third] = order.lines as [OrderLine, OrderLine, OrderLine]
  third.externalId = 'hub-3' as ExternalLineId
  const amendment = {
    channelId: order.channelId,
    externalId: order.externalId,
    revisedAt: LATER,
    cancelled: true,
    lines: [],
  }
  expect(wantedChange(order, amendment, (lineNo) => (lineNo === 1 ? 1 : 0))).toEqual({
    revisedAt: LATER,
    number: '',
    cancel: true,
    lines: [
      { externalLineId: first.externalId, before: 2, asked: 0 },
      { externalLineId: second.externalId, before: 2, asked: 0 },
    ],
  })
})

test('whatever was asked: the answer states what the order has, and waits for no more than that', () => {
  const counters = fc.record({
    open: fc.nat(3),
    backordered: fc.nat(3),
    released: fc.nat(3),
    shipped: fc.nat(3),
    cancelled: fc.nat(3),
  })
  fc.assert(
    fc.property(counters, fc.nat(12), fc.nat(12), (each, before, asked) => {
      const order = orderOf(each)
      const [line] = amendmentAnswer(order, change([asked], { before: [before] }), decided(), LATER)?.lines ?? []
      const stands = each.open + each.backordered + each.released + each.shipped
      expect(line).toMatchObject({ asked, quantity: stands })
      expect(line?.waiting).toBeLessThanOrEqual(stands)
      expect(line?.verdict === 'agreed').toBe(stands === asked)
    }),
  )
})

test('of an order that was changed here, what an answer has told is not told again as a change of ours', () => {
  const order: Order = { ...orderOf({ released: 5 }), stated: statedOf(orderOf({ released: 5 }), () => 0) }
  // The channel wanted 3, and its node gave none of the five up.
  const wanted = {
    ...order,
    stated: { ...(order.stated as Stated), lines: { '001': { wanted: 3, method: 'ship' } } },
  } as Order
  expect(untoldOf(wanted)?.change?.quantities).toMatchObject([{ externalLineId: '001', quantity: 5 }])
  const answer = amendmentAnswer(wanted, change([3]), decided(), LATER)
  expect(answer?.lines).toMatchObject([{ verdict: 'refused', quantity: 5 }])
  expect(untoldOf(toldUnits(wanted, answer?.lines ?? []))).toBeUndefined()
})

test('a whole is agreed or refused where all of its lines are', () => {
  expect(verdictOf({ ordered: 2, accepted: 2, cancelled: 0 })).toBe('agreed')
  expect(verdictOf({ ordered: 2, accepted: 0, cancelled: 2 })).toBe('refused')
  expect(verdictOf({ ordered: 2, accepted: 0, cancelled: 0 })).toBe('changed')
  expect(verdictOfAll(['agreed', 'agreed'])).toBe('agreed')
  expect(verdictOfAll(['refused', 'refused'])).toBe('refused')
  expect(verdictOfAll(['agreed', 'refused'])).toBe('changed')
})
