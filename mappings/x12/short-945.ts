/** What a 945 did not ship: W12 lines with less than was ordered → fulfillment response. Its shipment is the business of shipped-945.ts. */
import { FulfillmentResponse } from '#core/model/fulfillment.ts'
import { defineMap, isRefusal, refuse, rulesFor, wholeNumberText } from '../engine/index.ts'
import type { Refusal } from '../engine/index.ts'
import type { X12Set } from '../formats/x12/interchange.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { poNumber } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = { W06: 'one', LX: { LX: 'one', W12: { W12: 'one', N9: 'many' } } }
type Item = { W12: Elements; N9?: Elements[] }
type Tree = { W06: Elements; LX: { LX: Elements; W12?: Item[] }[] }
type Line = FulfillmentResponse['lines'][number]

const head = rulesFor<Tree, FulfillmentResponse, DocumentScope>()

const map = (profile: X12Profile): DocumentMap<Tree, FulfillmentResponse> =>
  defineMap({
    name: 'x12 945 short',
    version: '1',
    scope: documentScope<FulfillmentResponse>(profile),
    rules: [
      head.field('W06.02', 'requestId', poNumber),
      head.derive({
        name: 'time of the advice',
        reads: [],
        writes: ['answeredAt'],
        forward: (_reads, { receivedAt }) => ({ answeredAt: receivedAt }),
        back: () => ({}),
      }),
      head.derive({
        name: 'units short by line and status (W12, N9 LI)',
        reads: ['LX'],
        writes: ['lines'],
        forward: ({ LX }) => {
          const lines = shortLines(((Array.isArray(LX) ? LX : []) as Tree['LX']).flatMap(itemsOf), profile)
          return isRefusal(lines) ? lines : { lines }
        },
        back: () => ({}),
      }),
    ],
  })

const itemsOf = ({ W12 = [] }: Tree['LX'][number], carton: number) =>
  W12.map((item, index) => ({ ...item, at: `LX.${carton}.W12.${index}.W12` }))

/** A line that is spread over cartons has a W12 in each: ordered stands in all of them, shipped adds up. */
function shortLines(items: readonly (Item & { at: string })[], profile: X12Profile): Line[] | Refusal {
  const lines = new Map<number, { ordered: number; shipped: number; reason: Line['reason'] }>()
  for (const { W12, N9 = [], at } of items) {
    const mark = N9.find((one) => one['01'] === 'LI')?.['02']
    const lineNo = wholeNumberText(1).read(mark, undefined)
    const [ordered, shipped] = [W12['02'], W12['03'] ?? '0'].map((raw) => wholeNumberText(0).read(raw, undefined))
    const status = W12['01'] ?? ''
    const reason = Object.hasOwn(profile.shortStatuses, status) ? profile.shortStatuses[status] : undefined
    if (isRefusal(lineNo)) return refuse({ ...lineNo.detail, field: at })
    if (isRefusal(shipped)) return refuse({ ...shipped.detail, field: `${at}.03` })
    if (isRefusal(ordered)) {
      // Only a short line has to say what was asked.
      if (reason !== undefined) return refuse({ ...ordered.detail, field: `${at}.02` })
      continue
    }
    const known = lines.get(lineNo) ?? { ordered: 0, shipped: 0, reason: undefined }
    lines.set(lineNo, {
      ordered: Math.max(known.ordered, ordered ?? 0),
      shipped: known.shipped + (shipped ?? 0),
      reason: known.reason ?? reason,
    })
  }
  return [...lines].flatMap(([lineNo, { ordered, shipped, reason }]): Line[] =>
    reason === undefined || ordered <= shipped
      ? []
      : [{ lineNo, accepted: shipped, rejected: ordered - shipped, reason }],
  )
}

export const short945 = x12Document({
  set: '945',
  functionalId: 'SW',
  summary: 'What a 3PL could not ship.',
  kind: 'fulfillmentResponse',
  schema: FulfillmentResponse,
  shape: SHAPE,
  map,
})

const isShipped = (raw: string): boolean => Number(raw === '' ? '0' : raw) !== 0

export const shipsAnything = ({ segments }: X12Set): boolean =>
  segments.some((segment) => segment.id === 'W12' && isShipped(segment.element(3)))

export const isShort = ({ segments }: X12Set, profile: X12Profile): boolean =>
  segments.some((segment) => segment.id === 'W12' && Object.hasOwn(profile.shortStatuses, segment.element(1)))
