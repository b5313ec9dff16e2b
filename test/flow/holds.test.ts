import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { OrderPolicy } from '#core/model/order-policy.ts'
import { activateOrderPolicy } from '#store/order-policy.ts'
import { placeHold, releaseHold } from '#workers/holds.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const [pglite] = databases
if (pglite === undefined) throw new Error('there is always PGlite')

let hub: SteppedHub
let version = 0
beforeEach(async () => {
  hub = await openSteppedHub(pglite)
  await hub.say(
    'depot',
    aFeed([
      ['SHOE-1', 'north', 5_000],
      ['SHOE-1', 'south', 5_000],
    ]),
  )
})
afterEach(() => hub.stop())

const policy = async (rules: Record<string, unknown>): Promise<void> => {
  const { world } = hub.hub
  const read = OrderPolicy.parse({ version: `v${(version += 1)}`, ...rules })
  await world.commit((unit) => activateOrderPolicy(unit, read, 'test', world.clock.now()))
}
const hold = async (id: string, kind: 'manual' | 'fraud' = 'manual', actor = 'api:desk'): Promise<string> => {
  const placed = await placeHold(hub.hub.world, await hub.orderId(id), { kind, reason: 'to be looked at' }, actor)
  return placed.kind === 'done' ? placed.hold.id : expect.fail(`not held: ${placed.kind}`)
}
const release = async (id: string, holdId: string): Promise<unknown> =>
  releaseHold(hub.hub.world, await hub.orderId(id), holdId, 'it is fine', 'api:desk')
const told = (): number => hub.nodes.requests.size
const unpaid = { holds: [{ kind: 'payment', reason: 'pending' }] }

describe('holds', () => {
  test('several stand side by side, and the order goes on when the last one is off', async () => {
    await hub.say('shop', anOrder('1').line('SHOE-1', 2).with(unpaid).document)
    const fraud = await hold('1', 'fraud')
    const manual = await hold('1')
    await hub.say('shop', anOrder('1', '2026-11-22T10:00:00.000Z').line('SHOE-1', 2).document)
    await release('1', fraud)
    await hub.route()
    await hub.deliver()
    expect([told(), await hub.count('fulfillment_request')]).toEqual([0, 0])
    await release('1', manual)
    await hub.route()
    await hub.deliver()
    expect(told()).toBe(1)
    expect(await hub.timeline('1')).toEqual([
      'captured',
      'held',
      'held',
      'held',
      'holdReleased',
      'holdReleased',
      'holdReleased',
      'routed',
      'sent',
    ])
  })

  test('one that comes after routing and before sending stops the instruction, and keeps its stock', async () => {
    await hub.say('shop', anOrder('1').line('SHOE-1', 2).document)
    await hub.say('shop', anOrder('2').line('SHOE-1', 1).document)
    await hub.route()
    hub.nodes.next.push({ after: false, outcome: { kind: 'throttled', retryAfterMs: 1 } })
    await hub.deliver()
    const id = await hold('1')
    hub.pass(10)
    await hub.deliver()
    // Both were to leave in the same bytes; the neighbour left without it.
    expect([...hub.nodes.requests.values()].map((each) => each.orderNumber)).toEqual(['#2'])
    expect(await hub.count(`stock_position WHERE node_id = 'north' AND allocated = 3`)).toBe(1)
    await release('1', id)
    await hub.deliver()
    expect(told()).toBe(2)
  })

  test('one that comes too late says on the timeline which node has the goods', async () => {
    await hub.say('shop', anOrder('1').line('SHOE-1', 2).document)
    await hub.route()
    await hub.deliver()
    await hold('1')
    const [fact] = await hub.rows<{ data: { tooLateFor: { nodeId: string }[] } }>(
      `SELECT data FROM fact WHERE kind = 'held'`,
    )
    expect(fact?.data.tooLateFor.map((each) => each.nodeId)).toEqual(['north'])
  })

  test('a hold that nobody decides on becomes a case, which ends with it', async () => {
    await hub.say('shop', anOrder('1').line('SHOE-1', 2).document)
    const id = await hold('1')
    hub.pass(25 * 3_600_000)
    await hub.timers()
    expect(await hub.count(`exception_case WHERE kind = 'holdOverdue' AND state = 'open'`)).toBe(1)
    await release('1', id)
    expect(await hub.count(`exception_case WHERE state = 'open'`)).toBe(0)
  })

  test('what a person released stays released while the channel repeats itself', async () => {
    await hub.say('shop', anOrder('1').line('SHOE-1', 2).with(unpaid).document)
    const [placed] = await hub.rows<{ id: string }>('SELECT id FROM order_hold')
    await release('1', placed?.id ?? '')
    await hub.say('shop', anOrder('1', '2026-11-22T10:00:00.000Z').line('SHOE-1', 2).with(unpaid).document)
    await hub.route()
    expect(await hub.count('fulfillment_request')).toBe(1)
  })

  test('rules hold orders by value and by an address that the buyer never had', async () => {
    await policy({
      holds: [
        { name: 'big', kind: 'manual', match: { value: { currency: 'EUR', atLeastMinor: 50_000 } } },
        { name: 'new-address', kind: 'address', match: { newAddress: true } },
      ],
    })
    const home = { line1: '1 Rue de Test', city: 'Paris', postcode: '07500', country: 'FR', email: 'Ann@example.com' }
    await hub.say('shop', anOrder('1').with({ shipTo: home }).line('SHOE-1', 1).document)
    await hub.say(
      'shop',
      anOrder('2')
        .with({ shipTo: { ...home, line1: '1, RUE DE TEST' } })
        .line('SHOE-1', 1).document,
    )
    await hub.say('shop', anOrder('3').with({ shipTo: home, totalMinor: 50_000 }).line('SHOE-1', 1).document)
    const placed = () =>
      hub.rows(
        `SELECT o.external_id AS id, h.placed_by AS by FROM order_hold h JOIN sales_order o ON o.id = h.order_id ORDER BY h.id`,
      )
    expect(await placed()).toEqual([
      { id: '1', by: 'rule:new-address' },
      { id: '3', by: 'rule:big' },
    ])
    const moved = { ...home, line1: '9 Quai Neuf' }
    await hub.say('shop', anOrder('2', '2026-11-22T10:00:00.000Z').with({ shipTo: moved }).line('SHOE-1', 1).document)
    expect((await placed()).at(-1)).toEqual({ id: '2', by: 'rule:new-address' })
  })
})

