/** ORDRSP to a retailer ↔ what becomes of each line of its order. QTY 21 ordered, 113 to be delivered, 83 waiting; the rest will not come. */
import { ChannelAnswer } from '#core/model/order-change.ts'
import { verdictOf, verdictOfAll } from '#core/orders/line-verdicts.ts'
import { defineMap, isRefusal, refuse, rulesFor } from '../../engine/index.ts'
import type { Elements } from '../../engine/index.ts'
import { edifactDocument } from '../document.ts'
import type { MessageMap, MessageScope } from '../document.ts'
import { countRule, dtmOf, instantOf, instantRule, ownNumberRule, quantityOf } from '../kit.ts'
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
} from './kit.ts'
import { tradersRules } from './parties.ts'
import { SHAPE, withNames, withoutNames } from './tree.ts'
import type { RetailerLine, RetailerTree } from './tree.ts'

type Line = ChannelAnswer['lines'][number]
const head = rulesFor<RetailerTree, ChannelAnswer, MessageScope>()
const line = rulesFor<RetailerLine, Line, MessageScope>()

/** DTM 2005 of a reference: its own date. */
const REFERENCE_DATE = '171'

const lineRules = (profile: EdifactProfile) => {
  const { ordered: ORDERED, accepted: ACCEPTED, waiting: WAITING } = profile.answerUnits
  return [
    line.field('LIN.0101', 'externalLineId', lineId),
    ...productRules<Line>(profile),
    line.derive({
      name: 'units that come, that wait, and that will not come',
      reads: ['LIN.0201', 'QTY'],
      writes: ['ordered', 'accepted', 'waiting', 'cancelled'],
      forward: ({ QTY }) => {
        const ordered = quantityOf(QTY, [ORDERED], 1)
        const accepted = quantityOf(QTY, [ACCEPTED], 0, 0)
        const waiting = quantityOf(QTY, [WAITING], 0, 0)
        if (isRefusal(ordered)) return ordered
        if (isRefusal(accepted)) return accepted
        if (isRefusal(waiting)) return waiting
        const cancelled = ordered - accepted - waiting
        return cancelled < 0 ? TOO_MANY : { ordered, accepted, waiting, cancelled }
      },
      back: ({ ordered = 0, accepted = 0, waiting = 0, cancelled = 0 }) => ({
        'LIN.0201': profile.answerActions[verdictOf({ ordered, accepted, cancelled })],
        QTY: [
          { '0101': ORDERED, '0102': String(ordered) },
          { '0101': ACCEPTED, '0102': String(accepted) },
          ...(waiting === 0 ? [] : [{ '0101': WAITING, '0102': String(waiting) }]),
        ],
      }),
    }),
    shipByRule<Line>(profile),
    priceRule<Line>(profile),
  ]
}

const TOO_MANY = refuse({
  rule: 'must not be fewer units than come and wait',
  cure: 'Send the units of the line in QTY 21.',
  code: 'edifact.quantity',
  field: 'QTY',
})

const map = (profile: EdifactProfile): MessageMap<ChannelAnswer, RetailerTree> =>
  defineMap({
    name: 'edifact ordrsp to a retailer',
    version: '1',
    scope: retailerScope<ChannelAnswer>(profile, ({ currency }) => currency),
    rules: [
      head.fixed('BGM.0101', '231', { checked: false }),
      ownNumberRule<ChannelAnswer, RetailerTree>(),
      head.derive({
        name: 'all of it, nothing of it, or as the lines say',
        reads: ['BGM.0301'],
        writes: ['lines'],
        forward: () => ({}),
        back: ({ lines = [] }) => ({ 'BGM.0301': FUNCTION[verdictOfAll(lines.map(verdictOf))] }),
      }),
      instantRule<ChannelAnswer, RetailerTree>('137', 'answeredAt'),
      head.field('references.ON.RFF.0102', 'externalOrderId', orderNumber),
      head.derive({
        name: 'when the order was placed',
        reads: ['references.ON.DTM'],
        writes: ['placedAt'],
        forward: ({ 'references.ON.DTM': DTM }) => {
          const one = ((Array.isArray(DTM) ? DTM : []) as Elements[]).find((each) => each['0101'] === REFERENCE_DATE)
          const placedAt = instantOf(one?.['0102'], one?.['0103'])
          return isRefusal(placedAt) ? placedAt : { placedAt }
        },
        back: ({ placedAt }) =>
          placedAt === undefined ? {} : { 'references.ON.DTM': [{ '0101': REFERENCE_DATE, ...dtmOf(placedAt) }] },
      }),
      ...tradersRules<RetailerTree, ChannelAnswer, MessageScope>(profile),
      currencyRule<ChannelAnswer>(),
      head.each('LIN', 'lines', lineRules(profile), { minimum: 1, key: 'externalLineId' }),
      head.fixed('UNS.0101', 'S', { checked: false }),
      countRule<ChannelAnswer, RetailerTree>('lines'),
    ],
  })

export const retailerAnswer = edifactDocument<ChannelAnswer, RetailerTree>({
  type: 'ORDRSP',
  name: 'ORDRSP to a retailer',
  summary: 'Answer to a retailer’s order: what becomes of each line.',
  kind: 'channelAnswer',
  schema: ChannelAnswer,
  shape: SHAPE,
  map,
  toRead: withNames,
  toWrite: withoutNames,
})
