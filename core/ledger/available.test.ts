import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { StockPolicy } from '../model/stock-policy.ts'
import type { Instant } from '../model/time.ts'
import { availableOf, type Balances, isKnown, networkAvailable, TERMS } from './available.ts'
import { serveBasket } from './basket.ts'
import { kitAvailable } from './kit-available.ts'
import { drawableSegments, ruleBook, rulesTurnBetween } from './rule-book.ts'
import { type Standing, standingOf } from './stock-rules.ts'

const NOW = '2026-11-22T12:00:00.000Z' as Instant
const NOW_MS = Date.parse(NOW)
const units = fc.nat(1_000)

const balances: fc.Arbitrary<Balances> = fc.record({
  onHand: fc.integer({ min: -50, max: 1_000 }),
  reserved: units,
  allocated: units,
  unsellable: units,
  safetyStock: units,
  fenced: units,
  drawable: units,
  incoming: units,
  outgoing: units,
  countedAtMs: fc.option(fc.integer({ min: NOW_MS - 10_000_000, max: NOW_MS }), { nil: undefined }),
})
const standing: fc.Arbitrary<Standing> = fc.record({
  safetyStock: units,
  threshold: units,
  sharePercent: fc.integer({ min: 1, max: 100 }),
  freshness: fc.array(
    fc.record({
      kind: fc.constant('freshness' as const),
      name: fc.constant('old'),
      match: fc.constant({}),
      olderThanMinutes: fc.integer({ min: 1, max: 200 }),
      units,
    }),
    { maxLength: 2 },
  ),
  excludedBy: fc.option(fc.constant('not here'), { nil: undefined }),
  outside: fc.boolean(),
})
const plain: Balances = {
  onHand: 20,
  reserved: 1,
  allocated: 2,
  unsellable: 3,
  safetyStock: 4,
  fenced: 5,
  drawable: 0,
  incoming: 0,
  outgoing: 0,
  countedAtMs: NOW_MS - 3_600_000,
}
const policy = StockPolicy.parse({
  version: 'v1',
  rules: [
    { kind: 'safetyStock', name: 'a goods', match: { attributes: { abc: ['a'] } }, units: 9 },
    { kind: 'threshold', name: 'web', match: { channels: ['web'] }, units: 2 },
    { kind: 'exclude', name: 'no bulk in stores', match: { tags: ['bulk'], nodeGroups: ['stores'] } },
    { kind: 'freshness', name: 'old counts', match: {}, olderThanMinutes: 30, units: 6 },
    { kind: 'share', name: 'half for the web', match: { channels: ['web'], nodes: ['north'] }, percent: 50 },
    { kind: 'exclude', name: 'from christmas', match: { from: '2026-12-24T00:00:00Z' } },
  ],
  segments: [{ id: 'wholesale' }, { id: 'club', openTo: ['wholesale', 'unsegmented'] }],
})
const node = { id: 'north' as never, groups: ['stores'], safetyStock: 1, enabled: true }
const web = { id: 'web' as never, threshold: 1 }
const product = { sku: 'A' as never, tags: [] as string[], attributes: {} as Record<string, string> }

describe('available-to-promise', () => {
  test('is the sum of its terms, whatever they are', () => {
    fc.assert(
      fc.property(balances, standing, (given, held) => {
        const { terms, available, sellable } = availableOf(given, held, NOW_MS)
        expect(TERMS.reduce((sum, term) => sum + terms[term], 0)).toBe(available)
        expect(sellable).toBe(Math.max(0, available))
        if (held.excludedBy !== undefined) expect(available).toBeLessThanOrEqual(0)
      }),
    )
  })

  test('of a network is the sum of its terms and of what its nodes can sell', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(balances, standing), { maxLength: 8 }), (positions) => {
        const each = positions.map(([given, held]) => availableOf(given, held, NOW_MS))
        const { terms, available } = networkAvailable(each)
        expect(Object.values(terms).reduce((sum, value) => sum + value, 0)).toBe(available)
        expect(available).toBe(each.reduce((sum, position) => sum + position.sellable, 0))
      }),
    )
  })

  test('takes off each term once, and rounds a share down', () => {
    const rules = ruleBook(policy, web, NOW).of(product).at(node)
    // 20 − 1 − 2 − 3 − 4 − 5 = 5, less the threshold of 2, less 6 for a count an hour old: nothing is left to share.
    expect(availableOf(plain, rules, NOW_MS).available).toBe(-3)
    const fresh = availableOf({ ...plain, countedAtMs: NOW_MS - 60_000 }, rules, NOW_MS)
    expect(fresh.terms).toMatchObject({ threshold: -2, freshnessBuffer: 0, otherChannels: -2 })
    expect(fresh.available).toBe(1)
  })

  test('gives a segment its fenced units, and no other', () => {
    const rules = ruleBook(policy, undefined, NOW).of(product).at(node)
    const fresh = { ...plain, countedAtMs: NOW_MS }
    expect(availableOf(fresh, rules, NOW_MS)).toMatchObject({ available: 5, terms: { fenced: -5 } })
    expect(availableOf({ ...fresh, drawable: 5 }, rules, NOW_MS)).toMatchObject({ available: 10, terms: { fenced: 0 } })
    expect(drawableSegments(policy, { segment: 'wholesale' })).toEqual(['wholesale', 'club'])
    expect(drawableSegments(policy, { segment: 'club' })).toEqual(['club'])
    expect(drawableSegments(policy, {})).toEqual(['club'])
  })

  test('is unknown where no feed spoke, nothing moved and nothing comes', () => {
    const nothing = { ...plain, onHand: 0, countedAtMs: undefined }
    expect(isKnown(nothing)).toBe(false)
    expect(isKnown({ ...nothing, incoming: 1 })).toBe(true)
    expect(isKnown({ ...nothing, countedAtMs: 0 })).toBe(true)
  })
})

