/** Claims on stock through the hub, beside the bare guarded UPDATE that a row lock allows, in the same run on the same database. */
import type { Hub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { inParallel, median, perSecond } from '../kit/measure.ts'
import type { BenchStore } from '../kit/stores.ts'

const SKUS = 1_000
/** Claims under way at once: what a flash sale sends in a few milliseconds. */
const CROWD = 4_000

export type ClaimFigures = {
  /** One guarded UPDATE and commit a claim. */
  bareHot: number
  bareSpread: number
  hotOneWriter: number
  hot64Writers: number
  hot: number
  spread: number
  bareThreeLines: number
  threeLines: number
}

/** `positions` rows of stock stand around the ones that are claimed. */
export async function claimFigures(store: BenchStore, options: { runs: number; claims: number; positions: number }) {
  const { hub, close } = await store.open()
  try {
    await prepare(hub, options.positions)
    const runs: ClaimFigures[] = []
    for (let run = 0; run < options.runs; run++) {
      process.stderr.write(`claims on ${store.name}, run ${run + 1} of ${options.runs}\n`)
      runs.push(await measure(hub, options.claims, `r${run}`))
    }
    return Object.fromEntries(
      (Object.keys(runs[0] ?? {}) as (keyof ClaimFigures)[]).map((name) => [
        name,
        median(runs.map((one) => one[name])),
      ]),
    ) as ClaimFigures
  } finally {
    await close()
  }
}

async function prepare(hub: Hub, positions: number): Promise<void> {
  const { db } = hub.world
  await applyNetwork(
    db,
    Network.parse({
      channels: [{ id: 'web', name: 'Web', currency: 'EUR' }],
      nodes: [
        {
          id: 'dc',
          name: 'DC',
          kind: 'warehouse',
          capabilities: ['ship'],
          calendar: { timeZone: 'Europe/Paris', week: {} },
          costs: { currency: 'EUR' },
        },
      ],
    }),
  )
  await db.query(
    `INSERT INTO stock_position (sku, node_id, available) SELECT 'sku-' || i, 'dc', 100000000 FROM generate_series(0, $1::int - 1) AS i`,
    [Math.max(positions, SKUS)],
  )
  // The ledger agrees with what was put there.
  await db.query(
    `INSERT INTO stock_posting (sku, node_id, from_state, to_state, quantity, cause, reference, effective_at)
     SELECT sku, node_id, 'adjustment', 'available', available, 'feed', 'bench', now() FROM stock_position`,
  )
  await db.query('ANALYZE stock_position')
  await hub.world.master.fresh()
}

async function measure(hub: Hub, claims: number, run: string): Promise<ClaimFigures> {
  const few = Math.min(claims, 2_000)
  const claim =
    (name: string, skus: (index: number) => string[]) =>
    async (index: number): Promise<void> => {
      const lines = skus(index).map((sku) => ({ sku, quantity: 1 }))
      const cart = {
        channelId: 'web',
        cartKey: `${run}-${name}-${index}`,
        binding: 'timed' as const,
        ttlSeconds: 900,
        lines,
        actor: 'bench',
      }
      const answer = await hub.reserve(cart)
      if (answer.kind !== 'held') throw new Error('a claim was refused although there is stock')
    }
  const hotSku = (): string[] => ['sku-0']
  const spreadSku = (index: number): string[] => [`sku-${index % SKUS}`]
  const three = (index: number): string[] => [0, 1, 2].map((i) => `sku-${(index * 3 + i) % SKUS}`)
  const bare = (skus: (index: number) => string[]) => (index: number) => guarded(hub, skus(index))
  return {
    bareHot: await perSecond(few, () => inParallel(few, 16, bare(hotSku))),
    bareSpread: await perSecond(few, () => inParallel(few, 16, bare(spreadSku))),
    bareThreeLines: await perSecond(few, () => inParallel(few, 16, bare(three))),
    hotOneWriter: await perSecond(200, () => inParallel(200, 1, claim('one', hotSku))),
    hot64Writers: await perSecond(few, () => inParallel(few, 64, claim('many', hotSku))),
    hot: await perSecond(claims, () => inParallel(claims, CROWD, claim('hot', hotSku))),
    spread: await perSecond(claims, () => inParallel(claims, CROWD, claim('spread', spreadSku))),
    threeLines: await perSecond(claims, () => inParallel(claims, CROWD, claim('three', three))),
  }
}

/** What a row lock allows: the guard, the commit, and nothing that remembers who claimed. */
async function guarded(hub: Hub, skus: readonly string[]): Promise<void> {
  await hub.world.db.transaction(async (tx) => {
    for (const sku of [...skus].sort()) {
      const rows = await tx.query(
        `UPDATE stock_position SET available = available - 1, allocated = allocated + 1
         WHERE sku = $1 AND node_id = 'dc' AND available - safety_stock >= 1 RETURNING 1`,
        [sku],
      )
      if (rows.length !== 1) throw new Error('a claim was refused although there is stock')
    }
  })
}
