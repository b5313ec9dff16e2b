import * as fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '#store/database.ts'
import { post } from '#store/stock.ts'
import { databases } from '../kit/backends.ts'
import { at, claim as claimIn, commitTo, feed, type Move, positionOf, posting, violationsOf } from './kit.ts'

describe.each(databases)('the stock ledger on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())

  /** As the route worker claims: all or nothing. */
  const claim = (...moves: Omit<Move, 'at'>[]): Promise<boolean> =>
    commitTo(db)((unit) =>
      claimIn(
        unit,
        moves.map((move) => ({ ...move, at: at('09:00') })),
      ),
    )
  const one = (sku: string, quantity = 1, nodeId = 'north') => ({ sku, nodeId, quantity })

  test('gives sixty buyers at once exactly the units there are, and keeps the safety stock', async () => {
    await feed(db, at('08:00'), [['RACE', 'north', 25]], 5)
    const held = await Promise.all(Array.from({ length: 60 }, () => claim(one('RACE'))))
    expect(held.filter(Boolean)).toHaveLength(20)
    expect(await positionOf(db, 'RACE')).toMatchObject({ available: 5, allocated: 20, onHand: 25 })
    expect(await claim(one('RACE'))).toBe(false)
  })

  test('never gives more than there is, whatever the sizes of the claims, and what it gave adds up', async () => {
    await feed(db, at('08:00'), [['SIZES', 'north', 40]])
    const sizes = Array.from({ length: 40 }, (_, i) => (i % 5) + 1)
    const held = await Promise.all(sizes.map((size) => claim(one('SIZES', size))))
    const given = sizes.filter((_, i) => held[i] === true).reduce((sum, size) => sum + size, 0)
    expect(given).toBeLessThanOrEqual(40)
    // Somebody who wanted one unit was refused only if none was left.
    if (held.some((each, i) => !each && sizes[i] === 1)) expect(given).toBe(40)
    expect(await positionOf(db, 'SIZES')).toMatchObject({ available: 40 - given, allocated: given })
  })

  test('claims over several positions hold all or none, and never wait on each other for ever', async () => {
    await feed(db, at('08:00'), [
      ['LEFT', 'north', 30],
      ['RIGHT', 'south', 10],
    ])
    const left = one('LEFT', 1)
    const right = one('RIGHT', 1, 'south')
    const held = await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 2 === 0 ? claim(left, right) : claim(right, left))),
    )
    expect(held.filter(Boolean)).toHaveLength(10)
    expect(await positionOf(db, 'LEFT')).toMatchObject({ available: 20, allocated: 10 })
    expect(await positionOf(db, 'RIGHT', 'south')).toMatchObject({ available: 0, allocated: 10 })
  })

  test('one claim that names a position twice needs both quantities', async () => {
    await feed(db, at('08:00'), [['TWICE', 'north', 3]])
    expect(await claim(one('TWICE', 2), one('TWICE', 2))).toBe(false)
    expect(await claim(one('TWICE', 2), one('TWICE', 1))).toBe(true)
    expect(await positionOf(db, 'TWICE')).toMatchObject({ available: 0, allocated: 3 })
  })

  test('a position that no feed has spoken of holds nothing to claim', async () => {
    expect(await claim(one('UNKNOWN'))).toBe(false)
  })

  test('a claim tells the channels that availability moved, once however often', async () => {
    await feed(db, at('08:00'), [['TOLD', 'north', 9]])
    await db.query('DELETE FROM availability_change')
    await claim(one('TOLD'))
    await claim(one('TOLD'))
    expect(await db.query('SELECT sku, node_id FROM availability_change')).toEqual([{ sku: 'TOLD', node_id: 'north' }])
  })

  type Step =
    | { kind: 'feed'; counted: number; hour: number }
    | { kind: 'claim'; quantity: number }
    | { kind: 'ship' | 'cancel' | 'outOfStock' | 'damaged'; quantity: number; hour: number }

  const hour = fc.integer({ min: 0, max: 23 })
  const steps = fc.array(
    fc.oneof(
      fc.record({ kind: fc.constant('feed' as const), counted: fc.nat(12), hour }),
      fc.record({ kind: fc.constant('claim' as const), quantity: fc.integer({ min: 1, max: 4 }) }),
      fc.record({
        kind: fc.constantFrom('ship' as const, 'cancel' as const, 'outOfStock' as const, 'damaged' as const),
        quantity: fc.integer({ min: 1, max: 4 }),
        hour,
      }),
    ),
    { maxLength: 15 },
  )
  const WHERE = { ship: 'customer', cancel: 'available', outOfStock: 'adjustment', damaged: 'damaged' } as const

  async function play(sku: string, all: readonly Step[]): Promise<void> {
    let claimed = 0
    for (const step of all) {
      if (step.kind === 'feed') await feed(db, at(hourText(step.hour)), [[sku, 'north', step.counted]])
      else if (step.kind === 'claim') claimed += (await claim(one(sku, step.quantity))) ? step.quantity : 0
      else {
        const quantity = Math.min(step.quantity, claimed)
        if (quantity === 0) continue
        claimed -= quantity
        const move = { ...one(sku, quantity), at: at(hourText(step.hour)), from: 'allocated' as const }
        await commitTo(db)((unit) => post(unit, [posting({ ...move, to: WHERE[step.kind] })]))
      }
      const now = await positionOf(db, sku)
      expect(now?.allocated ?? 0).toBe(claimed)
      // Less than nothing is there only by what the world turned out not to have.
      expect((now?.available ?? 0) + (now?.shortfall ?? 0)).toBeGreaterThanOrEqual(0)
      // A shortfall is what was claimed, or set aside as damaged, and is not there; it is never more than that.
      expect(now?.shortfall ?? 0).toBeLessThanOrEqual(claimed + (now?.damaged ?? 0))
      expect(now?.onHand ?? 0).toBeGreaterThanOrEqual(0)
    }
  }

  const hourText = (n: number): string => `${String(n).padStart(2, '0')}:00`

  let run = 0
  test('whatever is counted, claimed, shipped and taken back, positions are the sum of their postings', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (all) => {
        await play(`RUN-${(run += 1)}`, all)
      }),
      { numRuns: 40 },
    )
    expect(await violationsOf(db, 'i5')).toEqual([])
  })
})

