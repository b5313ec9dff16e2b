import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { golden } from '#test/golden/golden.ts'
import type { LineCounters } from '../model/order.ts'
import { ORDER_PHASES, orderPhase, PHASE_WAITS_ON, type PhaseInput } from './phase.ts'

const counters = (facts: Partial<LineCounters>): LineCounters => {
  const zero = {
    open: 0,
    backordered: 0,
    allocated: 0,
    released: 0,
    shipped: 0,
    cancelled: 0,
    delivered: 0,
    returned: 0,
  }
  const c = { ...zero, ...facts }
  return { ...c, ordered: c.open + c.backordered + c.allocated + c.released + c.shipped + c.cancelled }
}
const order = (lines: Partial<LineCounters>[], more: Partial<PhaseInput> = {}): PhaseInput => ({
  lines: lines.map((line) => ({ counters: counters(line) })),
  activeHolds: 0,
  parked: false,
  ...more,
})

test.each<[string, PhaseInput, string]>([
  ['all open', order([{ open: 2 }]), 'routing'],
  ['open and held', order([{ open: 2 }], { activeHolds: 1 }), 'held'],
  ['open and parked', order([{ open: 2 }], { parked: true }), 'unroutable'],
  ['held as well as parked', order([{ open: 2 }], { activeHolds: 1, parked: true }), 'held'],
  ['a hold on an order whose units are all with nodes', order([{ released: 2 }], { activeHolds: 1 }), 'inProgress'],
  ['a line open beside a line in work', order([{ open: 1 }, { released: 1 }]), 'routing'],
  ['a rest open beside shipped units', order([{ open: 1, shipped: 3 }]), 'routing'],
  ['all waiting for stock', order([{ backordered: 2 }]), 'backordered'],
  ['claimed, the node not told', order([{ allocated: 2 }]), 'releasing'],
  ['one node told, another not', order([{ allocated: 1 }, { released: 1 }]), 'releasing'],
  ['claimed beside shipped', order([{ allocated: 1 }, { shipped: 1 }]), 'releasing'],
  ['all with nodes', order([{ released: 2 }]), 'inProgress'],
  ['with nodes beside waiting for stock', order([{ released: 1 }, { backordered: 1 }]), 'inProgress'],
  ['some gone, some with nodes', order([{ released: 1 }, { shipped: 1 }]), 'partlyShipped'],
  ['some gone, the rest waits for stock', order([{ shipped: 1, backordered: 1 }]), 'partlyShipped'],
  ['all gone', order([{ shipped: 2 }, { shipped: 1 }]), 'shipped'],
  ['all that is wanted gone', order([{ shipped: 2, cancelled: 1 }]), 'shipped'],
  ['all gone, one delivered', order([{ shipped: 2, delivered: 1 }]), 'shipped'],
  ['all delivered', order([{ shipped: 2, delivered: 2 }]), 'delivered'],
  ['all that is wanted delivered', order([{ shipped: 2, delivered: 2 }, { cancelled: 1 }]), 'delivered'],
  ['all cancelled', order([{ cancelled: 2 }, { cancelled: 1 }]), 'cancelled'],
  ['cancelled while it was held', order([{ cancelled: 2 }], { activeHolds: 1 }), 'cancelled'],
])('%s: %s', (_, input, expected) => {
  expect(orderPhase(input)).toBe(expected)
})

test('every phase says who has to move next (test/golden/phases.txt)', () => {
  const printed = ORDER_PHASES.map((phase) => `${phase}: ${PHASE_WAITS_ON[phase]}\n`).join('')
  expect(printed).toBe(golden('phases.txt', printed))
})

const anyLine = fc
  .record({
    open: fc.nat(2),
    backordered: fc.nat(2),
    allocated: fc.nat(2),
    released: fc.nat(2),
    shipped: fc.nat(2),
    cancelled: fc.nat(2),
    delivered: fc.nat(2),
  })
  .map((facts) => ({ ...facts, delivered: Math.min(facts.delivered, facts.shipped) }))

test('only an order with nothing left to do is finished, and each unfinished one waits on somebody', () => {
  fc.assert(
    fc.property(fc.array(anyLine, { minLength: 1, maxLength: 4 }), fc.nat(2), fc.boolean(), (lines, holds, parked) => {
      const input = order(lines, { activeHolds: holds, parked })
      const phase = orderPhase(input)
      const left = lines.reduce((sum, c) => sum + c.open + c.backordered + c.allocated + c.released, 0)
      expect(['cancelled', 'shipped', 'delivered'].includes(phase)).toBe(left === 0)
      expect(PHASE_WAITS_ON[phase] === 'nobody').toBe(phase === 'cancelled' || phase === 'delivered')
    }),
  )
})

test('the order of its lines does not matter', () => {
  fc.assert(
    fc.property(fc.array(anyLine, { minLength: 1, maxLength: 4 }), (lines) => {
      expect(orderPhase(order(lines.toReversed()))).toBe(orderPhase(order(lines)))
    }),
  )
})