describe('a rule book', () => {
  const word = fc.constantFrom('a', 'b', 'c')
  const some = fc.option(fc.array(word, { minLength: 1, maxLength: 2 }), { nil: undefined })
  const instant = fc.option(fc.constantFrom('2026-11-20T00:00:00.000Z', '2026-11-24T00:00:00.000Z'), { nil: undefined })
  const match = fc.record({
    skus: some,
    tags: some,
    attributes: fc.option(fc.dictionary(word, fc.array(word, { minLength: 1 }), { maxKeys: 2 }), { nil: undefined }),
    nodes: some,
    nodeGroups: some,
    channels: some,
    from: instant,
    until: instant,
  })
  const rule = fc
    .tuple(fc.constantFrom('safetyStock', 'threshold', 'exclude', 'share', 'freshness'), match, fc.nat(9))
    .map(([kind, given, n]) => ({
      kind,
      name: `r${n}`,
      match: kind === 'safetyStock' ? { ...given, channels: undefined } : given,
      ...(kind === 'share'
        ? { percent: n + 1 }
        : kind === 'exclude'
          ? {}
          : kind === 'freshness'
            ? { olderThanMinutes: n + 1, units: n }
            : { units: n }),
    }))

  test('says what the rules say one by one, for every product, node and channel', () => {
    fc.assert(
      fc.property(
        fc.array(rule, { maxLength: 6 }),
        fc.array(fc.record({ sku: word, tags: fc.array(word), attributes: fc.dictionary(word, word) }), {
          minLength: 1,
          maxLength: 4,
        }),
        fc.option(fc.record({ id: word, threshold: fc.nat(3), nodeGroups: some }), { nil: undefined }),
        (rules, products, channel) => {
          const made = StockPolicy.parse(JSON.parse(JSON.stringify({ version: 'x', rules })))
          const book = ruleBook(made, channel as never, NOW)
          for (const each of products)
            for (const id of ['a', 'b']) {
              const at = { id: id as never, groups: [id, 'c'], safetyStock: 1, enabled: id === 'a' }
              const subject = { product: each as never, node: at, at: NOW, ...(channel ? { channel } : {}) }
              const { freshness, ...said } = book.of(each as never).at(at)
              const { freshness: wanted, ...expected } = standingOf(made, subject as never)
              expect(said).toEqual(expected)
              expect(freshness.map((one) => one.name)).toEqual(wanted.map((one) => one.name))
            }
        },
      ),
    )
  })

  test('names what excludes, holds back for the first rule that matches, and knows when a rule turns', () => {
    const stores = ruleBook(policy, web, NOW)
    expect(stores.of({ ...product, tags: ['bulk'] }).at(node).excludedBy).toBe('no bulk in stores')
    expect(stores.of({ ...product, attributes: { abc: 'a' } }).at(node).safetyStock).toBe(9)
    expect(stores.of(product).at({ ...node, enabled: false }).excludedBy).toBe('north is taken out of routing')
    expect(rulesTurnBetween(policy, NOW, '2026-12-24T00:00:00.000Z' as Instant)).toBe(true)
    expect(rulesTurnBetween(policy, NOW, '2026-12-23T00:00:00.000Z' as Instant)).toBe(false)
  })
})

