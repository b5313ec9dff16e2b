import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { OrderInput } from '#core/model/order.ts'
import { capture } from '#core/orders/capture.ts'
import type { Database } from '#store/database.ts'
import {
  insertOrders,
  loadOrders,
  lockOrdersByExternalId,
  moveUnits,
  setRouting,
  wakeParkedOrders,
} from '#store/orders.ts'
import { databases } from '../kit/backends.ts'
import { at, commitTo, countOf } from './kit.ts'

const input = (externalId: string, more: Record<string, unknown> = {}): OrderInput =>
  OrderInput.parse({
    channelId: 'web',
    externalId,
    number: `#${externalId}`,
    revisedAt: at('09:00'),
    placedAt: at('08:59'),
    currency: 'EUR',
    totalMinor: -5,
    shipTo: {
      name: 'A. Müller',
      line1: '1 Rue de Test',
      city: 'Paris',
      postcode: '07500',
      country: 'FR',
      position: { latitude: 48.85, longitude: 2.35 },
    },
    billTo: { line1: '2 Rue de Test', city: 'Paris', country: 'FR' },
    holds: [{ kind: 'fraud', reason: 'the score is high' }],
    lines: [
      { externalId: 'l1', sku: '00123', name: 'Shoe', quantity: 2, unitPriceMinor: 5_000, promisedBy: at('18:00') },
      { externalId: 'l2', sku: 'A B', quantity: 1, unitPriceMinor: 0, method: 'pickup', nodeId: 'north' },
    ],
    ...more,
  })

let made = 0
const captured = (document: OrderInput) => {
  const created = capture(document, undefined, (prefix) => `${prefix}_${(made += 1)}`, at('09:00'))
  return created.kind === 'created' ? created.order : expect.fail('it is not new')
}

describe.each(databases)('orders on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())

  test('come back as they were stored, to the letter', async () => {
    const order = captured(input('1'))
    await commitTo(db)((unit) => insertOrders(unit, [order], at('09:00')))
    expect(await loadOrders(db, [order.id])).toEqual([{ ...order, routing: 'held', routingSince: at('09:00') }])
    const found = await lockOrdersByExternalId(db, [{ channelId: 'web', externalId: '1' }])
    expect([...found.values()].map((each) => each.id)).toEqual([order.id])
  })

  test('that come again as they are stored are duplicates', async () => {
    const order = captured(input('2'))
    await commitTo(db)((unit) => insertOrders(unit, [order], at('09:00')))
    const [stored] = await loadOrders(db, [order.id])
    expect(capture(input('2'), stored, () => expect.fail('nothing is new'), at('10:00'))).toEqual({ kind: 'duplicate' })
  })

  test('captured by two workers at once are stored once, lines and all', async () => {
    const rivals = Array.from({ length: 8 }, () => captured(input('3')))
    const fresh = await Promise.all(
      rivals.map((order) => db.transaction((tx) => insertOrders(tx, [order], at('09:00')))),
    )
    expect(fresh.flatMap((ids) => [...ids])).toHaveLength(1)
    expect(await countOf(db, `sales_order WHERE external_id = '3'`)).toBe(1)
    expect(await countOf(db, `order_line l JOIN sales_order o ON o.id = l.order_id WHERE o.external_id = '3'`)).toBe(2)
  })

  test('have their units moved as far as they reach and no further', async () => {
    const order = captured(input('4'))
    await commitTo(db)((unit) => insertOrders(unit, [order], at('09:00')))
    const move = (quantity: number) =>
      moveUnits(db, [{ orderId: order.id, lineNo: 1, quantity, from: 'open', to: 'allocated' }])
    await Promise.allSettled([move(1), move(1), move(1), move(1)])
    const [stored] = await loadOrders(db, [order.id])
    expect(stored?.lines[0]?.counters).toMatchObject({ ordered: 2, open: 0, allocated: 2 })
    await expect(move(1)).rejects.toThrow('order_line_counters_not_negative')
  })

  test('that wait for stock are woken by their own SKU and by no other', async () => {
    const [one, two] = [captured(input('5', { holds: [] })), captured(input('6', { holds: [] }))]
    await commitTo(db)((unit) => insertOrders(unit, [one, two], at('09:00')))
    await setRouting(
      db,
      [
        { orderId: one.id, routing: 'parked' },
        { orderId: two.id, routing: 'parked' },
      ],
      at('09:00'),
    )
    await moveUnits(db, [{ orderId: two.id, lineNo: 1, quantity: 2, from: 'open', to: 'allocated' }])
    expect(await wakeParkedOrders(db, ['123', 'SHOE'], at('10:00'))).toEqual([])
    expect(await wakeParkedOrders(db, ['00123'], at('10:00'))).toEqual([one.id])
    expect(await loadOrders(db, [one.id])).toMatchObject([
      { routing: 'pending', routingSince: at('10:00'), version: 3 },
    ])
  })
})
