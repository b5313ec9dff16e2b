/** INVOIC ↔ what a supplier bills. */
import { Invoice } from '#core/model/trade.ts'
import type { Elements } from '../engine/index.ts'
import { defineMap, enumTable, pattern, rulesFor } from '../engine/index.ts'
import { edifactDocument, messageScope } from './document.ts'
import type { MessageLine, MessageMap, MessageScope, MessageTree } from './document.ts'
import {
  countRule,
  dayRule,
  lineNumber,
  number22,
  orderNumberLeaf,
  price,
  quantitiesOut,
  quantityRule,
  referenceRule,
  skuRule,
} from './kit.ts'
import type { EdifactProfile } from './profile.ts'

type Line = Invoice['lines'][number]
type Charge = Invoice['charges'][number]
type ChargeLoop = NonNullable<MessageTree['ALC']>[number]
const head = rulesFor<MessageTree, Invoice, MessageScope>()
const line = rulesFor<MessageLine, Line, MessageScope>()
const linePrice = rulesFor<Elements, Line, MessageScope>()
const charge = rulesFor<ChargeLoop, Charge, MessageScope>()
const amount = rulesFor<Elements, Invoice, MessageScope>()

const map = (profile: EdifactProfile): MessageMap<Invoice> =>
  defineMap({
    name: 'edifact invoic',
    version: '1',
    scope: messageScope<Invoice>(profile, (invoice) => invoice.currency),
    rules: [
      // A credit note (381) has the same segments and means the opposite.
      head.fixed('BGM.0101', '380'),
      head.field('BGM.0201', 'invoiceNumber', number22),
      head.fixed('BGM.0301', '9', { checked: false }),
      dayRule<Invoice>('137', 'invoicedOn'),
      referenceRule<Invoice>('ON', 'requestId', orderNumberLeaf),
      head.fixed('CUX.0101', '2', { checked: false }),
      head.field('CUX.0102', 'currency', pattern('an ISO 4217 code such as EUR', /^[A-Z]{3}$/), {
        fallback: profile.defaultCurrency,
      }),
      head.each('ALC', 'charges', [
        charge.fixed('ALC.0101', 'C', { checked: false }),
        charge.field('ALC.0501', 'kind', enumTable('charge', profile.charges)),
        charge.fixed('MOA.0101', '8', { checked: false }),
        charge.field('MOA.0102', 'amountMinor', price),
      ]),
      head.each(
        'LIN',
        'lines',
        [
          line.field('LIN.0101', 'lineNo', lineNumber),
          skuRule<Line>(profile),
          quantityRule<Line>(['47'], 'quantity', 1),
          quantitiesOut<Line>(({ quantity = 0 }) => [['47', quantity]]),
          line.pick('PRI', { '0101': 'AAA' }, [linePrice.field('0102', 'unitPriceMinor', price)]),
        ],
        { minimum: 1, key: 'lineNo' },
      ),
      head.fixed('UNS.0101', 'S', { checked: false }),
      head.pick('MOA', { '0101': ['77', '86', '9'] }, [amount.field('0102', 'totalMinor', price)]),
      countRule<Invoice>('lines'),
    ],
  })

export const invoic = edifactDocument({
  type: 'INVOIC',
  summary: 'Invoice of a supplier.',
  kind: 'invoice',
  schema: Invoice,
  shape: {
    BGM: 'one',
    DTM: 'many',
    RFF: 'many',
    NAD: { NAD: 'one' },
    CUX: 'one',
    ALC: { ALC: 'one', MOA: 'one' },
    LIN: { LIN: 'one', PIA: 'many', QTY: 'many', PRI: 'many' },
    UNS: 'one',
    CNT: 'one',
    MOA: 'many',
  },
  map,
})
