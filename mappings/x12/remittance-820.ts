/** 820 payment order and remittance advice ↔ remittance: which invoices a payment closes. */
import { Remittance } from '#core/model/trade.ts'
import { decimalMoney, defineMap, pattern, rulesFor } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { day, number22 } from './kit.ts'
import type { X12Profile } from './profile.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = { BPR: 'one', TRN: 'one', CUR: 'one', ENT: { ENT: 'one', RMR: { RMR: 'one' } } }
type Payment = { RMR: Elements }
type Tree = { BPR: Elements; TRN: Elements; CUR?: Elements; ENT: { ENT: Elements; RMR: Payment[] }[] }

const head = rulesFor<Tree, Remittance, DocumentScope>()
const payment = rulesFor<Payment, Remittance['payments'][number], DocumentScope>()

const map = (profile: X12Profile): DocumentMap<Tree, Remittance> =>
  defineMap({
    name: 'x12 820',
    version: '1',
    scope: documentScope<Remittance>(profile, (remittance) => remittance.currency),
    rules: [
      // I: the money moves elsewhere, this is its advice; C credit; ACH.
      head.fixed('BPR.01', 'I', { checked: false }),
      head.field('BPR.02', 'totalMinor', decimalMoney),
      head.fixed('BPR.03', 'C', { checked: false }),
      head.fixed('BPR.04', 'ACH', { checked: false }),
      head.field('BPR.16', 'paidOn', day),
      head.fixed('TRN.01', '1', { checked: false }),
      head.field('TRN.02', 'traceNumber', number22),
      head.fixed('CUR.01', 'PR', { checked: false }),
      head.field('CUR.02', 'currency', pattern('an ISO 4217 code such as USD', /^[A-Z]{3}$/), {
        fallback: profile.defaultCurrency,
      }),
      head.fixed('ENT.0.ENT.01', '1', { checked: false }),
      head.each(
        'ENT.0.RMR',
        'payments',
        [
          payment.fixed('RMR.01', 'IV', { checked: false }),
          payment.field('RMR.02', 'invoiceNumber', number22),
          payment.field('RMR.04', 'paidMinor', decimalMoney),
        ],
        { minimum: 1, where: { path: 'RMR.01', is: ['IV'] } },
      ),
    ],
  })

export const remittance820 = x12Document({
  set: '820',
  functionalId: 'RA',
  summary: 'A payment and the invoices it closes.',
  kind: 'remittance',
  schema: Remittance,
  shape: SHAPE,
  map,
})
