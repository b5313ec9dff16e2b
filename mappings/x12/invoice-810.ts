/** 810 invoice ↔ what a supplier bills. Amounts: IT104 decimal, TDS01 and SAC05 with two implied decimals (N2). */
import { Invoice } from '#core/model/trade.ts'
import { decimalMoney, defineMap, enumTable, pattern, refuse, rulesFor, wholeNumberText } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { countOf, day, number22, skuRule } from './kit.ts'
import { poNumber } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = { BIG: 'one', CUR: 'one', IT1: { IT1: 'one' }, TDS: 'one', SAC: 'many', CTT: 'one' }
type Tree = { BIG: Elements; CUR?: Elements; IT1: { IT1: Elements }[]; TDS: Elements; SAC?: Elements[]; CTT?: Elements }
type Line = Invoice['lines'][number]
type Charge = Invoice['charges'][number]

const head = rulesFor<Tree, Invoice, DocumentScope>()
const line = rulesFor<{ IT1: Elements }, Line, DocumentScope>()
const charge = rulesFor<Elements, Charge, DocumentScope>()
/** SAC01 A allowance lowers the bill, C charge raises it; the code says which it is. */
const CHARGES = { D240: 'freight', D500: 'handling', H850: 'tax', C310: 'discount' } as const

/** BIG07: credit invoice, credit memo. */
const CREDITS = ['CN', 'CR']
const NO_CREDIT = refuse({
  rule: 'must be an invoice: credits are not read',
  cure: 'Book the credit where invoices are paid, then discard this document.',
  code: 'x12.credit',
})

const map = (profile: X12Profile): DocumentMap<Tree, Invoice> =>
  defineMap({
    name: 'x12 810',
    version: '1',
    scope: documentScope<Invoice>(profile, (invoice) => invoice.currency),
    rules: [
      head.field('BIG.01', 'invoicedOn', day),
      head.field('BIG.02', 'invoiceNumber', number22),
      head.field('BIG.04', 'requestId', poNumber),
      // A credit has the same segments and means the opposite.
      head.derive({
        name: 'a bill, and no credit',
        reads: ['BIG.07'],
        writes: [],
        forward: ({ 'BIG.07': type }) => (CREDITS.some((credit) => credit === type) ? NO_CREDIT : {}),
        back: () => ({}),
      }),
      head.fixed('CUR.01', 'SE', { checked: false }),
      head.field('CUR.02', 'currency', pattern('an ISO 4217 code such as USD', /^[A-Z]{3}$/), {
        fallback: profile.defaultCurrency,
      }),
      head.each(
        'IT1',
        'lines',
        [
          line.field('IT1.01', 'lineNo', wholeNumberText(1, 999_999)),
          line.field('IT1.02', 'quantity', wholeNumberText(1)),
          line.fixed('IT1.03', profile.unit, { checked: false }),
          line.field('IT1.04', 'unitPriceMinor', decimalMoney),
          skuRule<{ IT1: Elements }, Line>('IT1', 6, profile),
        ],
        { minimum: 1, key: 'lineNo' },
      ),
      head.field('TDS.01', 'totalMinor', wholeNumberText(Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)),
      head.each('SAC', 'charges', [
        charge.derive({
          name: 'allowance or charge',
          reads: ['01', '02'],
          writes: ['kind'],
          forward: ({ '02': code }, scope) => {
            const kind = kinds.read(code, scope)
            return typeof kind === 'string' ? { kind } : kind
          },
          back: ({ kind = 'handling' }, scope) => {
            const code = kinds.write(kind, scope)
            return typeof code === 'string' ? { '01': kind === 'discount' ? 'A' : 'C', '02': code } : code
          },
        }),
        charge.field('05', 'amountMinor', wholeNumberText(0, Number.MAX_SAFE_INTEGER)),
      ]),
      countOf<Tree, Invoice>('IT1', 'lines'),
    ],
  })

const kinds = enumTable<Charge['kind']>('charge', CHARGES)

export const invoice810 = x12Document({
  set: '810',
  functionalId: 'IN',
  summary: 'Invoice of a supplier.',
  kind: 'invoice',
  schema: Invoice,
  shape: SHAPE,
  map,
})
