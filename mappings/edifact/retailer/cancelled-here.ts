/** ORDRSP to a retailer about a change that began with us: units of its order that will not come, and no more than that. The hub writes it. */
import { ChannelChange } from '#core/model/order-change.ts'
import { defineMap, refuse, rulesFor } from '../../engine/index.ts'
import type { Elements } from '../../engine/index.ts'
import { edifactDocument } from '../document.ts'
import type { MessageMap, MessageScope } from '../document.ts'
import { countRule, dtmOf, ownNumberRule } from '../kit.ts'
import type { EdifactProfile } from '../profile.ts'
import { FUNCTION, lineId, orderNumber, productRules, retailerScope } from './kit.ts'
import { tradersRules } from './parties.ts'
import { SHAPE, withNames, withoutNames } from './tree.ts'
import type { RetailerLine, RetailerTree } from './tree.ts'

type Line = ChannelChange['quantities'][number]
const head = rulesFor<RetailerTree, ChannelChange, MessageScope>()
const day = rulesFor<Elements, ChannelChange, MessageScope>()
const line = rulesFor<RetailerLine, Line, MessageScope>()

/** FTX 4440 in D.96A. */
const REASON_MAX = 70

const map = (profile: EdifactProfile): MessageMap<ChannelChange, RetailerTree> =>
  defineMap({
    name: 'edifact ordrsp-cancel to a retailer',
    version: '1',
    scope: retailerScope<ChannelChange>(profile),
    rules: [
      head.fixed('BGM.0101', '231', { checked: false }),
      ownNumberRule<ChannelChange, RetailerTree>(),
      head.derive({
        name: 'nothing comes, or less than was agreed',
        reads: ['BGM.0301'],
        writes: ['cancelled', 'added', 'shipTo'],
        forward: () => ({}),
        back: ({ cancelled, added = [], shipTo }) => {
          if (added.length > 0 || shipTo !== undefined) return NO_WORDS
          return { 'BGM.0301': FUNCTION[cancelled === true ? 'refused' : 'changed'] }
        },
      }),
      head.pick('DTM', { '0101': '137' }, [
        day.derive({
          name: 'time of the message',
          reads: ['0102', '0103'],
          writes: ['externalOrderId'],
          forward: () => ({}),
          back: (_writes, { receivedAt }) => dtmOf(receivedAt),
        }),
      ]),
      head.derive({
        name: 'the reason',
        reads: ['FTX'],
        writes: ['reason'],
        forward: () => ({}),
        back: ({ reason = '' }) =>
          reason === '' ? {} : { FTX: { '0101': 'AAI', '0401': reason.slice(0, REASON_MAX).trim() } },
      }),
      head.field('references.ON.RFF.0102', 'externalOrderId', orderNumber),
      ...tradersRules<RetailerTree, ChannelChange, MessageScope>(profile),
      head.each(
        'LIN',
        'quantities',
        [
          line.field('LIN.0101', 'externalLineId', lineId),
          ...productRules<Line>(profile),
          line.derive({
            name: 'units from now on',
            reads: ['LIN.0201', 'QTY'],
            writes: ['quantity'],
            forward: () => ({}),
            back: ({ quantity = 0 }) => ({
              'LIN.0201': profile.answerActions[quantity === 0 ? 'refused' : 'changed'],
              QTY: [{ '0101': profile.answerUnits.accepted, '0102': String(quantity) }],
            }),
          }),
        ],
        { key: 'externalLineId' },
      ),
      head.fixed('UNS.0101', 'S', { checked: false }),
      countRule<ChannelChange, RetailerTree>('quantities'),
    ],
  })

const NO_WORDS = refuse({
  rule: 'an ORDRSP can take units of a retailer’s order back; it has no word for a line that was added or an address that changed',
  cure: 'Agree with the retailer by other means, then resolve the case.',
  code: 'edifact.change-unsayable',
})

export const retailerCancelledHere = edifactDocument<ChannelChange, RetailerTree>({
  type: 'ORDRSP',
  name: 'ORDRSP-CANCEL to a retailer',
  summary: 'Change of a retailer’s order that began with us: units that will not come.',
  kind: 'channelChange',
  schema: ChannelChange,
  shape: SHAPE,
  map,
  toRead: withNames,
  toWrite: withoutNames,
})
