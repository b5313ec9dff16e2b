import { expect, test } from 'vitest'
import { randomFrom } from '#bench/cover/instances.ts'
import type { Order } from '#core/model/order.ts'
import type { Instant } from '#core/model/time.ts'
import { capture } from '#core/orders/capture.ts'
import { decideOrder } from '#core/routing/decide.ts'
import { activeBook, PolicyBook } from '#core/routing/policy-book.ts'
import { prepareNodes } from '#core/routing/prepared-nodes.ts'
import { recordOf } from '#core/routing/record.ts'
import { requestFor } from '#core/routing/requests.ts'
import { type KnownPosition, snapshotOf, workingCopy } from '#core/routing/snapshot.ts'
import { aNode } from '#core/routing/test-kit.ts'
import { OrderRequest } from '#http/wire/order.ts'

const ORDERS = 100_000
const NOW = '2026-11-23T09:30:00.000Z' as Instant
const SKUS = Array.from({ length: 12 }, (_, index) => `00${index}`)

const nodes = prepareNodes(
  ['a', 'b', 'c', 'd', 'e'].map((id, n) =>
    aNode(id, {
      fixed: 300 + 70 * n,
      perUnit: 10 + n,
      per100Km: 20,
      at: [48 + n, 2 + 3 * n],
      kind: n === 4 ? 'store' : 'warehouse',
    }),
  ),
)
const positions = nodes.list.flatMap((node, n) =>
  SKUS.map(
    (sku, s) => ({ sku, nodeId: node.id, available: (s * 7 + n * 5) % 6, safetyStock: 0 }) as unknown as KnownPosition,
  ),
)
const book = activeBook(
  PolicyBook.parse({
    name: 'two',
    rules: [
      { name: 'vip', when: { customerTags: ['vip'] }, policy: { objective: 'fewestPackages' } },
      {
        name: 'rest',
        policy: {
          splitFromValueMinor: 2000,
          fences: [{ name: 'no store', reason: 'segment', orders: { countries: ['FR'] }, never: { kinds: ['store'] } }],
          fallbacks: [{ giveUp: 'splitRules' }],
        },
      },
    ],
  }),
  'two@1',
)

function bodyOf(random: () => number, index: number): Record<string, unknown> {
  const whole = (most: number): number => Math.floor(random() * (most + 1))
  return {
    channelId: 'web',
    externalId: String(index),
    placedAt: '2026-11-23T09:00:00Z',
    currency: 'EUR',
    totalMinor: whole(6000),
    customerTags: random() < 0.3 ? ['vip'] : [],
    shipTo: {
      line1: '1 Rue de Test',
      city: 'Ville',
      country: random() < 0.5 ? 'FR' : 'DE',
      position: { latitude: 44 + 9 * random(), longitude: 15 * random() },
    },
    lines: Array.from({ length: 1 + whole(2) }, (_, l) => ({
      externalId: String(l),
      sku: SKUS[whole(SKUS.length - 1)],
      quantity: 1 + whole(2),
      unitPriceMinor: 1000,
    })),
  }
}

const orderOf = (body: unknown): Order => {
  const { revisedAt, ...input } = OrderRequest.parse(body)
  const captured = capture(
    { ...input, revisedAt: revisedAt ?? input.placedAt },
    undefined,
    (prefix) => `${prefix}_1`,
    NOW,
  )
  if (captured.kind !== 'created') throw new Error('not captured')
  return captured.order
}

/** The worker decides on a working copy of what it loaded, from the order as it was stored; the dry run on the body as it came. */
test(`the dry run is the run: equal records for ${ORDERS.toLocaleString('en')} generated orders`, () => {
  const snapshot = snapshotOf(nodes, positions)
  const facts = { currency: 'EUR' as never, products: new Map(), refusedBy: () => [], now: NOW }
  const random = randomFrom(11)
  const record = (order: Order, stock: typeof snapshot): string => {
    const request = requestFor(order, facts)
    return JSON.stringify(recordOf(decideOrder(request, stock, book, facts.products), 'dec_1' as never, 'net', request))
  }
  const policies = new Set<string>()
  let split = 0
  for (let index = 0; index < ORDERS; index++) {
    const order = orderOf(bodyOf(random, index))
    const dry = record(order, snapshot)
    const stored = JSON.parse(JSON.stringify(order)) as Order
    const run = record(stored, workingCopy(snapshot))
    if (run !== dry) expect(run).toBe(dry)
    policies.add(run.includes('"policyRule":"vip"') ? 'vip' : 'rest')
    if (run.match(/"costParts"/g)?.length === 2) split++
  }
  // Not all alike: both rules decided, and many orders were split.
  expect(policies.size).toBe(2)
  expect(split).toBeGreaterThan(ORDERS / 20)
}, 600_000)
