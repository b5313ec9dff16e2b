/** 943 stock transfer shipment advice ↔ inbound advice, 944 its receipt ↔ receipt advice. Stock is posted on the 944 only. */
import { InboundAdvice, ReceiptAdvice } from '#core/model/trade.ts'
import { defineMap, isRefusal, rulesFor, wholeNumberText } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { day, nodeRules, number22, skuRule } from './kit.ts'
import type { PartyLoop } from './party-loop.ts'
import type { X12Profile } from './profile.ts'
import type { Elements, Shape } from './tree.ts'

type Parties = { [role: string]: PartyLoop | undefined }
type AdviceItem = { W04: Elements; N9?: Elements[] }
type AdviceTree = { W06: Elements; parties?: Parties; G62?: Elements[]; W04: AdviceItem[]; W03?: Elements }
type AdviceLine = InboundAdvice['lines'][number]

const SHAPE_943: Shape = { W06: 'one', N1: { N1: 'one' }, G62: 'many', W04: { W04: 'one', N9: 'many' }, W03: 'one' }
const advice = rulesFor<AdviceTree, InboundAdvice, DocumentScope>()
const date = rulesFor<Elements, InboundAdvice, DocumentScope>()
const adviceLine = rulesFor<AdviceItem, AdviceLine, DocumentScope>()
const adviceMark = rulesFor<Elements, AdviceLine, DocumentScope>()

const adviceMap = (profile: X12Profile): DocumentMap<AdviceTree, InboundAdvice> =>
  defineMap({
    name: 'x12 943',
    version: '1',
    scope: documentScope<InboundAdvice>(profile),
    rules: [
      advice.fixed('W06.01', 'J', { checked: false }),
      advice.field('W06.02', 'adviceNumber', number22),
      advice.field('W06.03', 'advisedOn', day),
      ...nodeRules<AdviceTree, InboundAdvice>(profile),
      advice.pick('G62', { '01': '17' }, [date.field('02', 'expectedOn', day, { optional: true })]),
      advice.each(
        'W04',
        'lines',
        [
          adviceLine.field('W04.01', 'quantity', wholeNumberText(1)),
          adviceLine.fixed('W04.02', profile.unit, { checked: false }),
          skuRule<AdviceItem, AdviceLine>('W04', 4, profile, true),
          adviceLine.pick('N9', { '01': 'LI' }, [adviceMark.field('02', 'lineNo', wholeNumberText(1, 999_999))]),
        ],
        { minimum: 1, key: 'lineNo' },
      ),
      advice.derive({
        name: 'units in all',
        reads: ['W03.01'],
        writes: ['lines'],
        forward: () => ({}),
        back: ({ lines = [] }) => ({ 'W03.01': String(lines.reduce((sum, each) => sum + each.quantity, 0)) }),
      }),
    ],
  })

export const advice943 = x12Document({
  set: '943',
  functionalId: 'AR',
  summary: 'Goods on their way to a warehouse.',
  kind: 'inboundAdvice',
  schema: InboundAdvice,
  shape: SHAPE_943,
  map: adviceMap,
})

type ReceiptItem = { W07: Elements; N9?: Elements[]; W13?: Elements[] }
type ReceiptTree = { W17: Elements; parties?: Parties; W07: ReceiptItem[]; W14?: Elements }
type ReceiptLine = ReceiptAdvice['lines'][number]

const SHAPE_944: Shape = { W17: 'one', N1: { N1: 'one' }, W07: { W07: 'one', N9: 'many', W13: 'many' }, W14: 'one' }
const receipt = rulesFor<ReceiptTree, ReceiptAdvice, DocumentScope>()
const receiptLine = rulesFor<ReceiptItem, ReceiptLine, DocumentScope>()
const receiptMark = rulesFor<Elements, ReceiptLine, DocumentScope>()
/** W1303 01: damaged. */
const DAMAGED = '01'

const receiptMap = (profile: X12Profile): DocumentMap<ReceiptTree, ReceiptAdvice> =>
  defineMap({
    name: 'x12 944',
    version: '1',
    scope: documentScope<ReceiptAdvice>(profile),
    rules: [
      receipt.fixed('W17.01', 'F', { checked: false }),
      receipt.field('W17.02', 'receivedOn', day),
      receipt.field('W17.03', 'receiptNumber', number22),
      receipt.field('W17.04', 'reference', number22),
      ...nodeRules<ReceiptTree, ReceiptAdvice>(profile),
      receipt.each(
        'W07',
        'lines',
        [
          receiptLine.field('W07.01', 'received', wholeNumberText(0)),
          receiptLine.fixed('W07.02', profile.unit, { checked: false }),
          skuRule<ReceiptItem, ReceiptLine>('W07', 4, profile, true),
          receiptLine.pick('N9', { '01': 'LI' }, [receiptMark.field('02', 'lineNo', wholeNumberText(1, 999_999))]),
          receiptLine.derive({
            name: 'damaged units (W13 01)',
            reads: ['W13'],
            writes: ['damaged'],
            forward: ({ W13 }) => {
              const exception = ((Array.isArray(W13) ? W13 : []) as Elements[]).find((one) => one['03'] === DAMAGED)
              const damaged = exception === undefined ? 0 : wholeNumberText(0).read(exception['01'], undefined)
              return isRefusal(damaged) ? damaged : { damaged }
            },
            back: ({ damaged = 0 }) =>
              damaged === 0 ? {} : { W13: [{ '01': String(damaged), '02': profile.unit, '03': DAMAGED }] },
          }),
        ],
        { minimum: 1, key: 'lineNo' },
      ),
      receipt.derive({
        name: 'units in all',
        reads: ['W14.01'],
        writes: ['lines'],
        forward: () => ({}),
        back: ({ lines = [] }) => ({ 'W14.01': String(lines.reduce((sum, each) => sum + each.received, 0)) }),
      }),
    ],
  })

export const receipt944 = x12Document({
  set: '944',
  functionalId: 'RE',
  summary: 'What a warehouse received.',
  kind: 'receiptAdvice',
  schema: ReceiptAdvice,
  shape: SHAPE_944,
  map: receiptMap,
})
