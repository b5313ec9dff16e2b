/** The checker finds what was broken behind the hub's back, and the repair mends it by entries that stay visible. */
import * as fc from 'fast-check'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { checkInvariants, invariants } from '#store/check.ts'
import { checkSlice } from '#store/checker.ts'
import type { Database } from '#store/database.ts'
import { repairEverything, type Repaired } from '#store/repair.ts'
import { post } from '#store/stock.ts'
import { databases } from '../kit/backends.ts'
import { at, commitTo, countOf, feed, posting } from './kit.ts'

describe.each(databases)('check and repair on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())
  beforeEach(() =>
    db.script(`TRUNCATE stock_position, stock_posting, stock_repair, stock_fence, fence_draw, reservation, backorder, backorder_count,
      supply, supply_revision, supply_receipt, fulfillment_request_line, fulfillment_request, order_line, fact, sales_order,
      exception_case, invariant_round, invariant_violation, outbox, availability_change CASCADE`),
  )

  const ids = (): ((prefix: string) => string) => {
    let n = 0
    return (prefix) => `${prefix}_${Date.now()}${(n += 1)}`
  }
  const repair = (): Promise<Repaired> =>
    repairEverything(db, commitTo(db), { id: 'rep_1', actor: 'test', now: () => at('12:00'), newId: ids() })
  const broken = async (): Promise<string[]> =>
    (await checkInvariants(db, at('12:00')))
      .flatMap((each) => each.violations.map((violation) => `${each.name.split('-')[0]} ${violation.subject}`))
      .sort()
  const balances = (sku: string) =>
    db.query('SELECT available, reserved, allocated, incoming, fenced, shortfall FROM stock_position WHERE sku = $1', [
      sku,
    ])

  const anOrder = async (id: string, counters: string): Promise<void> => {
    await db.query(
      `INSERT INTO sales_order (id, channel_id, external_id, number, revised_at, placed_at, currency, total_minor, document, routing, routing_since)
       VALUES ($1, 'web', $1, $1, now(), now(), 'EUR', 1, '{}', 'none', now())`,
      [id],
    )
    await db.query(
      `INSERT INTO order_line (order_id, line_no, external_id, sku, unit_price_minor, method, ordered, open, allocated, released, shipped)
       VALUES ($1, 1, '1', 'SOLD', 1, 'ship', 4, ${counters})`,
      [id],
    )
    await db.query(
      `INSERT INTO fact (id, order_id, kind, at, actor) VALUES ('fct_' || $1, $1, 'captured', now(), 'test')`,
      [id],
    )
  }

  test('a position that was altered is rebuilt from its postings, and the row says what stood there', async () => {
    await feed(db, at('08:00'), [['ALTERED', 'north', 10]])
    await db.query(`UPDATE stock_position SET available = 7, damaged = 5 WHERE sku = 'ALTERED'`)
    expect(await broken()).toEqual(['i5 ALTERED at north, available', 'i5 ALTERED at north, damaged'])
    const done = await repair()
    expect(done.repairs).toEqual([
      {
        invariant: 'i5',
        subject: 'ALTERED at north',
        before: { available: 7, damaged: 5 },
        after: { available: 10, damaged: 0 },
      },
    ])
    expect(await db.query('SELECT run, invariant, subject, before, after, actor FROM stock_repair')).toEqual([
      { run: 'rep_1', actor: 'test', ...done.repairs[0] },
    ])
    expect(await broken()).toEqual([])
    expect(await countOf(db, 'availability_change')).toBe(1)
  })

  test('claims are corrected by entries: a lost reservation gives its units back, a forgotten one takes them', async () => {
    await feed(db, at('08:00'), [
      ['FREED', 'north', 10],
      ['CLAIMED', 'north', 3],
    ])
    await post(db, [posting({ sku: 'FREED', nodeId: 'north', quantity: 4, at: at('09:00') })])
    await db.query(
      `INSERT INTO reservation (id, channel_id, cart_key, sku, node_id, quantity, binding, state, expires_at, created_at)
       VALUES ('rsv_1', 'web', 'c1', 'CLAIMED', 'north', 5, 'timed', 'held', now(), now()),
              ('rsv_2', 'web', 'c1', 'CLAIMED', 'north', 9, 'advisory', 'held', now(), now())`,
    )
    expect(await broken()).toEqual(['i4 CLAIMED at north, reserved', 'i4 FREED at north, allocated'])
    await repair()
    expect(await balances('FREED')).toMatchObject([{ available: 10, allocated: 0 }])
    // Five are claimed of three: two are short, and somebody is told.
    expect(await balances('CLAIMED')).toMatchObject([{ available: -2, reserved: 5, shortfall: 2 }])
    expect(
      await db.query(
        `SELECT sku, from_state, to_state, quantity, reference, actor FROM stock_posting WHERE cause = 'repair' ORDER BY sku`,
      ),
    ).toEqual([
      { sku: 'CLAIMED', from_state: 'available', to_state: 'reserved', quantity: 5, reference: 'rep_1', actor: 'test' },
      { sku: 'FREED', from_state: 'allocated', to_state: 'available', quantity: 4, reference: 'rep_1', actor: 'test' },
    ])
    expect(await db.query(`SELECT subject FROM exception_case WHERE kind = 'stockShort'`)).toEqual([
      { subject: 'CLAIMED at north' },
    ])
    expect(await broken()).toEqual([])
  })

  test('fences, supplies and waiting counts are set to what their own rows say', async () => {
    await feed(db, at('08:00'), [['MIXED', 'north', 10]])
    await db.query(`INSERT INTO stock_fence VALUES ('MIXED', 'north', 'club', 3)`)
    await db.query(
      `INSERT INTO supply (id, kind, reference, sku, node_id, quantity, received, pegged, expected_at, created_at)
       VALUES ('sup_1', 'purchaseOrder', 'PO-1', 'MIXED', 'north', 8, 2, 7, now(), now())`,
    )
    await db.query(`INSERT INTO backorder_count VALUES ('MIXED', 4)`)
    expect(await broken()).toEqual([
      'i12 MIXED at north',
      'i13 MIXED at north, incoming',
      'i13 sup_1, pegged',
      'i14 MIXED, pegged',
      'i14 MIXED, waiting',
    ])
    const { repairs, refused } = await repair()
    expect(refused).toEqual([])
    expect(repairs.map((each) => each.invariant).sort()).toEqual(['i12', 'i13', 'i13', 'i14'])
    expect(await balances('MIXED')).toMatchObject([{ available: 10, incoming: 6, fenced: 3 }])
    expect(await broken()).toEqual([])
  })

  test('an order’s counters follow its requests, with a fact, and open units are routed again', async () => {
    await anOrder('ord_1', '0, 0, 4, 0')
    await db.query(
      `INSERT INTO fulfillment_request (id, order_id, node_id, decision_id, method, created_at, negotiation)
       VALUES ('ful_1', 'ord_1', 'north', 'dec_1', 'ship', now(), 'submitted')`,
    )
    await db.query(
      `INSERT INTO fulfillment_request_line (request_id, line_no, sku, requested, outstanding, shipped) VALUES ('ful_1', 1, 'SOLD', 3, 1, 2)`,
    )
    expect(await broken()).toEqual(['i2 ord_1/1'])
    await repair()
    expect(await db.query('SELECT open, allocated, released, shipped FROM order_line')).toEqual([
      { open: 1, allocated: 0, released: 1, shipped: 2 },
    ])
    expect(await db.query(`SELECT kind, actor, cause FROM fact WHERE kind = 'repaired'`)).toEqual([
      { kind: 'repaired', actor: 'test', cause: 'rep_1' },
    ])
    expect(await db.query('SELECT routing FROM sales_order')).toEqual([{ routing: 'pending' }])
    expect(await db.query('SELECT queue, ids FROM outbox')).toEqual([{ queue: 'route', ids: ['ord_1'] }])
    expect(await broken()).toEqual([])
  })

  test('what cannot be true is left alone, by name and with the reason', async () => {
    await feed(db, at('08:00'), [['WRONG', 'north', 10]])
    await db.query(
      `INSERT INTO stock_posting (sku, node_id, from_state, to_state, quantity, cause, reference, effective_at)
       VALUES ('WRONG', 'north', 'picked', 'customer', 2, 'ship', 'ful_9', now())`,
    )
    const { repairs, refused, results } = await repair()
    expect(repairs).toEqual([])
    expect(refused).toMatchObject([{ subject: 'WRONG at north', reason: expect.stringContaining('-2 picked') }])
    expect(results.find((each) => each.name.startsWith('i5'))?.violations).toHaveLength(1)
  })

  test('whatever was altered, one repair brings every invariant of stock back and takes no posting away', async () => {
    const units = fc.nat(20)
    const change = fc.record({
      node: fc.constantFrom('north', 'south'),
      available: units,
      reserved: units,
      allocated: units,
      fenced: units,
      incoming: units,
    })
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 3 }),
        fc.array(
          fc.record({ node: fc.constantFrom('north', 'south', 'east'), quantity: fc.integer({ min: 1, max: 9 }) }),
          { maxLength: 3 },
        ),
        async (changes, claims) => {
          await db.script(
            'TRUNCATE stock_position, stock_posting, reservation, stock_fence, stock_repair, exception_case CASCADE',
          )
          await feed(db, at('08:00'), [
            ['ANY', 'north', 9],
            ['ANY', 'south', 5],
          ])
          for (const each of changes)
            await db.query(
              `UPDATE stock_position SET available = $2, reserved = $3, allocated = $4, fenced = $5, incoming = $6 WHERE node_id = $1`,
              [each.node, each.available, each.reserved, each.allocated, each.fenced, each.incoming],
            )
          for (const [index, claim] of claims.entries())
            await db.query(
              `INSERT INTO reservation (id, order_id, line_no, sku, node_id, quantity, binding, state, created_at)
               VALUES ($1, 'ord_1', 1, 'ANY', $2, $3, 'hard', 'allocated', now())`,
              [`rsv_${index}`, claim.node, claim.quantity],
            )
          const before = await countOf(db, 'stock_posting')
          const { refused } = await repair()
          expect(refused).toEqual([])
          expect(await broken()).toEqual([])
          expect(await countOf(db, 'stock_posting')).toBeGreaterThanOrEqual(before)
        },
      ),
      { numRuns: 15 },
    )
  })

  test('piece by piece the checker sees every SKU, says once what is new and once what is cured', async () => {
    await feed(db, at('08:00'), [
      ['A', 'north', 1],
      ['B', 'north', 1],
    ])
    await db.query(`UPDATE stock_position SET available = 3 WHERE sku = 'B'`)
    const first = await checkSlice(db, 'SKU', at('09:00'))
    expect(first.opened).toMatchObject([
      { subject: 'B at north, available', problem: 'available is 3, its postings add up to 1' },
    ])
    expect(await checkSlice(db, 'SKU', at('09:01'))).toEqual({ opened: [], cured: [] })
    expect(await db.query('SELECT rounds, cursor_key FROM invariant_round')).toEqual([{ rounds: 1, cursor_key: '' }])
    expect((await checkSlice(db, 'SKU', at('09:02'))).opened).toEqual([])
    await checkSlice(db, 'SKU', at('09:03'))
    await repair()
    expect((await checkSlice(db, 'SKU', at('09:04'))).cured).toEqual([
      { invariant: 'i5-stock-is-the-sum-of-its-postings', subject: 'B at north, available' },
    ])
    expect(await countOf(db, 'invariant_violation')).toBe(0)
    expect(invariants().filter((each) => each.goesBy !== undefined).length).toBeGreaterThan(4)
  })
})
