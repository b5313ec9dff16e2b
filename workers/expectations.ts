/**
 * When backorders can expect their units: worked out anew for a SKU whenever its supplies or its backorders change. A date that
 * slips past what the customer was told is a broken promise: it is put on the order's timeline, given to a person, and told anew.
 */
import { inOrder, peg, type ReleaseBy } from '#core/ledger/backorders.ts'
import { openUnits } from '#core/ledger/supply.ts'
import type { Instant } from '#core/model/time.ts'
import { type Backorder, waitingFor, writeExpectations } from '#store/backorders.ts'
import { appendFacts } from '#store/facts.ts'
import { openCases } from '#store/quarantine.ts'
import { openSupplies, writePegged } from '#store/supply.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from './world.ts'

export type BrokenPromise = {
  orderId: string
  lineNo: number
  sku: string
  quantity: number
  promisedAt: Instant
  /** null: no open supply reaches so far. */
  expectedAt: Instant | null
}

/** How each SKU's backorders are served, and the earliest moment at which they may be. */
export type Serving = { releaseBy: ReleaseBy; releaseFrom: Instant | undefined }

/** Pegs what waits for these SKUs to what comes in. The caller holds the locks of their counts. */
export async function pegAnew(
  unit: Unit,
  world: World,
  serving: ReadonlyMap<string, Serving>,
  cause: string,
  now: Instant,
): Promise<BrokenPromise[]> {
  const skus = [...serving.keys()]
  if (skus.length === 0) return []
  const waiting = Map.groupBy(await waitingFor(unit, skus), (each) => each.sku)
  const supplies = Map.groupBy(await openSupplies(unit, skus), (each) => each.sku as string)
  const changed: Backorder[] = []
  const broken: BrokenPromise[] = []
  for (const [sku, { releaseBy, releaseFrom }] of serving) {
    const coming = (supplies.get(sku) ?? []).map((each) => ({
      id: each.id as string,
      units: openUnits(each),
      expectedAt: later(each.expectedAt, releaseFrom),
    }))
    const mine = inOrder(waiting.get(sku) ?? [], releaseBy)
    const { pegged, completedBy } = peg(coming, mine)
    await writePegged(
      unit,
      coming.map(({ id }) => ({ id, units: pegged.get(id) ?? 0 })),
    )
    for (const each of mine) {
      const supply = completedBy.get(each.id)
      const next = expectation(each, supply?.id ?? null, supply?.expectedAt ?? null)
      if (next.broken !== undefined) broken.push(next.broken)
      if (next.changed !== undefined) changed.push(next.changed)
    }
  }
  await writeExpectations(unit, changed)
  await tellBroken(unit, world, broken, cause, now)
  return broken
}

const later = (a: Instant, b: Instant | undefined): Instant => (b !== undefined && b > a ? b : a)

function expectation(
  before: Backorder,
  supplyId: string | null,
  expectedAt: Instant | null,
): { changed?: Backorder; broken?: BrokenPromise } {
  const slipped = before.promisedAt !== null && (expectedAt === null || expectedAt > before.promisedAt)
  // Without a date there is none to tell: the old one stands as broken until a supply brings a new one.
  const promisedAt = before.promisedAt === null || (slipped && expectedAt !== null) ? expectedAt : before.promisedAt
  const same = before.supplyId === supplyId && before.expectedAt === expectedAt && before.promisedAt === promisedAt
  return {
    ...(same ? {} : { changed: { ...before, supplyId, expectedAt, promisedAt } }),
    ...(slipped && before.promisedAt !== null && !same
      ? {
          broken: {
            orderId: before.orderId,
            lineNo: before.lineNo,
            sku: before.sku,
            quantity: before.quantity,
            promisedAt: before.promisedAt,
            expectedAt,
          },
        }
      : {}),
  }
}

async function tellBroken(
  unit: Unit,
  world: World,
  broken: readonly BrokenPromise[],
  cause: string,
  now: Instant,
): Promise<void> {
  await appendFacts(
    unit,
    broken.map(({ orderId, ...data }) => ({
      id: world.ids.next('fct'),
      orderId,
      kind: 'promiseSlipped' as const,
      at: now,
      actor: 'supply',
      cause,
      data,
    })),
  )
  await openCases(
    unit,
    broken.map((each) => ({
      id: world.ids.next('exc'),
      kind: 'promiseSlipped' as const,
      subject: `${each.orderId}/${each.lineNo}`,
      orderId: each.orderId,
      detail: `${each.quantity} of ${each.sku} were promised for ${each.promisedAt}; now ${each.expectedAt === null ? 'no supply is known that brings them' : `they are expected ${each.expectedAt}`}`,
      cure: 'Tell the customer the new date or offer a substitute; cancel the units if they are not wanted any more.',
      owner: 'operator' as const,
    })),
    now,
  )
}
