/** Each invariant finds what it is there for: a lie is planted in a hub whose books agree, and exactly that promise is seen broken. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { checkInvariants, invariants } from '#store/check.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder, aShipment } from '../kit/builders.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const [pglite] = databases
if (pglite === undefined) throw new Error('there is always PGlite')

/** Thrown to undo what was planted. */
class Undo extends Error {}

let hub: SteppedHub
beforeAll(async () => {
  hub = await openSteppedHub(pglite)
  await hub.say('depot', aFeed([['SHOE-1', 'north', 50]]))
  // One order that is shipped and told, one that was amended and waits to be sent.
  await hub.say('shop', anOrder('shipped').line('SHOE-1', 2).document)
  await hub.route()
  await hub.deliver()
  const [request] = hub.nodes.requests.values()
  await hub.say('depot', aShipment(request?.requestId ?? '', 'P-1', [[1, 2]]))
  await hub.deliver('shop')
  await hub.say('shop', anOrder('waiting').line('SHOE-1', 1).document)
  await hub.say('shop', anOrder('waiting', '2026-11-22T10:00:00.000Z').line('SHOE-1', 3).document)
  await hub.route()
})
afterAll(() => hub.stop())

const PLANTS: Record<string, [what: string, sql: string][]> = {
  i1: [
    ['a document that is ignored for no reason', `UPDATE envelope SET state = 'ignored', reason = NULL`],
    [
      'a document that nobody reads',
      `UPDATE envelope SET state = 'received', received_at = received_at - interval '1 hour'`,
    ],
  ],
  i2: [
    [
      'a unit that is shipped by no request',
      `UPDATE order_line SET allocated = allocated - 1, shipped = shipped + 1 WHERE allocated > 0`,
    ],
  ],
  i3: [
    ['an order that is parked, and nobody knows', `UPDATE sales_order SET routing = 'parked'`],
    [
      'an instruction that nobody sends',
      `UPDATE instruction SET next_at = next_at - interval '1 day' WHERE state = 'queued'`,
    ],
  ],
  i4: [['a claim that no reservation holds', `UPDATE stock_position SET allocated = allocated + 1`]],
  i5: [['a posting that is gone', `DELETE FROM stock_posting WHERE id = (SELECT max(id) FROM stock_posting)`]],
  i6: [
    [
      'a request without its instruction',
      `UPDATE instruction SET subject_id = 'none' WHERE kind = 'fulfillmentInstruction'`,
    ],
    ['what was sent, and nobody knows how', `UPDATE instruction SET transmission_id = NULL WHERE state = 'sent'`],
  ],
  i7: [
    [
      'an order that stands as of before its last word',
      `UPDATE sales_order SET revised_at = revised_at - interval '1 day'`,
    ],
    [
      'an older word after a newer one',
      `INSERT INTO fact (id, order_id, kind, at, actor) SELECT 'fct_zzz', order_id, kind, at - interval '1 minute', actor FROM fact WHERE kind = 'amended'`,
    ],
  ],
  i8: [
    ['a shipment that nobody asked for', `UPDATE instruction SET attempts = 0 WHERE kind = 'fulfillmentInstruction'`],
  ],
  i9: [
    [
      'a shipment that its channel never heard of',
      `UPDATE instruction SET state = 'cancelled' WHERE kind = 'channelShipment'`,
    ],
  ],
  i10: [
    [
      'work that was never handed over',
      `INSERT INTO outbox (queue, ids, created_at) VALUES ('route', ARRAY['x'], now() - interval '1 hour')`,
    ],
  ],
  i11: [
    [
      'a shipment that is on no timeline',
      `INSERT INTO shipment (id, fulfillment_request_id, order_id, node_id, external_id, shipped_at, packages)
       SELECT 'shp_x', id, order_id, node_id, 'x', now(), '[]' FROM fulfillment_request WHERE negotiation = 'unsubmitted'`,
    ],
  ],
  i12: [['a fence around nothing', `UPDATE stock_position SET fenced = fenced + 1`]],
  i13: [['goods on their way that nobody sent', `UPDATE stock_position SET incoming = incoming + 1`]],
  i14: [['units that wait for nobody', `INSERT INTO backorder_count (sku, waiting) VALUES ('SHOE-1', 4)`]],
  i15: [
    [
      'a place that nobody holds',
      `INSERT INTO capacity_slot (slot, node_id, used) VALUES ('north 2026-11-22', 'north', 1)`,
    ],
  ],
  i16: [['a unit that comes back from nowhere', `UPDATE order_line SET coming_back = 1 WHERE shipped > 0`]],
  i17: [
    [
      'money that went back without a refund',
      `INSERT INTO order_money (order_id, currency, paid_minor, refunded_minor) SELECT id, 'EUR', 100, 1 FROM sales_order LIMIT 1
       ON CONFLICT (order_id) DO UPDATE SET refunded_minor = 1`,
    ],
  ],
  i18: [
    [
      'goods in quality control that no return brought',
      `INSERT INTO stock_posting (sku, node_id, from_state, to_state, quantity, cause, reference, effective_at)
       VALUES ('SHOE-1', 'north', 'customer', 'qualityControl', 1, 'return', 'none', now())`,
    ],
  ],
  i20: [
    [
      'an instruction of a held order that waits to be sent',
      `INSERT INTO order_hold (id, order_id, kind, reason, placed_at, due_at)
       SELECT 'hld_x', order_id, 'manual', 'x', now(), now() + interval '1 day' FROM instruction WHERE kind = 'fulfillmentInstruction' AND state = 'queued'`,
    ],
  ],
  i21: [
    [
      'a change that nothing of is open, and that nobody answered',
      `INSERT INTO wanted_change (order_id, revised_at, number, cancel, lines) SELECT id, now(), '7', false, '[]' FROM sales_order WHERE routing = 'none' LIMIT 1`,
    ],
  ],
}

test('the books of the hub agree, and every invariant has something planted for it', async () => {
  expect(await hub.broken()).toEqual([])
  expect(invariants().map(({ name }) => name.split('-')[0])).toEqual(
    Object.keys(PLANTS).toSorted((a, b) => a.localeCompare(b, 'en', { numeric: true })),
  )
})

describe.each(Object.entries(PLANTS))('%s', (name, plants) => {
  test.each(plants)('finds %s', async (_what, sql) => {
    const { world } = hub.hub
    const found: string[] = []
    await world
      .commit(async (unit) => {
        await unit.query(sql)
        for (const each of await checkInvariants(unit, world.clock.now()))
          if (each.violations.length > 0) found.push(each.name.split('-')[0] ?? '')
        throw new Undo()
      })
      .catch((error: unknown) => {
        if (!(error instanceof Undo)) throw error
      })
    expect(found).toContain(name)
    // The same lie may break what stands beside it, and never the whole house.
    expect(found.length).toBeLessThanOrEqual(4)
  })
})
