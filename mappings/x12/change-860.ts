/** 860 purchase order change ↔ change request, and 865 its acknowledgment → cancel response. What a purpose means is the profile's. */
import { CancelResponse } from '#core/model/fulfillment.ts'
import { ChangeRequest } from '#core/model/trade.ts'
import type { Refusal } from '../engine/index.ts'
import { defineMap, enumTable, isRefusal, refuse, rulesFor, text, wholeNumberText } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { countOf, day, skuRule } from './kit.ts'
import { poNumber, vendorOrder } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import { dateOf } from './times.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE_860: Shape = { BCH: 'one', REF: 'many', POC: { POC: 'one' }, CTT: 'one' }
type Tree860 = { BCH: Elements; REF?: Elements[]; POC: { POC: Elements }[]; CTT?: Elements }
type Line = ChangeRequest['lines'][number]

const head = rulesFor<Tree860, ChangeRequest, DocumentScope>()
const line = rulesFor<{ POC: Elements }, Line, DocumentScope>()

const changeMap = (profile: X12Profile): DocumentMap<Tree860, ChangeRequest> =>
  defineMap({
    name: 'x12 860',
    version: '1',
    scope: documentScope<ChangeRequest>(profile),
    rules: [
      head.field('BCH.01', 'action', enumTable('purpose of the change', profile.changePurposes)),
      head.fixed('BCH.02', 'DS', { checked: false }),
      head.field('BCH.03', 'requestId', poNumber),
      // Partners that count no changes mean the first.
      head.field('BCH.05', 'sequence', wholeNumberText(1, 9999), { fallback: 1 }),
      head.field('BCH.06', 'requestedOn', day),
      vendorOrder<Tree860, ChangeRequest, DocumentScope>(),
      head.each(
        'POC',
        'lines',
        [
          line.field('POC.01', 'lineNo', wholeNumberText(1, 999_999)),
          line.field('POC.02', 'change', enumTable('line change', profile.lineChanges)),
          line.field('POC.03', 'quantity', wholeNumberText(0)),
          line.fixed('POC.05', profile.unit, { checked: false }),
          skuRule<{ POC: Elements }, Line>('POC', 8, profile),
        ],
        { key: 'lineNo' },
      ),
      countOf<Tree860, ChangeRequest>('POC', 'lines'),
    ],
  })

export const change860 = x12Document({
  set: '860',
  functionalId: 'PC',
  summary: 'Purchase order change: cancel a request, or change its lines.',
  kind: 'changeRequest',
  schema: ChangeRequest,
  shape: SHAPE_860,
  map: changeMap,
})

/** The reason is a text of an N9 loop; some partners send MSG bare. */
const SHAPE_865: Shape = {
  BCA: 'one',
  N9: { N9: 'one', MSG: 'many' },
  MSG: 'many',
  POC: { POC: 'one', ACK: 'many' },
}
type AnsweredLine = { POC: Elements; ACK?: Elements[] }
type Tree865 = {
  BCA: Elements
  N9?: { N9: Elements; MSG?: Elements[] }[]
  MSG?: Elements[]
  POC?: AnsweredLine[]
}
const answer = rulesFor<Tree865, CancelResponse, DocumentScope>()

/** BCA02 as in an 855: the profile says which codes agree; RD, RJ refuse; others leave it to the lines. A line's ACK goes before it. */
const answerMap = (profile: X12Profile): DocumentMap<Tree865, CancelResponse> =>
  defineMap({
    name: 'x12 865',
    version: '1',
    scope: {
      forward: documentScope<CancelResponse>(profile).forward,
      back: (value, context) => ({ ...context, receivedAt: value.answeredAt, currency: '', nodeCode: undefined }),
    },
    rules: [
      answer.fixed('BCA.01', '00', { checked: false }),
      answer.derive({
        name: 'agreed or not',
        reads: ['BCA.02', 'POC'],
        writes: ['accepted'],
        forward: ({ 'BCA.02': code, POC }) => {
          if (profile.changeAccepted.some((known) => known === code)) return { accepted: true }
          if (code === 'RJ' || code === 'RD') return { accepted: false }
          return hasAnswers(POC) ? { accepted: true } : UNKNOWN_ANSWER
        },
        back: ({ accepted }) => ({ 'BCA.02': accepted === true ? (profile.changeAccepted[0] ?? 'AC') : 'RJ' }),
      }),
      answer.field('BCA.03', 'requestId', poNumber),
      answer.derive({
        name: 'time of the answer',
        reads: ['BCA.06'],
        writes: ['answeredAt'],
        forward: (_reads, { receivedAt }) => ({ answeredAt: receivedAt }),
        back: ({ answeredAt }) => (answeredAt === undefined ? {} : { 'BCA.06': dateOf(answeredAt) }),
      }),
      answer.derive({
        name: 'answers line by line (ACK of a POC loop)',
        reads: ['POC'],
        writes: ['lineAnswers'],
        forward: ({ POC }) => (hasAnswers(POC) ? answersOf(POC as AnsweredLine[], profile) : {}),
        back: ({ lineAnswers }) =>
          lineAnswers === undefined || lineAnswers.length === 0
            ? {}
            : { POC: lineAnswers.map((each) => answeredLine(each, profile)) },
      }),
      answer.derive({
        name: 'reason (MSG of an N9 loop, or bare)',
        reads: ['N9', 'MSG'],
        writes: ['reason'],
        forward: ({ N9, MSG }) => {
          const loops = (Array.isArray(N9) ? N9 : []) as NonNullable<Tree865['N9']>
          const bare = (Array.isArray(MSG) ? MSG : []) as Elements[]
          const reason = [...loops.flatMap((loop) => loop.MSG ?? []), ...bare][0]?.['01']
          return reason === undefined ? {} : { reason: reason.slice(0, REASON_MAX) }
        },
        back: ({ reason }) => {
          if (reason === undefined) return {}
          const written = text(REASON_MAX).write(reason, undefined)
          return isRefusal(written) ? written : { N9: [{ N9: { '01': 'L1', '02': '1' }, MSG: [{ '01': written }] }] }
        },
      }),
    ],
  })

