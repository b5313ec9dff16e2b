/** 945 warehouse shipping advice ↔ shipment notice: a 3PL's truth on what left. Short lines are those that ship less than asked. */
import { ShipmentNotice } from '#core/model/fulfillment.ts'
import type { Package } from '#core/model/fulfillment.ts'
import type { TrackingNumber } from '#core/model/ids.ts'
import { defineMap, isAbsent, isRefusal, refuse, rulesFor, text, wholeNumberText } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { poNumber } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import { dateOf, instantOf, timeOf } from './times.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = {
  W06: 'one',
  N9: 'many',
  G62: 'many',
  W27: 'one',
  LX: { LX: 'one', MAN: 'many', W12: { W12: 'one', N9: 'many' } },
  W03: 'one',
}
type Item = { W12: Elements; N9?: Elements[] }
type Carton = { LX: Elements; MAN?: Elements[]; W12: Item[] }
type Tree = { W06: Elements; G62?: Elements[]; W27?: Elements; LX: Carton[]; W03?: Elements }

const head = rulesFor<Tree, ShipmentNotice, DocumentScope>()
const carton = rulesFor<Carton, Package, DocumentScope>()
const item = rulesFor<Item, Package['lines'][number], DocumentScope>()
const optional = { optional: true }

const map = (profile: X12Profile): DocumentMap<Tree, ShipmentNotice> =>
  defineMap({
    name: 'x12 945',
    version: '1',
    scope: documentScope<ShipmentNotice>(profile),
    rules: [
      head.fixed('W06.01', 'F', { checked: false }),
      head.field('W06.02', 'requestId', poNumber),
      head.field('W06.04', 'externalId', text(30)),
      head.derive({
        name: 'day, and time of shipping where G62 11 has one',
        reads: ['W06.03', 'G62'],
        writes: ['shippedAt'],
        forward: ({ 'W06.03': day, G62 }) => {
          const dates = (Array.isArray(G62) ? G62 : []) as Elements[]
          const shipped = dates.find((one) => one['01'] === '11')
          const shippedAt = instantOf(shipped?.['02'] ?? day, shipped?.['04'])
          return isRefusal(shippedAt) ? shippedAt : { shippedAt }
        },
        back: ({ shippedAt }) =>
          shippedAt === undefined
            ? {}
            : {
                'W06.03': dateOf(shippedAt),
                G62: [{ '01': '11', '02': dateOf(shippedAt), '03': 'W', '04': timeOf(shippedAt) }],
              },
      }),
      head.fixed('W27.01', 'M', { checked: false }),
      head.field('W27.02', 'carrier', text(50), optional),
      head.field('W27.03', 'service', text(35), optional),
      head.each(
        'LX',
        'packages',
        [
          carton.derive({
            name: 'marks of the carton',
            reads: ['MAN', 'LX.01'],
            writes: ['trackingNumber', 'containerCode'],
            forward: ({ MAN }) => {
              const marks = (Array.isArray(MAN) ? MAN : []) as Elements[]
              const of = (qualifiers: string[]): string | undefined =>
                marks.find((mark) => qualifiers.includes(mark['01'] ?? ''))?.['02']
              const [tracking, container] = [of(profile.trackingQualifiers), of(profile.cartonQualifiers)]
              return {
                ...(tracking === undefined ? {} : { trackingNumber: tracking.slice(0, 200) as TrackingNumber }),
                ...(container === undefined ? {} : { containerCode: container.slice(0, 50) }),
              }
            },
            back: ({ trackingNumber, containerCode }) => ({
              'LX.01': '1',
              MAN: [
                ...(containerCode === undefined
                  ? []
                  : [{ '01': profile.cartonQualifiers[0] ?? '', '02': containerCode }]),
                ...(trackingNumber === undefined
                  ? []
                  : [{ '01': profile.trackingQualifiers[0] ?? '', '02': trackingNumber }]),
              ],
            }),
          }),
          carton.each(
            'W12',
            'lines',
            [
              item.fixed('W12.01', 'CC', { checked: false }),
              item.field('W12.03', 'quantity', wholeNumberText(1)),
              item.fixed('W12.05', profile.unit, { checked: false }),
              item.derive({
                name: 'line number of the 940 (N9 LI)',
                reads: ['N9'],
                writes: ['lineNo'],
                forward: ({ N9 }) => {
                  const raw = ((Array.isArray(N9) ? N9 : []) as Elements[]).find((one) => one['01'] === 'LI')?.['02']
                  const lineNo = isAbsent(raw) ? NO_LINE : wholeNumberText(1).read(raw, undefined)
                  return isRefusal(lineNo) ? lineNo : { lineNo }
                },
                back: ({ lineNo }) => ({ N9: [{ '01': 'LI', '02': String(lineNo) }] }),
              }),
            ],
            { minimum: 1, where: { path: 'W12.01', is: profile.shippedStatuses } },
          ),
        ],
        { minimum: 1 },
      ),
    ],
  })

const NO_LINE = refuse({
  rule: 'must echo the line number of our 940 in N9*LI',
  cure: 'Ask the warehouse to echo LX01 of the 940 in N9*LI behind each W12.',
  code: 'x12.line-missing',
})

export const shipped945 = x12Document({
  set: '945',
  functionalId: 'SW',
  summary: 'Warehouse shipping advice: what left a 3PL.',
  kind: 'shipment',
  schema: ShipmentNotice,
  shape: SHAPE,
  map,
  // A line of which nothing left is no part of the shipment, and a carton of such lines is none.
  toRead: (tree) => ({
    ...tree,
    LX: (tree.LX ?? [])
      .map((each) => ({ ...each, W12: (each.W12 ?? []).filter(({ W12 }) => Number(W12['03'] ?? 0) !== 0) }))
      .filter((each) => each.W12.length > 0),
  }),
  toWrite: (tree) => ({
    ...tree,
    LX: tree.LX.map((each, i) => ({ ...each, LX: { '01': String(i + 1) } })),
  }),
})
