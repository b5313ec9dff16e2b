import { afterEach, describe, expect, test } from 'vitest'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { openPaperHub, PAPER_NETWORK, type PaperHub } from '../kit/paper-hub.ts'

describe.each(databases)('routing again on $name', (backend) => {
  let paper: PaperHub
  afterEach(async () => paper.stop())

  const rows = <R>(sql: string): Promise<R[]> => paper.hub.world.db.query<R>(sql)
  const count = async (from: string): Promise<number> =>
    (await rows<{ n: number }>(`SELECT count(*) AS n FROM ${from}`))[0]?.n ?? -1
  const stocked = async (units: [string, string, number][]): Promise<void> => {
    await paper.receive('depot', `feed-${units.join()}`, aFeed(units))
    await paper.until('the stock is known', async () => (await count('stock_position')) === units.length)
  }

  test('a node that stays silent loses the work to another, is told to stop, and is trusted less', async () => {
    paper = await openPaperHub(backend)
    await stocked([
      ['SHOE-1', 'north', 5],
      ['SHOE-1', 'south', 5],
    ])
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 2).document)
    await paper.until(
      'north was told',
      async () => (await count(`fulfillment_request WHERE negotiation = 'submitted'`)) === 1,
    )
    paper.clock.aheadMs = 25 * 3_600_000
    await paper.until('south was asked', async () => (await count(`fulfillment_request WHERE node_id = 'south'`)) === 1)
    expect(await rows(`SELECT negotiation, work FROM fulfillment_request WHERE node_id = 'north'`)).toEqual([
      { negotiation: 'rejected', work: 'cancelled' },
    ])
    expect(await count(`instruction WHERE kind = 'fulfillmentCancel'`)).toBe(1)
    expect(await rows('SELECT node_id, score FROM node_trust')).toEqual([{ node_id: 'north', score: 800 }])
    expect(await count(`exception_case WHERE kind = 'answerOverdue'`)).toBe(0)
    expect(await rows(`SELECT available, allocated FROM stock_position WHERE node_id = 'north'`)).toEqual([
      { available: 5, allocated: 0 },
    ])
  })

  test('a node that is to be reminded gets its time, and only then loses the work', async () => {
    const nodes = PAPER_NETWORK.nodes.map((node) => ({ ...node, reminderMinutes: 60 }))
    paper = await openPaperHub(backend, { network: { ...PAPER_NETWORK, nodes } })
    await stocked([
      ['SHOE-1', 'north', 5],
      ['SHOE-1', 'south', 5],
    ])
    await paper.receive('shop', 'order-1', anOrder('1001').line('SHOE-1', 2).document)
    await paper.until(
      'north was told',
      async () => (await count(`fulfillment_request WHERE negotiation = 'submitted'`)) === 1,
    )
    paper.clock.aheadMs = 24.5 * 3_600_000
    await paper.until('north is reminded', async () => (await count(`fact WHERE kind = 'answerReminded'`)) === 1)
    expect(await count('fulfillment_request')).toBe(1)
    await paper.until('it hears of it', () => paper.nodes.reminders.length === 1)
    paper.clock.aheadMs = 26 * 3_600_000
    await paper.until('south was asked', async () => (await count(`fulfillment_request WHERE node_id = 'south'`)) === 1)
    expect(await rows(`SELECT kind FROM fact WHERE kind LIKE 'answer%' ORDER BY id`)).toEqual([
      { kind: 'answerReminded' },
      { kind: 'answerOverdue' },
    ])
  })

  test('capacity is claimed with the decision: the third order goes elsewhere, and a cancel gives the place back', async () => {
    paper = await openPaperHub(backend)
    await paper.hub.world.db.query(
      `UPDATE node SET document = document || '{"capacity": {"packagesPerDay": 2, "backlogDays": 0}}' WHERE id = 'north'`,
    )
    await paper.hub.world.db.query('UPDATE master_version SET version = version + 1')
    await stocked([
      ['SHOE-1', 'north', 9],
      ['SHOE-1', 'south', 9],
    ])
    await Promise.all(
      ['1', '2', '3'].map((number) =>
        paper.receive('shop', `order-${number}`, anOrder(number).line('SHOE-1', 1).document),
      ),
    )
    await paper.until('all are routed', async () => (await count('fulfillment_request')) === 3)
    expect(
      await rows('SELECT node_id, count(*) AS n FROM fulfillment_request GROUP BY node_id ORDER BY node_id'),
    ).toEqual([
      { node_id: 'north', n: 2 },
      { node_id: 'south', n: 1 },
    ])
    expect(await rows('SELECT used FROM capacity_slot')).toEqual([{ used: 2 }])
    const [request] = await rows<{ id: string }>(`SELECT id FROM fulfillment_request WHERE node_id = 'north' LIMIT 1`)
    await paper.receive('depot', 'reject', {
      kind: 'fulfillmentResponse',
      value: {
        requestId: request?.id,
        answeredAt: '2026-11-22T10:00:00.000Z',
        lines: [{ lineNo: 1, accepted: 0, rejected: 1, reason: 'other' }],
      },
    })
    await paper.until('it was given back', async () => (await count('capacity_slot WHERE used = 1')) === 1)
  })
})
