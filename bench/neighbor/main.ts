/** `npm run bench -- neighbor`: how long a partner waits for its events while another one is dead, beside the same load with both alive. */
import { applyNetwork, Network } from '#app/network-file.ts'
import { insertInstructions } from '#store/instructions.ts'
import type { Hub } from '#app/hub.ts'
import type { Bench, BenchOptions } from '../bench.ts'
import { median, percentile, waitUntil } from '../kit/measure.ts'
import { benchStores, type BenchStore } from '../kit/stores.ts'
import { ratio, table } from '../kit/table.ts'
import { openReceiver, type Receiver } from './receiver.ts'

const EVENTS_PER_SECOND = 40
/** Longer than a call may take, so that calls to the dead one end in it too, and the breaker opens. */
const PHASE_MS = 20_000
/** The p95 beside a dead partner may be 10 % above that beside a living one. */
const LIMIT = 1.1
const SIGNING = `whsec_${Buffer.from('a key of the benchmark, 32 bytes').toString('base64')}`

type Figures = { p50Ms: number; p95Ms: number }
type Measured = { store: string; alive: Figures; dead: Figures; ratio: number }

export const neighbor: Bench = {
  name: 'neighbor',
  summary: 'p95 of a partner’s events while another partner is dead, beside both alive',
  run: async (options) => {
    const results: Measured[] = []
    for (const store of benchStores({ BENCH_SIGNING: SIGNING })) results.push(await measure(store, options))
    return {
      json: { bench: 'neighbor', eventsPerSecond: EVENTS_PER_SECOND, limit: LIMIT, runs: options.runs, results },
      text: describe(results, options),
    }
  },
}

async function measure(store: BenchStore, { runs }: BenchOptions): Promise<Measured> {
  const all: { alive: Figures; dead: Figures }[] = []
  for (let run = 0; run < runs; run++) {
    process.stderr.write(`${store.name}, run ${run + 1} of ${runs}\n`)
    all.push(await measureOnce(store))
  }
  const of = (state: 'alive' | 'dead'): Figures => ({
    p50Ms: median(all.map((one) => one[state].p50Ms)),
    p95Ms: median(all.map((one) => one[state].p95Ms)),
  })
  return {
    store: store.name,
    alive: of('alive'),
    dead: of('dead'),
    ratio: median(all.map(({ alive, dead }) => dead.p95Ms / alive.p95Ms)),
  }
}

async function measureOnce(store: BenchStore): Promise<{ alive: Figures; dead: Figures }> {
  const { hub, close } = await store.open()
  const [healthy, other] = [await openReceiver(), await openReceiver()]
  try {
    await applyNetwork(hub.world.db, network({ healthy: healthy.url, other: other.url }))
    await hub.startWorkers()
    await phase(hub, healthy, 'warm', 3_000)
    const alive = await phase(hub, healthy, 'alive', PHASE_MS)
    other.hang()
    const dead = await phase(hub, healthy, 'dead', PHASE_MS)
    return { alive, dead }
  } finally {
    // Calls that hang end with their receiver; the hub waits for what it began.
    await Promise.all([healthy.close(), other.close()])
    await close()
  }
}

/** The same load to both; how long each event of the healthy one took from its commit to its arrival. */
async function phase(hub: Hub, healthy: Receiver, name: string, lengthMs: number): Promise<Figures> {
  const committed = new Map<string, number>()
  const count = Math.round((lengthMs / 1_000) * EVENTS_PER_SECOND)
  const began = performance.now()
  for (let index = 0; index < count; index++) {
    const waitMs = began + (index * 1_000) / EVENTS_PER_SECOND - performance.now()
    if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs))
    const id = `fct_${name}_${index}`
    committed.set(id, performance.now())
    await tell(hub, id)
  }
  const took = (): number[] =>
    [...committed].flatMap(([id, at]) => {
      const arrived = healthy.arrivedAt(id)
      return arrived === undefined ? [] : [arrived - at]
    })
  await waitUntil('every event is there', () => took().length === count)
  return { p50Ms: percentile(took(), 0.5), p95Ms: percentile(took(), 0.95) }
}

async function tell({ world }: Hub, id: string): Promise<void> {
  const createdAt = world.clock.now()
  const event = {
    seq: 1,
    id,
    kind: 'shipped',
    orderId: `ord_${id}`,
    channelId: 'web',
    externalId: id,
    at: createdAt,
    actor: 'bench',
    cause: null,
    data: {},
  }
  const instructions = ['healthy', 'other'].map((connectionId) => ({
    id: world.ids.next('ins'),
    connectionId,
    port: 'events',
    kind: 'event',
    businessKey: id,
    subjectId: id,
    document: event,
    createdAt,
  }))
  await world.commit((unit) => insertInstructions(unit, instructions))
}

const network = (urls: Record<string, string>): Network =>
  Network.parse({
    connections: Object.entries(urls).map(([id, url]) => ({
      id,
      connector: 'webhook',
      config: { url, allowPrivateAddresses: true, callsPerSecond: 1_000 },
      secrets: { signing: 'env:BENCH_SIGNING' },
    })),
  })

const ms = (value: number): string => `${value.toFixed(1)} ms`

function describe(results: readonly Measured[], { runs }: BenchOptions): string {
  const rows = results.map(({ store, alive, dead, ratio: share }) => [
    store,
    `${ms(alive.p50Ms)} / ${ms(alive.p95Ms)}`,
    `${ms(dead.p50Ms)} / ${ms(dead.p95Ms)}`,
    `${share.toFixed(2)} × (limit ${ratio(LIMIT, 1)})`,
  ])
  return [
    `${EVENTS_PER_SECOND} events a second to each of two partners, ${PHASE_MS / 1000} s each way, median of ${runs}. The dead one takes calls and never answers.`,
    '',
    table(['p50 / p95 of the healthy one', 'both alive', 'the other dead', 'p95, dead ÷ alive'], rows),
  ].join('\n')
}
