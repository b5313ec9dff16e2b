import { describe, expect, test } from 'vitest'
import { countersAddUp, type LineCounters, type Order, OrderInput } from '../model/order.ts'
import { parseInstant } from '../model/time.ts'
import { capture } from './capture.ts'

const at = (time: string) => parseInstant(`2026-11-22T${time}Z`) ?? expect.fail(`${time} is no time`)
const now = at('12:00:00')

let made = 0
const newId = (prefix: string): string => `${prefix}_${(made += 1)}`

type LineFacts = {
  externalId?: string
  quantity: number
  cancelledQuantity?: number
  handedOver?: number
  nodeId?: string
}

/** Revision `minute` of one order. */
const revision = (minute: number, lines: LineFacts[], more: Record<string, unknown> = {}): OrderInput =>
  OrderInput.parse({
    channelId: 'web',
    externalId: '1001',
    number: '#1001',
    revisedAt: at(`09:${String(minute).padStart(2, '0')}:00`),
    placedAt: at('09:00:00'),
    currency: 'EUR',
    totalMinor: 10_000,
    shipTo: { line1: '1 Rue de Test', city: 'Paris', postcode: '07500', country: 'FR' },
    lines: lines.map((line, index) => ({ externalId: `l${index + 1}`, sku: 'SHOE-1', unitPriceMinor: 5_000, ...line })),
    ...more,
  })

const orderOf = (input: OrderInput, existing?: Order): Order => {
  const captured = capture(input, existing, newId, now)
  if (captured.kind === 'created' || captured.kind === 'amended') return captured.order
  return existing ?? expect.fail(`it was ${captured.kind}`)
}

/** The order with one line's counters as work on it has left them. */
const inWork = (order: Order, counters: Partial<LineCounters>): Order => ({
  ...order,
  lines: order.lines.map((line) => ({ ...line, counters: { ...line.counters, open: 0, ...counters } })),
})

const countersOf = (order: Order): LineCounters[] => order.lines.map((line) => line.counters)

describe('a new order', () => {
  test('is stored whole, all its units open, its lines numbered from one', () => {
    const captured = capture(revision(0, [{ quantity: 2 }, { quantity: 1 }]), undefined, newId, now)
    expect(captured).toMatchObject({
      kind: 'created',
      order: {
        version: 1,
        lines: [
          { lineNo: 1, counters: { ordered: 2, open: 2, cancelled: 0 } },
          { lineNo: 2, counters: { ordered: 1, open: 1, cancelled: 0 } },
        ],
      },
      facts: [{ kind: 'captured', at: at('09:00:00'), data: { lines: 2, number: '#1001' } }],
    })
  })

  test('begins with the units that were cancelled before we heard of it', () => {
    const order = orderOf(revision(0, [{ quantity: 3, cancelledQuantity: 1 }]))
    expect(countersOf(order)).toMatchObject([{ ordered: 3, open: 2, cancelled: 1 }])
  })

  test('whose cancel arrived before it is a cancelled order, and tells both', () => {
    const cancel = revision(5, [{ quantity: 2 }], { cancelledAt: at('09:05:00') })
    const captured = capture(cancel, undefined, newId, now)
    expect(captured).toMatchObject({
      kind: 'created',
      order: { lines: [{ counters: { ordered: 2, open: 0, cancelled: 2 } }] },
      facts: [{ kind: 'captured' }, { kind: 'cancelled', data: { units: 2 } }],
    })
    const create = capture(revision(0, [{ quantity: 2 }]), orderOf(cancel), newId, now)
    expect(create).toEqual({
      kind: 'superseded',
      reason: 'revised 2026-11-22T09:00:00.000Z, while revision 2026-11-22T09:05:00.000Z is known',
    })
  })

  test('with a hold says who holds it', () => {
    const held = revision(0, [{ quantity: 1 }], { holds: [{ kind: 'fraud', reason: 'the score is high' }] })
    expect(capture(held, undefined, newId, now)).toMatchObject({
      order: { holds: [{ kind: 'fraud', placedAt: now }] },
      facts: [{ kind: 'captured' }, { kind: 'held', data: { kind: 'fraud', reason: 'the score is high' } }],
    })
  })
})

