/** 870 order status report → fulfillment response: a line kept, delayed or lost after the 855. One order in each report. */
import { FulfillmentResponse } from '#core/model/fulfillment.ts'
import type { RejectReason } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import { defineMap, isRefusal, refuse, rulesFor, wholeNumberText } from '../engine/index.ts'
import type { Refusal } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { poNumber } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import { dateOf, instantOf } from './times.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = {
  BSR: 'one',
  HL: { HL: 'one', PRF: 'one', PO1: 'one', ISR: 'many' },
}
type Level = { HL: Elements; PRF?: Elements; PO1?: Elements; ISR?: Elements[] }
/** `order` holds the purchase order number on the way out, until the order's level is made of it. */
type Tree = { BSR: Elements; HL: Level[]; order?: Elements }
type Line = FulfillmentResponse['lines'][number]

const head = rulesFor<Tree, FulfillmentResponse, DocumentScope>()
const line = rulesFor<Level, Line, DocumentScope>()

const map = (profile: X12Profile): DocumentMap<Tree, FulfillmentResponse> =>
  defineMap({
    name: 'x12 870',
    version: '1',
    scope: {
      forward: documentScope<FulfillmentResponse>(profile).forward,
      back: (value, context) => ({ ...context, receivedAt: value.answeredAt, currency: '', nodeCode: undefined }),
    },
    rules: [
      // 3: unsolicited; PA: order with its items.
      head.fixed('BSR.01', '3', { checked: false }),
      head.fixed('BSR.02', 'PA', { checked: false }),
      head.derive({
        name: 'time of the report',
        reads: ['BSR.04'],
        writes: ['answeredAt'],
        forward: (_reads, { receivedAt }) => ({ answeredAt: receivedAt }),
        back: ({ answeredAt }) =>
          answeredAt === undefined ? {} : { 'BSR.03': dateOf(answeredAt), 'BSR.04': dateOf(answeredAt) },
      }),
      head.each(
        'HL',
        'lines',
        [
          line.fixed('HL.03', 'I', { checked: false }),
          line.field('PO1.01', 'lineNo', wholeNumberText(1)),
          line.derive({
            name: 'units by status',
            reads: ['PO1.02', 'ISR'],
            writes: ['accepted', 'rejected', 'reason', 'expectedShipAt'],
            forward: ({ 'PO1.02': quantity, ISR }) => unitsOf(quantity, ISR, profile),
            back: (written) => statusOf(written, profile),
          }),
        ],
        { minimum: 1, where: { path: 'HL.03', is: ['I'] }, key: 'lineNo' },
      ),
      // The order's own level stands first; it is numbered and put there when the report is written.
      head.derive({
        name: 'purchase order of the order level',
        reads: ['HL', 'order.01'],
        writes: ['requestId'],
        forward: ({ HL }, scope) => {
          const levels = (Array.isArray(HL) ? HL : []) as Level[]
          const index = levels.findIndex((level) => level.HL['03'] === 'O')
          const requestId = poNumber.read(levels[index]?.PRF?.['01'], scope)
          return isRefusal(requestId) ? refuse({ ...requestId.detail, field: `HL.${index}.PRF.01` }) : { requestId }
        },
        back: ({ requestId }, scope) => {
          if (requestId === undefined) return {}
          const number = poNumber.write(requestId, scope)
          return isRefusal(number) ? number : { 'order.01': number }
        },
      }),
    ],
  })

/** The order's level first, the items under it, numbered. */
const numbered = ({ BSR, HL, order = {} }: Tree): Tree => ({
  BSR,
  HL: [
    { HL: { '01': '1', '03': 'O' }, PRF: { '01': order['01'] ?? '' } },
    ...HL.map((level, i) => ({ ...level, HL: { ...level.HL, '01': String(i + 2), '02': '1' } })),
  ],
})

type Units = Pick<Line, 'accepted' | 'rejected'> & { reason?: RejectReason; expectedShipAt?: Instant }

function unitsOf(quantity: unknown, statuses: unknown, profile: X12Profile): Units | Refusal {
  const units = wholeNumberText(0).read(quantity, undefined)
  if (isRefusal(units)) return units
  const [status] = (Array.isArray(statuses) ? statuses : []) as Elements[]
  const code = status?.['01'] ?? ''
  if (profile.statusKept.includes(code)) {
    const at = status?.['02'] === undefined ? undefined : instantOf(status['02'], undefined, undefined, true)
    if (isRefusal(at)) return refuse({ ...at.detail, field: 'ISR.0.02' })
    return { accepted: units, rejected: 0, ...(at === undefined ? {} : { expectedShipAt: at }) }
  }
  const reason = Object.hasOwn(profile.statusLost, code) ? profile.statusLost[code] : undefined
  if (reason !== undefined) return { accepted: 0, rejected: units, reason }
  return refuse({
    rule: `must be one of ${[...profile.statusKept, ...Object.keys(profile.statusLost)].join(', ')}`,
    cure: `Say in the partner's profile what ISR01 ${code} means, then replay.`,
    code: 'x12.line-status',
    class: 'crosswalk',
    subject: code,
    field: 'ISR.0.01',
  })
}

function statusOf(written: Partial<Line>, profile: X12Profile): { 'PO1.02': string; ISR: Elements[] } | Refusal {
  const { accepted = 0, rejected = 0, reason, expectedShipAt } = written
  if (accepted > 0 && rejected > 0)
    return refuse({
      rule: 'must be kept or lost as a whole: a status report has one status a line',
      cure: 'Tell a split line with an 855.',
      code: 'x12.line-status',
      field: 'rejected',
    })
  const lost = Object.keys(profile.statusLost).find((code) => profile.statusLost[code] === reason)
  const code = rejected > 0 ? (lost ?? 'ID') : (profile.statusKept[0] ?? 'IA')
  const promised: Elements = expectedShipAt === undefined ? {} : { '02': dateOf(expectedShipAt) }
  return { 'PO1.02': String(accepted + rejected), ISR: [{ '01': code, ...promised }] }
}

export const status870 = x12Document({
  set: '870',
  functionalId: 'RS',
  summary: 'Order status: lines kept, delayed or lost after the answer.',
  kind: 'fulfillmentResponse',
  schema: FulfillmentResponse,
  shape: SHAPE,
  map,
  toWrite: numbered,
})