describe('the grace period', () => {
  beforeEach(() => policy({ grace: [{ name: 'all', minutes: 30 }] }))
  const placedNow = (id: string) => {
    const now = hub.hub.world.clock.now()
    return anOrder(id, now).with({ placedAt: now }).line('SHOE-1', 2)
  }

  test('a cancel inside it costs no message to any partner, and stock is free again', async () => {
    const order = placedNow('1')
    await hub.say('shop', order.document)
    await hub.route()
    await hub.deliver()
    expect(await hub.count(`stock_position WHERE node_id = 'north' AND allocated = 2`)).toBe(1)
    hub.pass(1_000)
    const now = hub.hub.world.clock.now()
    await hub.say('shop', order.with({ revisedAt: now, cancelledAt: now }).document)
    hub.pass(3_600_000)
    await hub.deliver()
    await hub.timers()
    expect([hub.nodes.sends, hub.nodes.effects]).toEqual([0, 0])
    expect(await hub.count('order_line WHERE cancelled = 2')).toBe(1)
    expect(await hub.count(`stock_position WHERE node_id = 'north' AND allocated = 0 AND available = 5000`)).toBe(1)
  })

  test('when it ends the node is told, and only from then on owes an answer', async () => {
    await hub.say('shop', placedNow('1').document)
    await hub.route()
    await hub.deliver()
    expect(told()).toBe(0)
    hub.pass(30 * 60_000 + 1)
    await hub.deliver()
    expect(told()).toBe(1)
    expect(
      await hub.count(
        `fulfillment_request WHERE submitted_at > release_at AND answer_due_at = submitted_at + interval '1 day'`,
      ),
    ).toBe(1)
  })
})

