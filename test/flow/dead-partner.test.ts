/** One partner is dead for an hour: nothing of what waits for it is lost, spent or doubled, and its neighbor does not notice. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Outcome } from '#core/outcome.ts'
import { handleRecover } from '#workers/recover.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { PAPER_NETWORK } from '../kit/paper-hub.ts'
import { paperPartner, type PaperBooks } from '../kit/paper-partner.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const [pglite] = databases
if (pglite === undefined) throw new Error('there is always PGlite')
const MINUTE_MS = 60_000
const ORDERS = 40

let hub: SteppedHub
let neighbor: PaperBooks
beforeEach(async () => {
  const second = paperPartner('paper-second')
  neighbor = second.books
  const [north, south] = PAPER_NETWORK.nodes
  hub = await openSteppedHub(pglite, {
    connectors: [second.connector],
    network: {
      ...PAPER_NETWORK,
      connections: [...PAPER_NETWORK.connections, { id: 'second', connector: 'paper-second' }],
      nodes: [north, { ...south, connection: 'second' }],
    },
  })
  await hub.say('depot', aFeed([['SHOE-1', 'north', 900]]))
  await hub.say('second', aFeed([['SHOE-2', 'south', 900]]))
})
afterEach(() => hub.stop())

const SILENT: Outcome = { kind: 'unavailable', fault: 'transient', code: 'x', message: 'connect ETIMEDOUT' }
/** From now on the partner does nothing and answers nothing, or answers nothing though it did it. */
const die = (books: PaperBooks, outcome: Outcome, after: boolean): void => {
  books.next = Array.from({ length: 10_000 }, () => ({ outcome, after }))
  books.away = true
}
const live = (books: PaperBooks): void => {
  books.next = []
  books.away = false
}
const sell = async (from: number): Promise<void> => {
  for (let n = from; n < from + ORDERS; n++)
    await hub.say('shop', anOrder(`dead-${n}`).line('SHOE-1', 1).line('SHOE-2', 1).document)
  await hub.route()
}
const minute = async (): Promise<void> => {
  for (const connection of ['depot', 'second']) await hub.deliver(connection)
  await handleRecover(hub.hub.world)
  hub.pass(MINUTE_MS)
}
const states = () =>
  hub.rows<{ state: string; n: number; attempts: number }>(
    `SELECT state, count(*)::int AS n, max(attempts) AS attempts FROM instruction WHERE connection_id = 'depot' GROUP BY state`,
  )

test.each<[string, Outcome, boolean]>([
  ['refuses every connection', SILENT, false],
  ['takes everything and answers nothing', { kind: 'unknown', code: 'x', message: 'no answer in 30 s' }, true],
])(
  'a partner that %s for an hour',
  async (_, outcome, after) => {
    die(hub.nodes, outcome, after)
    await sell(0)
    await minute()
    expect(neighbor.requests.size).toBe(ORDERS)
    for (let passed = 1; passed < 60; passed++) {
      if (passed % 20 === 0) await sell(passed * 1_000)
      const before = neighbor.requests.size
      await minute()
      // Whoever sells through the neighbor waits no longer than on any other day: what is sold in a minute is told in it.
      expect(neighbor.requests.size).toBe(before + (passed % 20 === 0 ? ORDERS : 0))
    }
    // Not hammered: the row that opened the breaker, and about one try a minute.
    expect(hub.nodes.sends).toBeLessThan(120)
    // Nothing was given up, and people see which partner it is.
    expect((await states()).filter((row) => row.state === 'parked' || row.state === 'rejected')).toEqual([])
    expect(await hub.rows(`SELECT subject, detail FROM exception_case WHERE kind = 'connectionBroken'`)).toMatchObject([
      { subject: 'depot', detail: expect.stringContaining('it has given no answer since') as string },
    ])

    live(hub.nodes)
    for (let waited = 0; waited < 40; waited++) await minute()
    expect(hub.nodes.requests.size).toBe(3 * ORDERS)
    expect(await states()).toMatchObject([{ state: 'sent', n: 3 * ORDERS }])
    expect(await hub.count(`exception_case WHERE state = 'open' AND kind = 'connectionBroken'`)).toBe(0)
    expect(await hub.broken()).toEqual([])
  },
  120_000,
)
