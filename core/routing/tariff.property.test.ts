import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RateCard } from '../model/rate-card.ts'
import { plan } from './plan.ts'
import { RoutingPolicy } from './policy.ts'
import { aNode, aRequest, aSnapshot } from './test-kit.ts'

const NODES = ['n1', 'n2', 'n3']
const SKUS = ['x', 'y', 'z', 'v']

/** Rising prices, dearer by zone; a heavier break may cost more than two lighter parcels, as real tariffs do. */
const cards = fc
  .record({
    steps: fc.array(fc.nat({ max: 60 }), { minLength: 3, maxLength: 3 }),
    divisor: fc.option(fc.constantFrom(4000, 5000), { nil: undefined }),
  })
  .map(({ steps, divisor }) => {
    let minor = 30
    return {
      breaks: [500, 1500, 4000].map((upToGrams, index) => ({
        upToGrams,
        minor: { all: (minor += steps[index] ?? 0) },
      })),
      ...(divisor === undefined ? {} : { dimensionalDivisor: divisor }),
    }
  })

const instances = fc.record({
  cards: fc.array(cards, { minLength: 2, maxLength: 2 }),
  cardOf: fc.array(fc.constantFrom<string[] | undefined>(['c0'], ['c1'], ['c0', 'c1'], undefined), {
    minLength: 3,
    maxLength: 3,
  }),
  fixed: fc.array(fc.nat({ max: 40 }), { minLength: 3, maxLength: 3 }),
  has: fc.array(fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }), { minLength: 3, maxLength: 3 }),
  lines: fc.array(
    fc.record({
      quantity: fc.integer({ min: 1, max: 3 }),
      weightGrams: fc.constantFrom(0, 200, 500, 900, 2500),
      volumeCm3: fc.constantFrom(0, 1000, 9000),
      supplier: fc.nat({ max: 20 }),
    }),
    { minLength: 1, maxLength: 4 },
  ),
})

/** By hand: the break that holds the charged weight; full parcels of the heaviest break first. */
function shipping(card: RateCard, grams: number, volume: number): number {
  let left = Math.max(
    grams,
    card.dimensionalDivisor === undefined ? 0 : Math.ceil((volume * 1000) / card.dimensionalDivisor),
  )
  const heaviest = card.breaks.at(-1)
  let cost = 0
  while (heaviest !== undefined && left > heaviest.upToGrams) {
    cost += heaviest.minor['all'] ?? 0
    left -= heaviest.upToGrams
  }
  return cost + (card.breaks.find((each) => left <= each.upToGrams)?.minor['all'] ?? 0)
}

/** Every way to part the lines into packages, and every node and card for each. */
function cheapest(count: number, packageMinor: (lines: number[]) => number): number {
  let best = Infinity
  const place = (line: number, parcels: number[][]): void => {
    if (line === count) {
      best = Math.min(
        best,
        parcels.reduce((sum, lines) => sum + packageMinor(lines), 0),
      )
      return
    }
    for (const parcel of parcels) {
      parcel.push(line)
      place(line + 1, parcels)
      parcel.pop()
    }
    place(line + 1, [...parcels, [line]])
  }
  place(0, [])
  return best
}

test('with weight breaks, dimensional weight and supplier prices no plan is cheaper: the same as trying every parting', () => {
  fc.assert(
    fc.property(instances, (instance) => {
      const rateCards = instance.cards.map((card, index) =>
        RateCard.parse({
          id: `c${index}`,
          carrier: 'post',
          service: 'standard',
          currency: 'EUR',
          zones: [{ zone: 'all', transitDays: 2 }],
          ...card,
        }),
      )
      const nodes = NODES.map((id, n) => aNode(id, { fixed: instance.fixed[n], rateCards: instance.cardOf[n] }))
      // The last node holds everything, so that each order can be served whole.
      const has = (n: number, l: number): boolean => n === 2 || instance.has[n]?.[l] === true
      const stock = Object.fromEntries(
        NODES.map((id, n) => [id, Object.fromEntries(SKUS.map((sku, l) => [sku, has(n, l) ? 9 : 0]))]),
      )
      const lines = instance.lines.map(({ supplier, ...line }, l) => ({
        ...line,
        sku: SKUS[l] ?? '',
        unitCostMinor: { n1: supplier },
      }))
      const found = plan(aRequest(lines), aSnapshot(nodes, stock, rateCards), RoutingPolicy.parse({ version: 'p' }))
      const expected = cheapest(lines.length, (parcel) => {
        const sum = (of: (line: (typeof lines)[number]) => number): number =>
          parcel.reduce((total, l) => total + (lines[l]?.quantity ?? 0) * of(lines[l] as (typeof lines)[number]), 0)
        const grams = sum((line) => line.weightGrams)
        const volume = sum((line) => line.volumeCm3)
        return Math.min(
          ...NODES.flatMap((id, n) => {
            if (!parcel.every((l) => has(n, l))) return []
            const base = (instance.fixed[n] ?? 0) + sum((line) => (id === 'n1' ? line.unitCostMinor.n1 : 0))
            const ways = instance.cardOf[n]?.map((card) => rateCards.find((each) => each.id === card))
            return ways === undefined
              ? [base]
              : ways.map((card) => base + (card === undefined ? 0 : shipping(card, grams, volume)))
          }),
        )
      })
      expect(found.unserved).toEqual([])
      expect(found.optimality).toBe('exact')
      expect(found.costMinor).toBe(expected)
      for (const each of found.packages)
        expect(each.costParts.reduce((sum, part) => sum + part.minor, 0)).toBe(each.costMinor)
    }),
    { numRuns: 1000 },
  )
})