describe('whatever happens when', () => {
  type Step = 'hold' | 'release' | 'unpaid' | 'paid' | 'route' | 'deliver' | 'race' | 'holdBetween' | 'pass'
  type Manner = 'ok' | 'throttled' | 'lostBefore' | 'lostAfter'
  const MANNERS = {
    throttled: { after: false, outcome: { kind: 'throttled', retryAfterMs: 1 } },
    lostBefore: { after: false, outcome: { kind: 'unknown', code: 'test', message: 'cut' } },
    lostAfter: { after: true, outcome: { kind: 'unknown', code: 'test', message: 'cut' } },
  } as const
  const steps = fc.array(
    fc.record({
      step: fc.constantFrom<Step>(
        'hold',
        'release',
        'unpaid',
        'paid',
        'route',
        'deliver',
        'race',
        'holdBetween',
        'pass',
      ),
      manner: fc.constantFrom<Manner>('ok', 'ok', 'throttled', 'lostBefore', 'lostAfter'),
    }),
    { minLength: 4, maxLength: 14 },
  )

  test('a held order sends nothing that moves goods', async () => {
    const { world } = hub.hub
    const contextOf = world.contextOf
    let orders = 0
    const run = async (taken: { step: Step; manner: Manner }[]): Promise<void> => {
      const id = `m${(orders += 1)}`
      let minute = 0
      const revision = (more: Record<string, unknown>) => {
        const at = `2026-11-22T09:${String((minute += 1)).padStart(2, '0')}:00.000Z`
        return anOrder(id, at).line('SHOE-1', 1).with(more).document
      }
      const isHeld = async () =>
        (await hub.count(
          `order_hold h JOIN sales_order o ON o.id = h.order_id WHERE o.external_id = '${id}' AND h.released_at IS NULL`,
        )) > 0
      const sending = () =>
        hub.count(
          `instruction i JOIN sales_order o ON o.id = i.order_id WHERE o.external_id = '${id}' AND i.state NOT IN ('queued', 'held')`,
        )
      await hub.say('shop', revision({}))
      for (const { step, manner } of taken) {
        const heldBefore = await isHeld()
        const outBefore = await sending()
        const effects = hub.nodes.effects
        if (manner !== 'ok') hub.nodes.next = [MANNERS[manner]]
        switch (step) {
          case 'hold':
            await hold(id)
            break
          case 'release':
            for (const row of await hub.rows<{ id: string }>(
              `SELECT h.id FROM order_hold h JOIN sales_order o ON o.id = h.order_id WHERE o.external_id = $1 AND h.released_at IS NULL LIMIT 1`,
              [id],
            ))
              await release(id, row.id)
            break
          case 'unpaid':
            await hub.say('shop', revision(unpaid))
            break
          case 'paid':
            await hub.say('shop', revision({}))
            break
          case 'route':
            await hub.route()
            break
          case 'deliver':
            await hub.deliver()
            break
          case 'race':
            await Promise.all([hub.deliver(), hold(id, 'fraud')])
            break
          case 'holdBetween':
            // After the delivery has read what it is to send, and before it takes it.
            world.contextOf = async (...args) => {
              await hold(id, 'fraud')
              return contextOf(...args)
            }
            await hub.deliver()
            world.contextOf = contextOf
            expect(hub.nodes.effects).toBe(effects)
            break
          case 'pass':
            hub.pass(5_000)
        }
        hub.nodes.next = []
        // Nothing leaves that was still in the house when the hold was there.
        if (heldBefore && outBefore === 0 && step !== 'release' && step !== 'paid')
          expect(hub.nodes.effects).toBe(effects)
        expect(
          await hub.count(
            `instruction i WHERE i.kind = 'fulfillmentInstruction' AND i.state = 'queued' AND EXISTS (SELECT 1 FROM order_hold h WHERE h.order_id = i.order_id AND h.released_at IS NULL)`,
          ),
        ).toBe(0)
      }
      // Whatever it was, the goods move once everybody has let go.
      await hub.say('shop', revision({}))
      for (const row of await hub.rows<{ id: string }>(
        `SELECT h.id FROM order_hold h JOIN sales_order o ON o.id = h.order_id WHERE o.external_id = $1 AND h.released_at IS NULL`,
        [id],
      ))
        await release(id, row.id)
      await hub.route()
      for (let tries = 0; tries < 4; tries++) {
        hub.pass(400_000)
        await hub.deliver()
      }
      expect(
        await hub.count(
          `order_line l JOIN sales_order o ON o.id = l.order_id WHERE o.external_id = '${id}' AND l.released = 1`,
        ),
      ).toBe(1)
      expect([...hub.nodes.requests.values()].filter((each) => each.orderNumber === `#${id}`)).toHaveLength(1)
    }
    await fc.assert(fc.asyncProperty(steps, run), { numRuns: 12 })
    expect(await hub.broken()).toEqual([])
  })
})