describe('kits', () => {
  const bundle = [
    { sku: 'PHONE' as never, quantity: 1 },
    { sku: 'CABLE' as never, quantity: 2 },
  ]
  test('are as many as the scarcest component allows, and unknown when one is', () => {
    const at = (cables: number | undefined) =>
      kitAvailable(bundle, (sku) => (sku === 'PHONE' ? 4 : cables), undefined)?.available
    expect([at(10), at(5), at(1), at(-3), at(undefined)]).toEqual([4, 2, 0, 0, undefined])
    const excluded = kitAvailable(bundle, () => 10, 'not here')
    expect(excluded).toMatchObject({ available: 0, terms: { buildable: 5, excluded: -5 } })
  })

  const line = (sku: string, quantity: number, ...parts: string[]) => ({
    sku,
    quantity,
    components: (parts.length === 0 ? [sku] : parts).map((part) => ({ sku: part as never, quantity: 1 })),
  })
  const at = (nodeId: string, stock: Record<string, number>) => ({
    nodeId,
    sellable: new Map(Object.entries(stock)),
    refused: new Set<string>(),
  })

  test('that share a component cannot both have its last unit', () => {
    const asked = [line('SET-1', 1, 'X', 'Y'), line('SET-2', 1, 'X', 'Z')]
    const answer = serveBasket(asked, [at('north', { X: 1, Y: 5, Z: 5 })])
    expect(answer.nodes).toEqual([{ nodeId: 'north', servable: false, short: [{ sku: 'X', needed: 2, available: 1 }] }])
    expect(answer.network).toEqual({ servable: false, proven: true, parts: [] })
  })

  test('are shared out over nodes so that every line is served where that is possible', () => {
    // Only if SET-1 leaves the north's X to SET-2 can both be had.
    const asked = [line('SET-1', 1, 'X', 'Y'), line('SET-2', 1, 'X', 'Z'), line('PLAIN', 2)]
    const nodes = [at('north', { X: 1, Y: 1, Z: 1, PLAIN: 1 }), at('south', { X: 1, Y: 1, PLAIN: 1 })]
    const { network } = serveBasket(asked, nodes)
    expect(network.servable).toBe(true)
    expect(network.parts).toContainEqual({ nodeId: 'north', sku: 'SET-2', quantity: 1 })
    expect(network.parts).toContainEqual({ nodeId: 'south', sku: 'SET-1', quantity: 1 })
  })

  test('of a basket are never promised more units than there are, and a way that exists is found', () => {
    const parts = fc.constantFrom('X', 'Y', 'Z')
    const lines = fc.array(
      fc.tuple(fc.integer({ min: 1, max: 2 }), fc.uniqueArray(parts, { minLength: 1, maxLength: 2 })),
      { minLength: 1, maxLength: 3 },
    )
    const stock = fc.record({ X: fc.nat(3), Y: fc.nat(3), Z: fc.nat(3) })
    fc.assert(
      fc.property(lines, fc.array(stock, { minLength: 1, maxLength: 2 }), (given, stocks) => {
        const asked = given.map(([quantity, made], index) => line(`L${index}`, quantity, ...made))
        const nodes = stocks.map((each, index) => at(`n${index}`, each))
        const { network } = serveBasket(asked, nodes)
        expect(network.servable).toBe(canBeServed(asked, stocks))
        for (const [index, each] of stocks.entries()) {
          const used: Record<string, number> = { X: 0, Y: 0, Z: 0 }
          for (const part of network.parts.filter((one) => one.nodeId === `n${index}`))
            for (const component of asked.find((one) => one.sku === part.sku)?.components ?? [])
              used[component.sku] = (used[component.sku] ?? 0) + part.quantity
          for (const [sku, count] of Object.entries(used)) expect(count).toBeLessThanOrEqual(each[sku as 'X'])
        }
      }),
    )
  })
})

type Asked = { quantity: number; components: readonly { sku: string }[] }[]

/** Tries every way, one unit after the other. */
function canBeServed(lines: Asked, stocks: Record<string, number>[]): boolean {
  const all = lines.flatMap((line) => Array.from({ length: line.quantity }, () => line.components))
  const tryFrom = (index: number): boolean => {
    const components = all[index]
    if (components === undefined) return true
    return stocks.some((stock) => {
      if (components.some(({ sku }) => (stock[sku] ?? 0) < 1)) return false
      for (const { sku } of components) stock[sku] = (stock[sku] ?? 0) - 1
      const done = tryFrom(index + 1)
      for (const { sku } of components) stock[sku] = (stock[sku] ?? 0) + 1
      return done
    })
  }
  return tryFrom(0)
}
