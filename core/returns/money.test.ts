import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { OrderLine } from '../model/order.ts'
import { cut, planRefund, type RefundAsk } from './money.ts'

const line = (ordered: number, unitPriceMinor: number, more: Partial<OrderLine> = {}): OrderLine =>
  ({ lineNo: 1, unitPriceMinor, counters: { ordered }, ...more }) as OrderLine
const free = { restockingFeeBasisPoints: 0, refundShipping: 'prorated' as const }

const ask = (orderLine: OrderLine, more: Partial<RefundAsk> & { quantity: number; before?: number }): RefundAsk => ({
  order: { lines: [orderLine], shippingMinor: 500, taxesIncluded: false },
  units: [{ returnLineNo: 1, lineNo: 1, quantity: more.quantity, before: more.before ?? 0, terms: free }],
  shippingUnitsBefore: more.before ?? 0,
  labelFeeMinor: 0,
  creditMinor: 0,
  ...more,
})

test('a unit brings back its part of price, discount, tax and shipping', () => {
  const orderLine = line(3, 1_000, { discountMinor: 100, taxMinor: 581 })
  expect(planRefund(ask(orderLine, { quantity: 1 }))).toMatchObject({
    lines: [{ goodsMinor: 1_000, discountMinor: 33, taxMinor: 193 }],
    shippingMinor: 166,
    amountMinor: 1_000 - 33 + 193 + 166,
  })
})

test('fees are kept back, never more than there is; an exchange is set off against the rest', () => {
  const orderLine = line(2, 1_000)
  const fees = { ...free, restockingFeeBasisPoints: 1_500, refundShipping: 'never' as const }
  const units = [{ returnLineNo: 1, lineNo: 1, quantity: 1, before: 0, terms: fees }]
  expect(planRefund({ ...ask(orderLine, { quantity: 1 }), units, labelFeeMinor: 400, creditMinor: 300 })).toMatchObject(
    {
      feeMinor: 550,
      labelFeeMinor: 400,
      creditMinor: 300,
      amountMinor: 150,
    },
  )
  expect(planRefund({ ...ask(orderLine, { quantity: 1 }), units, labelFeeMinor: 4_000 })).toMatchObject({
    feeMinor: 1_000,
    labelFeeMinor: 850,
    amountMinor: 0,
  })
})

test('law: however the units come back, the parts add up to what was paid, to the last minor unit', () => {
  const amounts = fc.nat(10_000_000_000)
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 12 }),
      amounts,
      amounts,
      amounts,
      fc.nat(100_000),
      (parts, unitPriceMinor, discount, taxMinor, shippingMinor) => {
        const ordered = parts.reduce((sum, each) => sum + each, 0)
        const discountMinor = Math.min(discount, unitPriceMinor * ordered)
        const orderLine = line(ordered, unitPriceMinor, { discountMinor, taxMinor })
        let before = 0
        let sum = 0
        for (const quantity of parts) {
          const asked = ask(orderLine, { quantity, before })
          sum += planRefund({ ...asked, order: { ...asked.order, shippingMinor } }).amountMinor
          before += quantity
        }
        expect(sum).toBe(unitPriceMinor * ordered - discountMinor + taxMinor + shippingMinor)
      },
    ),
  )
})

test('law: a cut is never negative, and cuts side by side are the cut of both', () => {
  fc.assert(
    fc.property(
      fc.maxSafeInteger(),
      fc.integer({ min: 1, max: 1000 }),
      fc.nat(1000),
      fc.nat(1000),
      (total, of, a, b) => {
        const [from, to] = [Math.min(a, b, of), Math.min(Math.max(a, b), of)]
        const whole = Math.abs(total)
        expect(cut(whole, of, from, to)).toBeGreaterThanOrEqual(0)
        expect(cut(whole, of, 0, from) + cut(whole, of, from, to) + cut(whole, of, to, of)).toBe(whole)
      },
    ),
  )
})
