/** 855 purchase order acknowledgment, 004010 ↔ a node's answer. Codes and dates are the profile's. */
import type { FulfillmentResponse, RejectReason } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { FieldMap, Refusal } from '../engine/index.ts'
import { defineMap, isRefusal, refuse, rulesFor, wholeNumberText } from '../engine/index.ts'
import { countRule } from './counts.ts'
import { poNumber, vendorOrder } from './po-number.ts'
import type { PoNumbers } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import { dateOf, instantOf } from './times.ts'
import type { Elements, Shape } from './tree.ts'

export const SHAPE_855: Shape = { BAK: 'one', REF: 'many', PO1: { PO1: 'one', ACK: 'many' }, CTT: 'one' }

export type AckLoop = { PO1: Elements; ACK?: Elements[] }
export type Tree855 = { BAK: Elements; REF?: Elements[]; PO1: AckLoop[]; CTT?: Elements }

/** `answeredAt`: when the partner sent it (GS04/05), else when it came; BAK09 has the day only and answers must sort. */
export type AnswerContext = PoNumbers & { answeredAt: Instant }

type AnswerLine = FulfillmentResponse['lines'][number]
/** What a whole-order status says of a line without an ACK of its own. */
type Scope = AnswerContext & { whole: 'accepted' | 'rejected' | undefined }

/** BAK02: AD and AT take the order as it is, RD and RJ refuse it; AC, AE and AP leave it to the lines. */
const WHOLE: Record<string, 'accepted' | 'rejected'> = {
  AD: 'accepted',
  AT: 'accepted',
  RD: 'rejected',
  RJ: 'rejected',
}
const STATUSES = ['AC', 'AD', 'AE', 'AP', 'AT', 'RD', 'RJ']

const line = rulesFor<AckLoop, AnswerLine, Scope>()
const head = rulesFor<Tree855, FulfillmentResponse, Scope>()

export function answerMap(profile: X12Profile): FieldMap<Tree855, FulfillmentResponse, AnswerContext, Scope> {
  return defineMap({
    name: 'x12 855',
    version: '1',
    scope: {
      forward: (tree, context) => ({ ...context, whole: WHOLE[tree.BAK?.['02'] ?? ''] }),
      back: (answer, context) => ({ ...context, answeredAt: answer.answeredAt, whole: undefined }),
    },
    rules: [
      head.fixed('BAK.01', '00', { checked: false }),
      head.derive({
        name: 'status',
        reads: ['BAK.02'],
        writes: ['lines'],
        forward: ({ 'BAK.02': status }) => (STATUSES.some((known) => known === status) ? {} : UNKNOWN_STATUS),
        back: ({ lines = [] }) => ({ 'BAK.02': statusOf(lines) }),
      }),
      head.field('BAK.03', 'requestId', poNumber),
      head.derive({
        name: 'time of the answer',
        reads: ['BAK.09'],
        writes: ['answeredAt'],
        forward: (_reads, { answeredAt }) => ({ answeredAt }),
        back: ({ answeredAt }) => (answeredAt === undefined ? {} : { 'BAK.09': dateOf(answeredAt) }),
      }),
      vendorOrder<Tree855, FulfillmentResponse, Scope>(),
      head.each(
        'PO1',
        'lines',
        [
          line.field('PO1.01', 'lineNo', wholeNumberText(1)),
          line.fixed('PO1.03', profile.unit, { checked: false }),
          line.derive({
            name: 'units by acknowledgment code',
            reads: ['PO1.02', 'ACK'],
            writes: ['accepted', 'rejected', 'reason', 'expectedShipAt'],
            forward: ({ 'PO1.02': ordered, ACK }, scope) => unitsOf(ordered, ACK, scope, profile),
            back: (answer) => acksOf(answer, profile),
          }),
        ],
        { minimum: 1, key: 'lineNo' },
      ),
      countRule<Tree855, FulfillmentResponse, Scope>(),
    ],
  })
}

const UNKNOWN_STATUS = refuse({
  rule: `must be one of ${STATUSES.join(', ')}`,
  cure: 'Send an acknowledgment type of the guide.',
  code: 'x12.ack-status',
})

function statusOf(lines: AnswerLine[]): string {
  if (lines.every((line) => line.rejected === 0)) return 'AD'
  return lines.every((line) => line.accepted === 0) ? 'RD' : 'AC'
}

type Units = { accepted: number; rejected: number; reason?: RejectReason; expectedShipAt?: Instant }

