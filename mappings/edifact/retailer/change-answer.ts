/** ORDRSP to a retailer's ORDCHG ↔ what became of its change, line by line: RFF PP names the change. */
import { AmendmentAnswer } from '#core/model/order-change.ts'
import { verdictOfAll } from '#core/orders/line-verdicts.ts'
import { defineMap, isRefusal, rulesFor, text } from '../../engine/index.ts'
import { edifactDocument } from '../document.ts'
import type { MessageMap, MessageScope } from '../document.ts'
import { countRule, instantRule, ownNumberRule, quantityOf } from '../kit.ts'
import type { EdifactProfile } from '../profile.ts'
import {
  currencyRule,
  FUNCTION,
  lineId,
  orderNumber,
  priceRule,
  productRules,
  retailerScope,
  shipByRule,
  verdictOfAction,
} from './kit.ts'
import { tradersRules } from './parties.ts'
import { SHAPE, withNames, withoutNames } from './tree.ts'
import type { RetailerLine, RetailerTree } from './tree.ts'

type Line = AmendmentAnswer['lines'][number]
const head = rulesFor<RetailerTree, AmendmentAnswer, MessageScope>()
const line = rulesFor<RetailerLine, Line, MessageScope>()

const lineRules = (profile: EdifactProfile) => {
  const { ordered: ASKED, accepted: TO_COME, waiting: WAITING } = profile.answerUnits
  return [
    line.field('LIN.0101', 'externalLineId', lineId),
    line.derive({
      name: 'agreed, changed or refused by action',
      reads: ['LIN.0201'],
      writes: ['verdict'],
      forward: ({ 'LIN.0201': action }) => {
        const verdict = verdictOfAction(action, profile)
        return isRefusal(verdict) ? verdict : { verdict }
      },
      back: ({ verdict = 'agreed' }) => ({ 'LIN.0201': profile.answerActions[verdict] }),
    }),
    ...productRules<Line>(profile),
    line.derive({
      name: 'units that were asked, that the line has from now on, and that of them wait',
      reads: ['QTY'],
      writes: ['asked', 'quantity', 'waiting'],
      forward: ({ QTY }) => {
        const asked = quantityOf(QTY, [ASKED], 0)
        const toCome = quantityOf(QTY, [TO_COME], 0)
        const waiting = quantityOf(QTY, [WAITING], 0, 0)
        if (isRefusal(asked)) return asked
        if (isRefusal(toCome)) return toCome
        return isRefusal(waiting) ? waiting : { asked, quantity: toCome + waiting, waiting }
      },
      back: ({ asked = 0, quantity = 0, waiting = 0 }) => ({
        QTY: [
          { '0101': ASKED, '0102': String(asked) },
          { '0101': TO_COME, '0102': String(quantity - waiting) },
          ...(waiting === 0 ? [] : [{ '0101': WAITING, '0102': String(waiting) }]),
        ],
      }),
    }),
    shipByRule<Line>(profile),
    priceRule<Line>(profile),
  ]
}

const map = (profile: EdifactProfile): MessageMap<AmendmentAnswer, RetailerTree> =>
  defineMap({
    name: 'edifact ordrsp-change to a retailer',
    version: '1',
    scope: retailerScope<AmendmentAnswer>(profile, ({ currency }) => currency),
    rules: [
      head.fixed('BGM.0101', '231', { checked: false }),
      ownNumberRule<AmendmentAnswer, RetailerTree>(),
      head.derive({
        name: 'agreed, refused, or as the lines say',
        reads: ['BGM.0301'],
        writes: ['lines'],
        forward: () => ({}),
        back: ({ lines = [] }) => ({ 'BGM.0301': FUNCTION[verdictOfAll(lines.map(({ verdict }) => verdict))] }),
      }),
      instantRule<AmendmentAnswer, RetailerTree>('137', 'answeredAt'),
      head.field('references.ON.RFF.0102', 'externalOrderId', orderNumber),
      head.field('references.PP.RFF.0102', 'number', text(35), { optional: true }),
      ...tradersRules<RetailerTree, AmendmentAnswer, MessageScope>(profile),
      currencyRule<AmendmentAnswer>(),
      head.each('LIN', 'lines', lineRules(profile), { key: 'externalLineId' }),
      head.derive({
        name: 'a cancel, where no line was to keep a unit',
        reads: ['LIN'],
        writes: ['cancel'],
        forward: ({ LIN }) => {
          const lines = (Array.isArray(LIN) ? LIN : []) as RetailerLine[]
          return { cancel: lines.every(({ QTY }) => quantityOf(QTY, [profile.answerUnits.ordered], 0) === 0) }
        },
        back: () => ({}),
      }),
      head.fixed('UNS.0101', 'S', { checked: false }),
      countRule<AmendmentAnswer, RetailerTree>('lines'),
    ],
  })

export const retailerChangeAnswer = edifactDocument<AmendmentAnswer, RetailerTree>({
  type: 'ORDRSP',
  name: 'ORDRSP-CHANGE to a retailer',
  summary: 'Answer to a retailer’s change: agreed, refused, or what each line has from now on.',
  kind: 'amendmentAnswer',
  schema: AmendmentAnswer,
  shape: SHAPE,
  map,
  toRead: withNames,
  toWrite: withoutNames,
})
