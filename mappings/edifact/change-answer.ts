/**
 * ORDRSP to an ORDCHG ↔ cancel response. It names the change in RFF PP, which an answer to an order has not. BGM agrees or refuses;
 * another function leaves it to the lines. What a line says of itself goes before it.
 */
import { CancelResponse } from '#core/model/fulfillment.ts'
import type { Elements, Refusal } from '../engine/index.ts'
import { defineMap, isAbsent, refuse, rulesFor, text } from '../engine/index.ts'
import type { EdifactMessage } from '../formats/edifact/interchange.ts'
import { edifactDocument, messageScope } from './document.ts'
import type { MessageLine, MessageMap, MessageScope, MessageTree } from './document.ts'
import {
  countRule,
  instantRule,
  orderLineRule,
  orderNumberLeaf,
  quantitiesOut,
  quantityRule,
  referenceRule,
} from './kit.ts'
import type { EdifactProfile } from './profile.ts'

/** RFF 1153: number of the purchase order change that is answered. */
const CHANGE = 'PP'
/** BGM 1225: the lines say what becomes of them. */
const BY_LINE = '4'

type LineAnswer = NonNullable<CancelResponse['lineAnswers']>[number]

const answer = rulesFor<MessageTree, CancelResponse, MessageScope>()
const reference = rulesFor<Elements, CancelResponse, MessageScope>()
const line = rulesFor<MessageLine, LineAnswer, MessageScope>()

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
        reads: ['BGM.0301', 'LIN'],
        writes: ['accepted', 'lineAnswers'],
        forward: ({ 'BGM.0301': code, LIN }) => {
          if (profile.changeAccepted.some((known) => known === code)) return { accepted: true }
          if (profile.changeRefused.some((known) => known === code)) return { accepted: false }
          const lines = (Array.isArray(LIN) ? LIN : []) as MessageLine[]
          return lines.some((each) => !isAbsent(each.LIN['0201'])) ? { accepted: true } : UNKNOWN_ANSWER
        },
        back: ({ accepted, lineAnswers = [] }) => {
          const whole = accepted === true ? profile.changeAccepted : profile.changeRefused
          return { 'BGM.0301': accepted === true && lineAnswers.length > 0 ? BY_LINE : (whole[0] ?? '') }
        },
      }),
      instantRule<CancelResponse>('137', 'answeredAt'),
      answer.fixed('FTX.0101', 'AAI', { checked: false }),
      answer.field('FTX.0401', 'reason', text(70), { optional: true }),
      referenceRule<CancelResponse>('ON', 'requestId', orderNumberLeaf),
      // A request is cancelled once, so its change has the number 1.
      answer.pick('RFF', { '0101': CHANGE }, [reference.fixed('0102', '1', { checked: false })]),
      answer.when({ path: 'LIN' }, { path: 'lineAnswers' }, [
        // A line without an action says nothing of itself.
        answer.each('LIN', 'lineAnswers', lineRules(profile), { where: { path: 'LIN.0201' }, key: 'lineNo' }),
        countRule<CancelResponse>('lineAnswers'),
      ]),
      answer.fixed('UNS.0101', 'S', { checked: false }),
    ],
  })

const lineRules = (profile: EdifactProfile) => [
  orderLineRule<LineAnswer>(),
  line.derive({
    name: 'agreed or not by action',
    reads: ['LIN.0201'],
    writes: ['agreed', 'remaining'],
    forward: ({ 'LIN.0201': action }) => {
      if (profile.lineChangeRefused.some((known) => known === action)) return { agreed: false }
      const isKnown = profile.lineChangeAccepted.some((known) => known === action)
      return isKnown ? { agreed: true } : unknownAction(String(action), profile)
    },
    back: ({ agreed, remaining }) => {
      const changed = remaining === undefined ? profile.lineChangeAccepted : profile.lineChangeQuantity
      return { 'LIN.0201': (agreed === true ? changed : profile.lineChangeRefused)[0] ?? '' }
    },
  }),
  line.when({ path: 'LIN.0201', is: profile.lineChangeQuantity }, { path: 'remaining' }, [
    quantityRule<LineAnswer>(profile.lineChangeUnits, 'remaining', 0),
    quantitiesOut<LineAnswer>(({ remaining = 0 }) => [[profile.lineChangeUnits[0] ?? '', remaining]]),
  ]),
]

const UNKNOWN_ANSWER = refuse({
  rule: 'must agree to the change (29), refuse it (27, 12), or leave it to lines with an action',
  cure: 'Say in the profile which functions agree (changeAccepted) and refuse (changeRefused), then replay.',
  code: 'edifact.change-answer',
  class: 'crosswalk',
})

const unknownAction = (action: string, profile: EdifactProfile): Refusal =>
  refuse({
    rule: `must be one of ${[...profile.lineChangeAccepted, ...profile.lineChangeRefused].join(', ')}`,
    cure: `Say in the profile what LIN action ${action} of an answer to a change means (lineChangeAccepted, lineChangeRefused), then replay.`,
    code: 'edifact.change-line-answer',
    class: 'crosswalk',
    subject: action,
  })

export const ordrspToChange = edifactDocument({
  type: 'ORDRSP',
  name: 'ORDRSP-CHANGE',
  summary: 'A supplier’s answer to a cancel or change, whole or by line.',
  kind: 'cancelResponse',
  schema: CancelResponse,
  shape: {
    BGM: 'one',
    DTM: 'many',
    FTX: 'one',
    RFF: 'many',
    // Dates and texts of a line belong to it, not to the head.
    LIN: { LIN: 'one', QTY: 'many', DTM: 'many', FTX: 'many', RFF: 'many' },
    UNS: 'one',
    CNT: 'one',
  },
  map,
  // FTX without a text says nothing.
  toWrite: ({ FTX, ...tree }) => (FTX?.['0401'] === undefined ? tree : { ...tree, FTX }),
})

export const answersChange = ({ segments }: EdifactMessage): boolean =>
  segments.some((segment) => segment.id === 'RFF' && segment.component(1, 1) === CHANGE)
