/** What a stock feed means for positions it is silent about, and for units that are claimed and were not counted. */
import { afterEach, describe, expect, test } from 'vitest'
import { StockFeed } from '#core/model/stock.ts'
import { post } from '#store/stock.ts'
import { applyStockFeed } from '#workers/apply-stock.ts'
import { databases } from '../kit/backends.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'
import { at, claim, positionOf, posting } from './kit.ts'

type Count = [sku: string, nodeId: string, onHand: number]

describe.each(databases)('a feed on $name', (backend) => {
  let paper: PaperHub
  afterEach(() => paper.hub.stop())

  const open = async (): Promise<void> => {
    paper = await openPaperHub(backend, { start: false })
    await paper.hub.world.master.fresh()
  }
  const feed = (time: string, rows: Count[], more: Record<string, unknown> = {}) => {
    const { world } = paper.hub
    const value = StockFeed.parse({
      mode: 'delta',
      asOf: at(time),
      rows: rows.map(([sku, nodeId, onHand]) => ({ sku, nodeId, onHand })),
      ...more,
    })
    return world.commit((unit) =>
      applyStockFeed(
        unit,
        world,
        { envelopeId: 'env_1', connectionId: 'depot', port: 'stock', part: '', value },
        at(time),
      ),
    )
  }
  const db = () => paper.hub.world.db
  const cases = () =>
    db().query(`SELECT subject, state, resolution FROM exception_case WHERE kind = 'stockShort' ORDER BY state`)

  test('sets what it does not state to nothing only when it is full and its source says that absent means zero', async () => {
    await open()
    await feed('08:00', [
      ['SHOE-1', 'north', 5],
      ['SHOE-2', 'north', 5],
      ['SHOE-2', 'south', 5],
    ])
    const held = async () => [await positionOf(db(), 'SHOE-2'), await positionOf(db(), 'SHOE-2', 'south')]
    const two = (north: number, south: number) => [{ available: north }, { available: south }]
    await feed('09:00', [['SHOE-1', 'north', 4]])
    expect(await held()).toMatchObject(two(5, 5))
    await feed('10:00', [['SHOE-1', 'north', 4]], { mode: 'full' })
    expect(await held()).toMatchObject(two(5, 5))
    await feed('11:00', [['SHOE-1', 'north', 4]], { mode: 'delta', absentMeansZero: true })
    expect(await held()).toMatchObject(two(5, 5))
    await feed('12:00', [['SHOE-1', 'north', 4]], { mode: 'full', absentMeansZero: true })
    // The feed spoke of the north alone: the south keeps what it has.
    expect(await held()).toMatchObject(two(0, 5))
  })

  test('that finds fewer units than are claimed opens one case, and the count that finds them closes it', async () => {
    await open()
    await feed('08:00', [['SHOE-1', 'north', 5]])
    await claim(db(), [{ sku: 'SHOE-1', nodeId: 'north', quantity: 5, at: at('08:30') }])
    await feed('09:00', [['SHOE-1', 'north', 3]])
    await feed('10:00', [['SHOE-1', 'north', 2]])
    expect(await cases()).toEqual([{ subject: 'SHOE-1 at north', state: 'open', resolution: null }])
    await feed('11:00', [['SHOE-1', 'north', 4]])
    expect(await cases()).toMatchObject([{ state: 'open' }])
    await feed('12:00', [['SHOE-1', 'north', 5]])
    expect(await cases()).toMatchObject([{ state: 'resolved', resolution: 'the units were counted' }])
    await feed('13:00', [['SHOE-1', 'north', 1]])
    expect((await cases()).map((each) => each['state'])).toEqual(['open', 'resolved'])
  })

  test('that states a position twice is taken once and refused by name', async () => {
    await open()
    const verdict = await feed('08:00', [
      ['SHOE-1', 'north', 5],
      ['SHOE-1', 'north', 7],
      ['SHOE-2', 'north', 1],
    ])
    expect(verdict).toMatchObject({
      kind: 'refused',
      issues: [{ code: 'stock.position-repeated', place: { path: '/rows/1' }, value: 'SHOE-1 at north' }],
    })
    expect(await positionOf(db(), 'SHOE-1')).toMatchObject({ available: 5 })
    expect(await positionOf(db(), 'SHOE-2')).toMatchObject({ available: 1 })
  })

  test('that is older than every count it speaks of is superseded, and says so', async () => {
    await open()
    await feed('10:00', [['SHOE-1', 'north', 5]])
    expect(await feed('09:00', [['SHOE-1', 'north', 9]])).toEqual({
      kind: 'superseded',
      reason: 'a newer count than 2026-11-22T09:00:00.000Z is known for every row',
    })
  })

  test('leaves goods that were taken back free for others at once', async () => {
    await open()
    await feed('08:00', [['SHOE-1', 'north', 2]])
    const move = { sku: 'SHOE-1', nodeId: 'north', quantity: 2, at: at('08:30') }
    await claim(db(), [move])
    await post(db(), [posting({ ...move, from: 'allocated', to: 'available' })])
    expect(await claim(db(), [move])).toBe(true)
  })
})
