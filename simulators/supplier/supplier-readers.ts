/** The X12 sets that a supplier takes, and what its desk does with each. */
import type { Desk } from './desk.ts'
import type { SetReaders } from './intake.ts'
import { readCancel, readPurchaseOrder } from './purchase-order.ts'

export const supplierReaders = (desk: Desk): SetReaders => ({
  '850': (set) => {
    const reading = readPurchaseOrder(set)
    return reading.ok ? { ok: true, carryOut: (from) => desk.receive(reading.order, from) } : reading
  },
  '860': (set) => {
    const reading = readCancel(set)
    if (!reading.ok) return reading
    const { change, lines } = reading
    return {
      ok: true,
      carryOut: (from) => (lines === undefined ? desk.cancel(change, from) : desk.change(change, lines, from)),
    }
  },
  // What the hub refuses for good is for the supplier's people.
  '824': (set) => ({
    ok: true,
    carryOut: () => {
      desk.hear(set)
      return 'fresh'
    },
  }),
})