describe('a revision', () => {
  const order = orderOf(revision(0, [{ quantity: 2 }]))

  test('that says the same is a duplicate, in whatever order its address is written', () => {
    expect(capture(revision(0, [{ quantity: 2 }]), order, newId, now)).toEqual({ kind: 'duplicate' })
    const turned = { country: 'FR', postcode: '07500', city: 'Paris', line1: '1 Rue de Test' }
    const stored = { ...order, shipTo: turned as NonNullable<Order['shipTo']> }
    expect(capture(revision(0, [{ quantity: 2 }]), stored, newId, now)).toEqual({ kind: 'duplicate' })
  })

  test('of the address alone changes the address alone', () => {
    const moved = revision(1, [{ quantity: 2 }], { shipTo: { line1: '2 Rue de Test', city: 'Paris', country: 'FR' } })
    expect(capture(moved, order, newId, now)).toMatchObject({
      kind: 'amended',
      order: { id: order.id, version: 2, shipTo: { line1: '2 Rue de Test' }, lines: order.lines },
      facts: [{ kind: 'amended', data: { changes: [{ shipTo: ['line1', 'postcode'] }] } }],
      toNegotiate: [],
    })
  })

  test('that is newer but says the same moves the revision on and tells nothing', () => {
    expect(capture(revision(1, [{ quantity: 2 }]), order, newId, now)).toMatchObject({
      kind: 'amended',
      order: { revisedAt: at('09:01:00'), lines: order.lines },
      facts: [],
      toNegotiate: [],
    })
  })

  test('raises a quantity into open units', () => {
    expect(countersOf(orderOf(revision(1, [{ quantity: 5 }]), order))).toMatchObject([{ ordered: 5, open: 5 }])
  })

  test('lowers a quantity by cancelling open units; the line keeps what was ordered', () => {
    const lowered = orderOf(revision(1, [{ quantity: 1 }]), order)
    expect(countersOf(lowered)).toMatchObject([{ ordered: 2, open: 1, cancelled: 1 }])
  })

  test('that raises what an earlier one lowered opens the units again', () => {
    const lowered = orderOf(revision(1, [{ quantity: 1 }]), order)
    const raised = orderOf(revision(2, [{ quantity: 2 }]), lowered)
    expect(countersOf(raised)).toMatchObject([{ ordered: 2, open: 2, cancelled: 0 }])
    const higher = orderOf(revision(2, [{ quantity: 4 }]), lowered)
    expect(countersOf(higher)).toMatchObject([{ ordered: 4, open: 4, cancelled: 0 }])
  })

  test('with a new line adds it under the next number', () => {
    const added = orderOf(revision(1, [{ quantity: 2 }, { quantity: 3 }]), order)
    expect(added.lines.map((line) => [line.lineNo, line.counters.open])).toEqual([
      [1, 2],
      [2, 3],
    ])
  })

  test('that does not state a line leaves it as it is: silence is no cancel', () => {
    const other = revision(1, [{ externalId: 'l2', quantity: 1 }])
    expect(orderOf(other, order).lines.map((line) => [line.externalId, line.counters.open])).toEqual([
      ['l1', 2],
      ['l2', 1],
    ])
  })

  test('that is older than what is known is kept out', () => {
    const newer = orderOf(revision(5, [{ quantity: 4 }]), order)
    expect(capture(revision(3, [{ quantity: 9 }]), newer, newId, now)).toMatchObject({ kind: 'superseded' })
  })
})

describe('units that a node works on', () => {
  const order = inWork(orderOf(revision(0, [{ quantity: 5 }])), { allocated: 1, released: 2, shipped: 1, open: 1 })

  test('are never taken back here: the open ones are cancelled, the others are to be negotiated', () => {
    const captured = capture(revision(1, [{ quantity: 2 }]), order, newId, now)
    expect(captured).toMatchObject({
      kind: 'amended',
      order: { lines: [{ counters: { ordered: 5, open: 0, allocated: 1, released: 2, shipped: 1, cancelled: 1 } }] },
      toNegotiate: [{ lineNo: 1, quantity: 2 }],
    })
  })

  test('of a cancelled order are all to be negotiated; shipped ones are gone', () => {
    const cancel = revision(1, [{ quantity: 5 }], { cancelledAt: at('09:01:00') })
    expect(capture(cancel, order, newId, now)).toMatchObject({
      order: {
        cancelledAt: at('09:01:00'),
        lines: [{ counters: { open: 0, allocated: 1, released: 2, cancelled: 1 } }],
      },
      facts: [{ kind: 'cancelled', data: { negotiating: [{ lineNo: 1, quantity: 3 }] } }],
      toNegotiate: [{ lineNo: 1, quantity: 3 }],
    })
  })

  test('are left in peace when the channel wants as many as before', () => {
    expect(capture(revision(1, [{ quantity: 5 }]), order, newId, now)).toMatchObject({
      order: { lines: order.lines },
      toNegotiate: [],
    })
  })
})