/**
 * Each ACK takes or refuses its ACK02 units (all of the line when it names none). What no ACK speaks of is refused: a partner that
 * confirms 3 of 5 will not send 5.
 */
function unitsOf(orderedRaw: unknown, acks: unknown, scope: Scope, profile: X12Profile): Units | Refusal {
  const ordered = wholeNumberText(0).read(orderedRaw, undefined)
  if (isRefusal(ordered)) return ordered
  const list = (Array.isArray(acks) ? acks : []) as Elements[]
  if (list.length === 0) return ofWholeOrder(ordered, scope)
  const units: Units = { accepted: 0, rejected: 0 }
  for (const [i, ack] of list.entries()) {
    const refused = addAck(units, ack, ordered, profile)
    if (refused !== undefined) return refuse({ ...refused.detail, field: `ACK.${i}.${refused.field ?? '01'}` })
  }
  if (units.accepted + units.rejected > ordered) return tooMany(ordered)
  const unspoken = ordered - units.accepted - units.rejected
  if (unspoken > 0) Object.assign(units, { rejected: units.rejected + unspoken, reason: units.reason ?? 'outOfStock' })
  return units
}

function ofWholeOrder(ordered: number, { whole }: Scope): Units | Refusal {
  if (whole === 'accepted') return { accepted: ordered, rejected: 0 }
  if (whole === 'rejected') return { accepted: 0, rejected: ordered, reason: 'other' }
  return refuse({
    rule: 'must have an ACK, because BAK02 leaves the answer to the lines',
    cure: 'Send an ACK segment for every PO1.',
    code: 'x12.ack-missing',
    field: 'PO1.02',
  })
}

/** Adds one ACK to the sums; a refusal when it cannot be understood. */
function addAck(units: Units, ack: Elements, ordered: number, profile: X12Profile): Refusal | undefined {
  const { '01': code = '', '02': quantity } = ack
  const count = quantity === undefined ? ordered : wholeNumberText(0).read(quantity, undefined)
  if (isRefusal(count)) return refuse({ ...count.detail, field: '02' })
  if (profile.acceptCodes.includes(code)) {
    units.accepted += count
    return promise(units, ack, profile)
  }
  const reason = Object.hasOwn(profile.rejectCodes, code) ? profile.rejectCodes[code] : undefined
  if (reason === undefined) return unknownCode(code, profile)
  units.rejected += count
  units.reason ??= reason
  return undefined
}

function promise(units: Units, ack: Elements, { promiseQualifiers }: X12Profile): Refusal | undefined {
  if (ack['05'] === undefined || !promiseQualifiers.includes(ack['04'] ?? '')) return undefined
  const at = instantOf(ack['05'], undefined, undefined, true)
  if (isRefusal(at)) return refuse({ ...at.detail, field: '05' })
  units.expectedShipAt ??= at
  return undefined
}

const unknownCode = (code: string, profile: X12Profile): Refusal =>
  refuse({
    rule: `must be one of ${[...profile.acceptCodes, ...Object.keys(profile.rejectCodes)].join(', ')}`,
    cure: `Say in the partner's profile what ACK01 ${code} means, then replay.`,
    code: 'x12.ack-code',
    class: 'crosswalk',
    subject: code,
    field: '01',
  })

const tooMany = (ordered: number): Refusal =>
  refuse({
    rule: `must not answer for more than the ${ordered} units of PO102`,
    cure: 'Send ACK quantities that add up to the line.',
    code: 'x12.ack-quantity',
    field: 'PO1.02',
  })

function acksOf(answer: Partial<AnswerLine>, profile: X12Profile): { 'PO1.02': string; ACK: Elements[] } {
  const { accepted = 0, rejected = 0, reason, expectedShipAt } = answer
  const promised: Elements =
    expectedShipAt === undefined ? {} : { '04': profile.promiseQualifiers[0] ?? '', '05': dateOf(expectedShipAt) }
  const code = Object.keys(profile.rejectCodes).find((one) => profile.rejectCodes[one] === reason) ?? 'IR'
  const ack = (of: string, units: number): Elements => ({ '01': of, '02': String(units), '03': profile.unit })
  return {
    'PO1.02': String(accepted + rejected),
    ACK: [
      ...(accepted > 0 || rejected === 0 ? [{ ...ack(rejected > 0 ? 'IQ' : 'IA', accepted), ...promised }] : []),
      ...(rejected > 0 ? [ack(code, rejected)] : []),
    ],
  }
}
