import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CartLine, type CartPlan, type HeldUnits, planCart, type StockView } from './cart.ts'
import type { Kits } from './kits.ts'

const KITS = new Map([
  [
    'SET',
    [
      { sku: 'SHOE', quantity: 2 },
      { sku: 'BOX', quantity: 1 },
    ],
  ],
]) as unknown as Kits
const NODES = ['north', 'south']

/** Stock by `sku@node`. */
function shelf(units: Record<string, number>): StockView & { units: Map<string, number> } {
  const there = new Map(Object.entries(units))
  return {
    units: there,
    free: (sku, nodeId) => there.get(`${sku}@${nodeId}`) ?? 0,
    take: (sku, nodeId, quantity) => {
      const key = `${sku}@${nodeId}`
      there.set(key, (there.get(key) ?? 0) - quantity)
      return () => there.set(key, (there.get(key) ?? 0) + quantity)
    },
  }
}

let next = 0
/** What the cart holds once the plan is written. */
function after(held: readonly HeldUnits[], plan: CartPlan): HeldUnits[] {
  if (plan.kind !== 'change') return [...held]
  const rows = held.map((each) => ({ ...each }))
  for (const { held: row, quantity } of plan.releases) {
    const mine = rows.find((each) => each.reservationId === row.reservationId)
    if (mine !== undefined) mine.quantity -= quantity
  }
  for (const { reservationId, ...claim } of plan.claims) {
    const mine = rows.find((each) => each.reservationId === reservationId)
    if (mine === undefined) rows.push({ ...claim, reservationId: `rsv_${(next += 1)}` })
    else mine.quantity += claim.quantity
  }
  return rows.filter((each) => each.quantity > 0)
}

const heldAt = (held: readonly HeldUnits[]) => held.map((each) => `${each.quantity} ${each.sku}@${each.nodeId}`).sort()
const want = (lines: CartLine[], held: HeldUnits[], stock: StockView): CartPlan =>
  planCart(lines, held, NODES, KITS, stock)

describe('a cart', () => {
  test('gets its units from one node where one has them all', () => {
    const stock = shelf({ 'SHOE@north': 2, 'SHOE@south': 5 })
    expect(heldAt(after([], want([{ sku: 'SHOE', quantity: 3 }], [], stock)))).toEqual(['3 SHOE@south'])
  })

  test('gets them from several where none has, fullest first', () => {
    const stock = shelf({ 'SHOE@north': 2, 'SHOE@south': 5 })
    expect(heldAt(after([], want([{ sku: 'SHOE', quantity: 6 }], [], stock)))).toEqual(['1 SHOE@north', '5 SHOE@south'])
  })

  test('that names a node gets them there or not at all', () => {
    const stock = shelf({ 'SHOE@north': 2, 'SHOE@south': 5 })
    expect(want([{ sku: 'SHOE', quantity: 3, nodeId: 'north' }], [], stock)).toEqual({
      kind: 'insufficient',
      lines: [{ sku: 'SHOE', wanted: 3, available: 2 }],
    })
  })

  test('that cannot have one line gets none, and the stock is as before', () => {
    const stock = shelf({ 'SHOE@north': 2, 'BOX@north': 0 })
    const before = new Map(stock.units)
    expect(
      want(
        [
          { sku: 'SHOE', quantity: 1 },
          { sku: 'BOX', quantity: 1 },
        ],
        [],
        stock,
      ).kind,
    ).toBe('insufficient')
    expect(stock.units).toEqual(before)
  })

  test('gets a kit whole at one node, and a component line only what the kit leaves', () => {
    const stock = shelf({ 'SHOE@north': 5, 'BOX@north': 2, 'SHOE@south': 9 })
    const lines = [
      { sku: 'SET', quantity: 2 },
      { sku: 'SHOE', quantity: 10 },
    ]
    const held = after([], want(lines, [], stock))
    expect(heldAt(held)).toEqual(['1 SHOE@north', '2 BOX@north', '4 SHOE@north', '9 SHOE@south'])
    expect(want([...lines.slice(0, 1), { sku: 'SHOE', quantity: 11 }], held, stock).kind).toBe('insufficient')
  })

  const line = fc.record({
    sku: fc.constantFrom('SHOE', 'BOX', 'SET'),
    quantity: fc.integer({ min: 1, max: 6 }),
    nodeId: fc.option(fc.constantFrom(...NODES), { nil: undefined }),
  })
  const wishes = fc.array(fc.array(line, { maxLength: 4 }), { minLength: 1, maxLength: 6 })
  const units = fc.record({
    'SHOE@north': fc.nat(12),
    'SHOE@south': fc.nat(12),
    'BOX@north': fc.nat(6),
    'BOX@south': fc.nat(6),
  })

  test('holds exactly what it wished for last, whatever it wished before; the same wish again changes nothing', () => {
    fc.assert(
      fc.property(units, wishes, (start, all) => {
        const stock = shelf(start)
        let held: HeldUnits[] = []
        let wish: CartLine[] = []
        for (const lines of all) {
          const plan = want(lines, held, stock)
          if (plan.kind !== 'change') continue
          held = after(held, plan)
          wish = lines
          for (const { held: row, quantity } of plan.releases) stock.take(row.sku, row.nodeId, -quantity)
          expect(want(lines, held, stock)).toEqual({ kind: 'change', releases: [], claims: [] })
        }
        const wanted = new Map<string, number>()
        for (const { sku, quantity } of wish)
          for (const part of KITS.get(sku) ?? [{ sku, quantity: 1 }])
            wanted.set(part.sku, (wanted.get(part.sku) ?? 0) + quantity * part.quantity)
        const has = new Map<string, number>()
        for (const each of held) has.set(each.sku, (has.get(each.sku) ?? 0) + each.quantity)
        expect(has).toEqual(wanted)
        // Nothing was made, nothing was lost, and nothing was given that was not there.
        for (const [key, left] of stock.units) {
          expect(left).toBeGreaterThanOrEqual(0)
          const taken = held
            .filter((each) => `${each.sku}@${each.nodeId}` === key)
            .reduce((sum, each) => sum + each.quantity, 0)
          expect(left + taken).toBe((start as Record<string, number>)[key] ?? 0)
        }
      }),
    )
  })
})
