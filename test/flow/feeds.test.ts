/** Streamed stock feeds: however they are cut, shuffled or interrupted, they end as if nothing had happened. */
import * as fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { checkInvariants } from '#store/check.ts'
import { databases } from '../kit/backends.ts'
import { type FeedHub, openFeedHub } from '../kit/feed-hub.ts'

const SKUS = 40
const HEAD = 'sku,node,on_hand\n'
const csvOf = (rows: readonly (readonly [sku: number, node: string, onHand: number])[]): string =>
  HEAD + rows.map(([sku, node, onHand]) => `S-${sku},${node},${onHand}\n`).join('')
const asOf = (minute: number): string => `2026-11-22T08:${String(minute).padStart(2, '0')}:00Z`

describe.each(databases)('a streamed feed on $name', (backend) => {
  let feeds: FeedHub
  beforeEach(async () => {
    feeds = await openFeedHub(backend, SKUS)
  })
  afterEach(() => feeds.stop())

  const countOf = async (from: string): Promise<number> =>
    (await feeds.hub.world.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${from}`))[0]?.n ?? -1

  test('whose worker is killed at any of its commits goes on from the last one, and is applied once', async () => {
    let deaths = 0
    for (let commits = 0; ; commits += 1) {
      const rows = Array.from({ length: SKUS }, (_, i) => [i, 'north', 100 + commits + i] as const)
      const bad = 'NEW-1,north,1\nNEW-2,north,1\nNEW-3,north,1\nNEW-4,north,1\nNEW-5,north,1\n'
      const { feedId } = await feeds.push([csvOf(rows), bad], { 'stock-as-of': asOf(commits) })
      const first = await feeds.work(feedId, commits)
      if (first === 'died') {
        deaths += 1
        // Until its lease is over nobody else may touch it.
        feeds.clock.aheadMs -= 61_000
        await feeds.work(feedId)
        expect((await feeds.feed(feedId)).state).not.toBe('quarantined')
        feeds.clock.aheadMs += 61_000
        await feeds.work(feedId)
      }
      const feed = await feeds.feed(feedId)
      expect(feed).toMatchObject({
        state: 'quarantined',
        rowsRead: SKUS + 5,
        rowsApplied: SKUS,
        rowsRefused: 5,
        rowsLate: 0,
      })
      expect(await feeds.positions()).toEqual(
        Object.fromEntries(rows.map(([sku, node, units]) => [`S-${sku}@${node}`, units])),
      )
      expect(await countOf(`stock_posting WHERE reference = '${feed.envelopeId}'`)).toBe(SKUS)
      expect(await countOf(`quarantine_item WHERE envelope_id = '${feed.envelopeId}'`)).toBe(5)
      if (first === 'ended') break
    }
    expect(deaths).toBeGreaterThan(10)
    const broken = await checkInvariants(feeds.hub.world.db, feeds.hub.world.clock.now())
    expect(broken.filter((each) => each.violations.length > 0)).toEqual([])
  })

  test('that states positions again in its next piece takes each as it was stated first, and refuses the others by their rows', async () => {
    // Pieces of some eight rows are worked out two at a time, and each two state the same positions, the other way round.
    const rows = [0, 1, 2].flatMap((pair) => {
      const skus = Array.from({ length: 8 }, (_, i) => pair * 8 + i)
      return [
        ...skus.map((sku) => [sku, 'north', 1] as const),
        ...skus.toReversed().map((sku) => [sku, 'north', 2] as const),
      ]
    })
    const { feedId } = await feeds.push([csvOf(rows)], { 'stock-as-of': asOf(1) })
    await feeds.work(feedId)
    expect(await feeds.feed(feedId)).toMatchObject({ state: 'quarantined', rowsApplied: 24, rowsRefused: 24 })
    expect(new Set(Object.values(await feeds.positions()))).toEqual(new Set([1]))
    const refused = await feeds.hub.world.db.query<{ part: string }>('SELECT part FROM quarantine_item')
    const second = rows.flatMap(([, , onHand], i) => (onHand === 2 ? [`row ${i + 2}`] : []))
    expect(refused.map(({ part }) => part).toSorted()).toEqual(second.toSorted())
  })

  test('cut into chunks anywhere is stored and read as the same document', async () => {
    const rows = Array.from({ length: SKUS }, (_, i) => [i, 'south', i * 7] as const)
    const content = Buffer.from(`${csvOf(rows)}"NEW, ""quoted""",south,3\n`)
    const whole = await feeds.push([content], { 'stock-as-of': asOf(1) })
    await feeds.work(whole.feedId)
    const positions = await feeds.positions()
    await fc.assert(
      fc.asyncProperty(
        fc.uniqueArray(fc.integer({ min: 1, max: content.length - 1 }), { maxLength: 20 }),
        async (cuts) => {
          const edges = [0, ...cuts.sort((a, b) => a - b), content.length]
          const chunks = edges.slice(1).map((end, i) => content.subarray(edges[i], end))
          const again = await feeds.push(chunks, { 'stock-as-of': asOf(1) })
          expect(again).toMatchObject({ fresh: false, sourceKey: whole.sourceKey })
        },
      ),
      { numRuns: 20 },
    )
    expect(await countOf('stock_feed')).toBe(1)
    expect(positions).toEqual(Object.fromEntries(rows.map(([sku, node, units]) => [`S-${sku}@${node}`, units])))
  })

  test('that is cut off leaves nothing, whatever had come', async () => {
    await expect(
      feeds.push(
        (function* () {
          yield HEAD
          yield 'S-1,north,5\n'
          throw new Error('the sender went away')
        })(),
      ),
    ).rejects.toThrow('the sender went away')
    expect(await countOf('stock_feed')).toBe(0)
    expect(await countOf('stock_feed_chunk')).toBe(0)
    expect(await countOf('envelope')).toBe(0)
  })

  test('beyond the cap of its connection is refused while it comes, and leaves nothing', async () => {
    const megabyte = Buffer.alloc(1_000_000, 'x')
    let sent = 0
    const endless = (function* () {
      for (; ; sent++) yield megabyte
    })()
    await expect(feeds.push(endless)).rejects.toThrow('at most 10000000 bytes')
    expect(sent).toBeLessThan(15)
    expect(await countOf('stock_feed')).toBe(0)
    expect(await countOf('stock_feed_chunk')).toBe(0)
  })

  type Sent = { minute: number; full: boolean; rows: [sku: number, node: string, onHand: number][] }
  const someRows = fc.uniqueArray(
    fc.tuple(fc.integer({ min: 0, max: 5 }), fc.constantFrom('north', 'south'), fc.integer({ min: 0, max: 9 })),
    { minLength: 1, maxLength: 6, selector: ([sku, node]) => `${sku}@${node}` },
  )
  const someFeeds = fc
    .uniqueArray(fc.record({ minute: fc.integer({ min: 1, max: 59 }), full: fc.boolean(), rows: someRows }), {
      minLength: 2,
      maxLength: 5,
      selector: (feed) => feed.minute,
    })
    .chain((list) => fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })))

  /** What the feeds say when they come in the order of their time; every full one says that absent means zero. */
  function inOrder(sent: readonly Sent[]): Record<string, number> {
    const units: Record<string, number> = {}
    for (const { full, rows } of sent.toSorted((a, b) => a.minute - b.minute)) {
      const nodes = new Set(rows.map(([, node]) => node))
      if (full) for (const key of Object.keys(units)) if (nodes.has(key.split('@')[1] ?? '')) units[key] = 0
      for (const [sku, node, onHand] of rows) units[`S-${sku}@${node}`] = onHand
    }
    return units
  }

  test('among others, full and delta, in any order ends in the state of their order in time', async () => {
    await fc.assert(
      fc.asyncProperty(someFeeds, async ([list, shuffled]) => {
        for (const table of ['stock_position', 'stock_posting', 'availability_change', 'stock_snapshot'])
          await feeds.hub.world.db.query(`DELETE FROM ${table}`)
        for (const { minute, full, rows } of shuffled) {
          const { feedId } = await feeds.push([csvOf(rows)], {
            'stock-as-of': asOf(minute),
            'stock-mode': full ? 'full' : 'delta',
            'stock-absent-means-zero': String(full),
            'idempotency-key': `${Math.random()}`,
          })
          await feeds.work(feedId)
        }
        // A position that was left out before it was known stays unknown, which sells as little as zero.
        const known = Object.entries(await feeds.positions()).filter(([, units]) => units > 0)
        expect(Object.fromEntries(known)).toEqual(
          Object.fromEntries(Object.entries(inOrder(list)).filter(([, units]) => units > 0)),
        )
      }),
      { numRuns: 15 },
    )
  })
})
