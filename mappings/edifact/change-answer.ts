/** ORDRSP to an ORDCHG ↔ cancel response. It names the change in RFF PP, which an answer to an order has not. */
import { CancelResponse } from '#core/model/fulfillment.ts'
import type { Elements } from '../engine/index.ts'
import { defineMap, refuse, rulesFor, text } from '../engine/index.ts'
import type { EdifactMessage } from '../formats/edifact/interchange.ts'
import { edifactDocument, messageScope } from './document.ts'
import type { MessageMap, MessageScope, MessageTree } from './document.ts'
import { instantRule, orderNumberLeaf, referenceRule } from './kit.ts'
import type { EdifactProfile } from './profile.ts'

/** RFF 1153: number of the purchase order change that is answered. */
const CHANGE = 'PP'

const answer = rulesFor<MessageTree, CancelResponse, MessageScope>()
const reference = rulesFor<Elements, CancelResponse, MessageScope>()

const map = (profile: EdifactProfile): MessageMap<CancelResponse> =>
  defineMap({
    name: 'edifact ordrsp-change',
    version: '1',
    scope: messageScope<CancelResponse>(profile),
    rules: [
      answer.fixed('BGM.0101', '231', { checked: false }),
      answer.fixed('BGM.0201', '1', { checked: false }),
      answer.derive({
        name: 'agreed or not',
        reads: ['BGM.0301'],
        writes: ['accepted'],
        forward: ({ 'BGM.0301': code }) => {
          if (profile.changeAccepted.some((known) => known === code)) return { accepted: true }
          return profile.changeRefused.some((known) => known === code) ? { accepted: false } : UNKNOWN_ANSWER
        },
        back: ({ accepted }) => ({
          'BGM.0301': (accepted === true ? profile.changeAccepted : profile.changeRefused)[0] ?? '',
        }),
      }),
      instantRule<CancelResponse>('137', 'answeredAt'),
      answer.fixed('FTX.0101', 'AAI', { checked: false }),
      answer.field('FTX.0401', 'reason', text(70), { optional: true }),
      referenceRule<CancelResponse>('ON', 'requestId', orderNumberLeaf),
      // A request is cancelled once, so its change has the number 1.
      answer.pick('RFF', { '0101': CHANGE }, [reference.fixed('0102', '1', { checked: false })]),
      answer.fixed('UNS.0101', 'S', { checked: false }),
    ],
  })

const UNKNOWN_ANSWER = refuse({
  rule: 'must agree to the change (29) or refuse it (27, 12)',
  cure: 'Say in the profile which functions agree (changeAccepted) and refuse (changeRefused), then replay.',
  code: 'edifact.change-answer',
  class: 'crosswalk',
})

export const ordrspToChange = edifactDocument({
  type: 'ORDRSP',
  name: 'ORDRSP-CHANGE',
  summary: 'A supplier’s answer to a cancel or change.',
  kind: 'cancelResponse',
  schema: CancelResponse,
  shape: { BGM: 'one', DTM: 'many', FTX: 'one', RFF: 'many', UNS: 'one' },
  map,
  // FTX without a text says nothing.
  toWrite: ({ FTX, ...tree }) => (FTX?.['0401'] === undefined ? tree : { ...tree, FTX }),
})

export const answersChange = ({ segments }: EdifactMessage): boolean =>
  segments.some((segment) => segment.id === 'RFF' && segment.component(1, 1) === CHANGE)
