import { expect, test } from 'vitest'
import type { FulfillmentRequest } from '../model/fulfillment.ts'
import type { Invoice } from '../model/trade.ts'
import { invoiceFaults } from './invoice.ts'

const request = {
  lines: [{ lineNo: 1, sku: 'SHOE-1', requested: 5, outstanding: 0, rejected: 1, shipped: 3, cancelled: 1 }],
} as unknown as FulfillmentRequest
const invoice = (quantity: number, totalMinor = quantity * 500, lineNo = 1): Invoice =>
  ({
    invoiceNumber: 'I-1',
    invoicedOn: '2026-11-23',
    requestId: 'ful_1',
    currency: 'EUR',
    totalMinor,
    lines: [{ lineNo, sku: 'SHOE-1', quantity, unitPriceMinor: 500 }],
    charges: [],
  }) as unknown as Invoice

test('a bill for what was to come, that adds up, has no fault', () => {
  expect(invoiceFaults(invoice(3), new Map(), request)).toEqual([])
  const withCharges = {
    ...invoice(3, 1600),
    charges: [
      { kind: 'freight', amountMinor: 200 },
      { kind: 'discount', amountMinor: 100 },
    ],
  }
  expect(invoiceFaults(withCharges as Invoice, new Map(), request)).toEqual([])
})

test('units that were never to come, bills over bills, and sums that do not add up are told', () => {
  expect(invoiceFaults(invoice(4), new Map(), request)).toEqual([
    expect.stringContaining('4 of SHOE-1 are billed, 3 were'),
  ])
  expect(invoiceFaults(invoice(1), new Map([[1, 3]]), request)).toEqual([
    expect.stringContaining('4 of SHOE-1 are billed'),
  ])
  expect(invoiceFaults(invoice(1, 500, 7), new Map(), request)).toEqual(['line 7 was never asked for'])
  expect(invoiceFaults(invoice(3, 1499), new Map(), request)).toEqual([expect.stringContaining('come to 1500')])
})