describe.each(databases)('on $name the table itself refuses', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
    await db.query(
      `INSERT INTO sales_order (id, channel_id, external_id, number, revised_at, placed_at, currency, total_minor, document, routing_since)
       VALUES ('ord_1', 'web', '1', '1', now(), now(), 'EUR', 0, '{}', now())`,
    )
    await db.query(
      `INSERT INTO fulfillment_request (id, order_id, node_id, decision_id, method, created_at)
       VALUES ('ful_1', 'ord_1', 'north', 'dec_1', 'ship', now())`,
    )
  })
  afterAll(() => db.close())

  const orderLine = (counters: Record<string, number>) => {
    const all = { ordered: 0, open: 0, ...counters }
    return `INSERT INTO order_line (order_id, line_no, external_id, sku, unit_price_minor, method, ${Object.keys(all).join(', ')})
      VALUES ('ord_1', 1, 'l1', 'A', 100, 'ship', ${Object.values(all).join(', ')})`
  }
  const requestLine = (counters: Record<string, number>) =>
    `INSERT INTO fulfillment_request_line (request_id, line_no, sku, ${Object.keys(counters).join(', ')})
      VALUES ('ful_1', 1, 'A', ${Object.values(counters).join(', ')})`
  const stock = (columns: Record<string, number>) =>
    `INSERT INTO stock_position (sku, node_id, ${Object.keys(columns).join(', ')})
      VALUES ('A', 'north', ${Object.values(columns).join(', ')})`
  const reservation = (column: Record<string, string>) => {
    const all: Record<string, string> = {
      quantity: '1',
      state: `'held'`,
      expires_at: 'now()',
      cart_key: `'c1'`,
      channel_id: `'web'`,
      ...column,
    }
    return `INSERT INTO reservation (id, sku, node_id, binding, created_at, ${Object.keys(all).join(', ')})
      VALUES ('rsv_1', 'A', 'north', 'timed', now(), ${Object.values(all).join(', ')})`
  }

  test.each([
    ['a unit that is nowhere', orderLine({ ordered: 3, open: 2 }), 'order_line_counters_add_up'],
    ['a unit that is in two places', orderLine({ ordered: 2, open: 2, shipped: 1 }), 'order_line_counters_add_up'],
    ['fewer than no units', orderLine({ ordered: 2, open: 3, released: -1 }), 'order_line_counters_not_negative'],
    ['a negative order that adds up', orderLine({ ordered: -1, open: -1 }), 'order_line_counters_not_negative'],
    [
      'a delivery of what was not shipped',
      orderLine({ ordered: 2, shipped: 2, delivered: 3 }),
      'order_line_after_shipping',
    ],
    [
      'a return of what was not shipped',
      orderLine({ ordered: 2, shipped: 1, open: 1, returned: 2 }),
      'order_line_after_shipping',
    ],
    [
      'a request’s unit that is nowhere',
      requestLine({ requested: 3, outstanding: 1, shipped: 1 }),
      'request_line_counters_add_up',
    ],
    [
      'a request’s negative counter',
      requestLine({ requested: 1, outstanding: 2, rejected: -1 }),
      'request_line_counters_not_negative',
    ],
    [
      'a request for nothing',
      requestLine({ requested: 0, outstanding: 0 }),
      'fulfillment_request_line_requested_check',
    ],
    ['stock below nothing', stock({ available: -1 }), 'stock_claims_are_covered'],
    ['stock below its shortfall', stock({ available: -3, shortfall: 2 }), 'stock_claims_are_covered'],
    ['a negative claim', stock({ available: 1, allocated: -1 }), 'stock_not_negative'],
    ['a negative shortfall', stock({ available: 1, shortfall: -1 }), 'stock_not_negative'],
    ['a negative safety stock', stock({ safety_stock: -1 }), 'stock_not_negative'],
    ['a claim of nothing', reservation({ quantity: '0' }), 'reservation_quantity_check'],
    ['a held claim without an end', reservation({ expires_at: 'NULL' }), 'reservation_ends'],
    ['a claim that is nobody’s', reservation({ cart_key: 'NULL' }), 'reservation_has_owner'],
    ['a cart without a channel', reservation({ channel_id: 'NULL' }), 'reservation_cart_names_channel'],
    [
      'a posting of nothing',
      `INSERT INTO stock_posting (sku, node_id, from_state, to_state, quantity, cause, reference, effective_at)
       VALUES ('A', 'north', 'available', 'allocated', 0, 'claim', 'x', now())`,
      'stock_posting_quantity_check',
    ],
    [
      'a posting from a place to itself',
      `INSERT INTO stock_posting (sku, node_id, from_state, to_state, quantity, cause, reference, effective_at)
       VALUES ('A', 'north', 'available', 'available', 1, 'claim', 'x', now())`,
      'stock_posting_check',
    ],
  ])('%s', async (_, sql, constraint) => {
    await expect(db.query(sql)).rejects.toThrow(constraint)
  })
})
