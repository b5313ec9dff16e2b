import { describe, expect, test } from 'vitest'
import { Channel } from '../model/channel.ts'
import { Node } from '../model/node.ts'
import { Product } from '../model/product.ts'
import { StockPolicy } from '../model/stock-policy.ts'
import type { Instant } from '../model/time.ts'
import { backorderRuleOf, freshnessBuffer, safetyStockOf, standingOf } from './stock-rules.ts'

const product = Product.parse({ sku: '00123', name: 'Shoe', tags: ['fragile'], attributes: { brand: 'acme' } })
const node = Node.parse({
  id: 'paris',
  name: 'Paris',
  kind: 'store',
  capabilities: ['pickup'],
  groups: ['stores'],
  safetyStock: 1,
  calendar: { timeZone: 'Europe/Paris', week: {} },
  costs: { currency: 'EUR' },
})
const channel = Channel.parse({ id: 'web', name: 'Web', currency: 'EUR', threshold: 2 })
const at = '2026-11-22T12:00:00.000Z' as Instant
const policy = (rules: unknown[], backorders: unknown[] = []) => StockPolicy.parse({ version: 'v1', rules, backorders })
const everything = { product, node, channel, at }

describe('stock rules', () => {
  test('without one the node’s own safety stock and the channel’s own threshold hold', () => {
    expect(safetyStockOf(policy([]), everything)).toBe(1)
    expect(standingOf(policy([]), everything)).toMatchObject({ threshold: 2, freshness: [], excludedBy: undefined })
  })

  test('the first that matches decides, also when it says less than the node', () => {
    const rules = [
      { kind: 'safetyStock', name: 'acme sells out', match: { attributes: { brand: ['acme'] } }, units: 0 },
      { kind: 'safetyStock', name: 'all', units: 9 },
    ]
    expect(safetyStockOf(policy(rules), everything)).toBe(0)
  })

  test.each([
    ['a SKU', { skus: ['00123'] }, true],
    ['a SKU without its zeros', { skus: ['123'] }, false],
    ['a tag', { tags: ['hazmat', 'fragile'] }, true],
    ['an attribute of another value', { attributes: { brand: ['other'] } }, false],
    ['an attribute the product lacks', { attributes: { season: ['winter'] } }, false],
    ['a node', { nodes: ['paris'] }, true],
    ['a group of nodes', { nodeGroups: ['warehouses'] }, false],
    ['a channel', { channels: ['web'] }, true],
    ['a time that has begun', { from: '2026-11-22T12:00:00Z' }, true],
    ['a time that is over', { until: '2026-11-22T12:00:00Z' }, false],
    ['two things of which one fails', { tags: ['fragile'], nodes: ['lyon'] }, false],
  ])('a threshold rule that names %s', (_, match, hits) => {
    const rules = [{ kind: 'threshold', name: 'r', match, units: 7 }]
    expect(standingOf(policy(rules), everything).threshold).toBe(hits ? 7 : 2)
  })

  test('a rule that names nodes says nothing where no node is asked about', () => {
    const rules = [{ kind: 'threshold', name: 'r', match: { nodes: ['paris'] }, units: 7 }]
    expect(standingOf(policy(rules), { product, channel, at }).threshold).toBe(2)
  })

  test('a count that is older than the rule says holds units back, a younger one does not', () => {
    const rules = [{ kind: 'freshness', name: 'stale', olderThanMinutes: 60, units: 3 }]
    const { freshness } = standingOf(policy(rules), everything)
    const heldAt = (countedAt: string) => freshnessBuffer(freshness, Date.parse(countedAt), Date.parse(at))
    expect(heldAt('2026-11-22T11:00:00.000Z')).toBe(0)
    expect(heldAt('2026-11-22T10:59:59.000Z')).toBe(3)
  })

  test('a channel does not sell from nodes outside its groups, and says so', () => {
    const eu = Channel.parse({ ...channel, nodeGroups: ['warehouses'] })
    expect(standingOf(policy([]), { ...everything, channel: eu }).excludedBy).toBe('web does not sell from paris')
  })

  test('an exclusion is told by its name', () => {
    const rules = [{ kind: 'exclude', name: 'recall 7', match: { skus: ['00123'] } }]
    expect(standingOf(policy(rules), everything).excludedBy).toBe('recall 7')
  })

  test('what may be sold beyond stock is told by the first rule that matches', () => {
    const made = policy(
      [],
      [
        { name: 'acme', match: { attributes: { brand: ['acme'] } }, capUnits: 20 },
        { name: 'all', capUnits: 1 },
      ],
    )
    expect(backorderRuleOf(made, everything)?.name).toBe('acme')
  })

  test('safety stock for one channel is refused: it holds for all', () => {
    const rules = [{ kind: 'safetyStock', name: 'r', match: { channels: ['web'] }, units: 1 }]
    expect(StockPolicy.safeParse({ version: 'v1', rules }).error?.issues[0]?.path).toEqual([
      'rules',
      0,
      'match',
      'channels',
    ])
  })

  test('a segment that is open to one that does not exist is refused', () => {
    const segments = [{ id: 'web', openTo: ['nobody'] }]
    expect(StockPolicy.safeParse({ version: 'v1', segments }).error?.issues[0]?.message).toBe(
      'there is no segment "nobody"',
    )
  })
})
