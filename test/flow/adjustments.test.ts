/** Stock that a node tells as changes: they add up with counts, whatever the order in which both come. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { handleInbound } from '#workers/inbound.ts'
import { handleRoute } from '#workers/route.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'

describe.each(databases)('changes of stock on $name', (backend) => {
  let paper: PaperHub
  // One hub for all, worked by hand; each test has a SKU of its own.
  beforeAll(async () => {
    paper = await openPaperHub(backend, { start: false })
  })
  afterAll(async () => paper.stop())

  const rows = (sql: string) => paper.hub.world.db.query<Record<string, unknown>>(sql)
  const idsOf = async (sql: string): Promise<string[]> => (await rows(sql)).map((row) => String(row['id']))
  const at = (time: string): string => `2026-11-22T${time}:00.000Z`
  const tell = async (connection: string, id: string, document: unknown): Promise<unknown> => {
    await paper.receive(connection, id, document)
    await handleInbound(paper.hub.world, await idsOf(`SELECT id FROM envelope WHERE state = 'received'`), false)
    return (await rows(`SELECT state FROM envelope WHERE source_key = '${id}'`))[0]?.['state']
  }
  const count = (sku: string, units: number, time: string) =>
    tell('depot', `count-${sku}-${time}`, aFeed([[sku, 'north', units]], at(time)))
  const change = (sku: string, delta: number, time: string) =>
    tell('depot', `change-${sku}-${time}`, {
      kind: 'stockChange',
      value: { sku, nodeId: 'north', delta, at: at(time) },
    })
  const onHand = async (sku: string): Promise<unknown> =>
    (await rows(`SELECT on_hand FROM stock_position WHERE sku = '${sku}' AND node_id = 'north'`))[0]?.['on_hand']

  test('a change counts once: on top of an older count, and not on top of one that was taken after it', async () => {
    await count('SHOE-1', 10, '08:00')
    expect(await change('SHOE-1', 3, '09:00')).toBe('applied')
    expect(await change('SHOE-1', -1, '09:10')).toBe('applied')
    expect(await onHand('SHOE-1')).toBe(12)
    // Taken before both, and told after them.
    expect(await count('SHOE-1', 9, '08:30')).toBe('applied')
    expect(await onHand('SHOE-1')).toBe(11)
    expect(await change('SHOE-1', 5, '08:15')).toBe('superseded')
    // Taken after both: has them already.
    await count('SHOE-1', 20, '10:00')
    expect(await onHand('SHOE-1')).toBe(20)
    expect(await rows(`SELECT actor, quantity FROM stock_posting WHERE cause = 'movement' ORDER BY id`)).toEqual([
      { actor: 'depot', quantity: 3 },
      { actor: 'depot', quantity: 1 },
    ])
  })

  test('units that were claimed and are lost open a case', async () => {
    await count('SHOE-2', 5, '08:00')
    await tell('shop', 'order-1', anOrder('1').line('SHOE-2', 4).document)
    await handleRoute(paper.hub.world, await idsOf('SELECT id FROM sales_order'))
    expect(await change('SHOE-2', -3, '09:00')).toBe('applied')
    expect(await rows(`SELECT on_hand, shortfall FROM stock_position WHERE sku = 'SHOE-2'`)).toEqual([
      { on_hand: 2, shortfall: 2 },
    ])
    expect(await rows(`SELECT kind FROM exception_case WHERE state = 'open'`)).toEqual([{ kind: 'stockShort' }])
  })

  test('a change of what was never counted waits for the count', async () => {
    expect(await change('00123', 3, '09:00')).toBe('quarantined')
    expect(await rows('SELECT code, cure FROM quarantine_item ORDER BY code')).toEqual([
      { code: 'stock.not-counted', cure: 'Ask the node for a full count, then replay.' },
    ])
    expect(await onHand('00123')).toBeUndefined()
  })
})