type LineAnswer = NonNullable<CancelResponse['lineAnswers']>[number]

const hasAnswers = (loops: unknown): boolean =>
  Array.isArray(loops) && (loops as AnsweredLine[]).some((loop) => (loop.ACK?.length ?? 0) > 0)

/** Of a line with several ACK segments each must agree. */
function answersOf(loops: readonly AnsweredLine[], profile: X12Profile): { lineAnswers: LineAnswer[] } | Refusal {
  const lineAnswers: LineAnswer[] = []
  for (const [index, { POC, ACK = [] }] of loops.entries()) {
    if (ACK.length === 0) continue
    const lineNo = wholeNumberText(1, 999_999).read(POC['01'], undefined)
    if (isRefusal(lineNo)) return refuse({ ...lineNo.detail, field: `POC.${index}.POC.01` })
    const answered: LineAnswer = { lineNo, agreed: true }
    for (const [at, ack] of ACK.entries()) {
      const place = `POC.${index}.ACK.${at}`
      const code = ack['01'] ?? ''
      if (profile.lineChangeRefused.includes(code)) answered.agreed = false
      else if (!profile.lineChangeAccepted.includes(code)) return unknownLineAnswer(code, profile, `${place}.01`)
      if (!profile.lineChangeQuantity.includes(code)) continue
      const remaining = wholeNumberText(0).read(ack['02'], undefined)
      if (isRefusal(remaining)) return refuse({ ...remaining.detail, field: `${place}.02` })
      answered.remaining = (answered.remaining ?? 0) + remaining
    }
    lineAnswers.push(answered)
  }
  return { lineAnswers }
}

function answeredLine({ lineNo, agreed, remaining }: LineAnswer, profile: X12Profile): AnsweredLine {
  const ack = (code: string | undefined, units?: number): Elements =>
    units === undefined ? { '01': code ?? '' } : { '01': code ?? '', '02': String(units), '03': profile.unit }
  return {
    POC: { '01': String(lineNo), '02': 'CA' },
    ACK: [
      ...(remaining === undefined ? [] : [ack(profile.lineChangeQuantity[0], remaining)]),
      ...(agreed && remaining === undefined ? [ack(profile.lineChangeAccepted[0])] : []),
      ...(agreed ? [] : [ack(profile.lineChangeRefused[0])]),
    ],
  }
}

const unknownLineAnswer = (code: string, profile: X12Profile, field: string): Refusal =>
  refuse({
    rule: `must be one of ${[...profile.lineChangeAccepted, ...profile.lineChangeRefused].join(', ')}`,
    cure: `Say in the partner's profile what ACK01 ${code} of an 865 means (lineChangeAccepted, lineChangeRefused), then replay.`,
    code: 'x12.change-line-answer',
    class: 'crosswalk',
    subject: code,
    field,
  })

/** Element 933. */
const REASON_MAX = 264

const UNKNOWN_ANSWER = refuse({
  rule: 'must agree to the change (AC, AT, AD) or refuse it (RJ, RD)',
  cure: 'Say in the profile which codes agree (changeAccepted), then replay.',
  code: 'x12.change-answer',
  class: 'crosswalk',
})

export const answer865 = x12Document({
  set: '865',
  functionalId: 'CA',
  summary: 'The supplier’s answer to a change.',
  kind: 'cancelResponse',
  schema: CancelResponse,
  shape: SHAPE_865,
  map: answerMap,
})