describe('a cancelled order', () => {
  const order = orderOf(revision(1, [{ quantity: 2 }], { cancelledAt: at('09:01:00') }))

  test('stays cancelled, whatever a later revision leaves out or adds', () => {
    const later = orderOf(revision(2, [{ quantity: 4 }, { quantity: 1 }]), order)
    expect(later.cancelledAt).toBe(at('09:01:00'))
    expect(countersOf(later)).toMatchObject([
      { ordered: 4, open: 0, cancelled: 4 },
      { ordered: 1, open: 0, cancelled: 1 },
    ])
    expect(countersOf(later).every(countersAddUp)).toBe(true)
  })

  test('is not cancelled a second time', () => {
    const again = revision(1, [{ quantity: 2 }], { cancelledAt: at('09:01:00') })
    expect(capture(again, order, newId, now)).toEqual({ kind: 'duplicate' })
  })
})

describe('a sale at the till', () => {
  const sale = (minute: number, handedOver: number) => revision(minute, [{ quantity: 3, handedOver, nodeId: 'paris' }])

  test('is shipped with its first word, and nobody is to route it', () => {
    const captured = capture(sale(0, 3), undefined, newId, now)
    expect(captured).toMatchObject({ kind: 'created', handedOver: [{ lineNo: 1, quantity: 3 }] })
    expect(countersOf(orderOf(sale(0, 3)))).toMatchObject([{ ordered: 3, open: 0, shipped: 3 }])
    expect(captured).toMatchObject({
      facts: [{ kind: 'captured' }, { kind: 'handedOver', data: { lineNo: 1, quantity: 3, nodeId: 'paris' } }],
    })
  })

  test('said again hands nothing over again; a later word hands over what it says more', () => {
    const first = orderOf(sale(0, 2))
    expect(capture(sale(0, 2), first, newId, now)).toEqual({ kind: 'duplicate' })
    expect(capture(sale(1, 2), first, newId, now)).toMatchObject({ kind: 'amended', handedOver: [] })
    const more = capture(sale(2, 3), first, newId, now)
    expect(more).toMatchObject({ kind: 'amended', handedOver: [{ lineNo: 1, quantity: 1 }] })
    expect(countersOf(orderOf(sale(2, 3), first))).toMatchObject([{ open: 0, shipped: 3 }])
  })

  test('takes nothing of what a node was asked for, and nothing where no place is said', () => {
    const asked = inWork(orderOf(sale(0, 0)), { released: 3 })
    expect(capture(sale(1, 3), asked, newId, now)).toMatchObject({ handedOver: [] })
    const nowhere = revision(0, [{ quantity: 1, handedOver: 1 }])
    expect(countersOf(orderOf(nowhere))).toMatchObject([{ open: 1, shipped: 0 }])
  })

  test('that is cancelled afterwards stays gone', () => {
    const captured = orderOf(
      revision(1, [{ quantity: 3, handedOver: 2, nodeId: 'paris' }], { cancelledAt: at('09:01:00') }),
    )
    expect(countersOf(captured)).toMatchObject([{ shipped: 2, cancelled: 1, open: 0 }])
    expect(captured.lines.every((line) => countersAddUp(line.counters))).toBe(true)
  })
})

test('units that came back and were paid for again are no wish to cancel those still to ship', () => {
  const placed = orderOf(revision(0, [{ quantity: 3 }]))
  const order: Order = {
    ...placed,
    lines: placed.lines.map((line) => ({
      ...line,
      counters: { ...line.counters, open: 2, shipped: 1, returned: 1, refunded: 1 },
    })),
  }
  expect(capture(revision(1, [{ quantity: 3, cancelledQuantity: 1 }]), order, newId, now)).toMatchObject({
    order: { lines: order.lines },
    toNegotiate: [],
  })
})
