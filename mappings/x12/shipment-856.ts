/** 856 ship notice, 004010 ↔ shipment notices, one for each purchase order in it. */
import type { TrackingNumber } from '#core/model/ids.ts'
import type { Package, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { FieldMap } from '../engine/index.ts'
import { defineMap, isAbsent, isRefusal, refuse, rulesFor, text, wholeNumberText } from '../engine/index.ts'
import type { LevelTree, NoticeTree, PackTree } from './levels.ts'
import { poNumber } from './po-number.ts'
import type { PoNumbers } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import { dateOf, instantOf, timeOf } from './times.ts'
import type { Elements } from './tree.ts'

/** References of the shipment and the order stand for packs that name no tracking number of their own. */
type Scope = PoNumbers & { outer: Elements[] }

const item = rulesFor<LevelTree, Package['lines'][number], Scope>()
const pack = rulesFor<PackTree, Package, Scope>()
const head = rulesFor<NoticeTree, ShipmentNotice, Scope>()
const dated = rulesFor<Elements, ShipmentNotice, Scope>()
const SHIPPED = '011'

export function shipmentMap(profile: X12Profile): FieldMap<NoticeTree, ShipmentNotice, PoNumbers, Scope> {
  return defineMap({
    name: 'x12 856',
    version: '1',
    scope: {
      forward: ({ shipment, order }, context) => ({ ...context, outer: [...marksOf(order), ...marksOf(shipment)] }),
      back: (_notice, context) => ({ ...context, outer: [] }),
    },
    rules: [
      head.fixed('BSN.01', '00', { checked: false }),
      head.field('BSN.02', 'externalId', text(30)),
      head.derive({
        name: 'time of the notice',
        reads: ['BSN.03', 'BSN.04'],
        writes: ['shippedAt'],
        forward: ({ 'BSN.03': day, 'BSN.04': time }) => {
          const shippedAt = instantOf(day, time)
          return isRefusal(shippedAt) ? shippedAt : { shippedAt }
        },
        back: ({ shippedAt }) =>
          shippedAt === undefined ? {} : { 'BSN.03': dateOf(shippedAt), 'BSN.04': timeOf(shippedAt) },
      }),
      head.fixed('BSN.05', '0001', { checked: false }),
      // The shipment's own date says more than the notice's, and so stands after it.
      head.pick('shipment.DTM', { '01': SHIPPED }, [
        dated.derive({
          name: 'time of shipping',
          reads: ['02', '03', '04'],
          writes: ['shippedAt'],
          forward: ({ '02': day, '03': time, '04': zone }) => {
            if (day === undefined) return {}
            const shippedAt = instantOf(day, validTime(time), zone)
            return isRefusal(shippedAt) ? shippedAt : { shippedAt }
          },
          back: ({ shippedAt }) =>
            shippedAt === undefined ? {} : { '02': dateOf(shippedAt), '03': timeOf(shippedAt), '04': 'UT' },
        }),
      ]),
      head.derive({
        name: 'carrier (TD502 2: SCAC) and routing',
        reads: ['shipment.TD5'],
        writes: ['carrier', 'service'],
        forward: ({ 'shipment.TD5': segments }) => {
          const [td5] = (Array.isArray(segments) ? segments : []) as Elements[]
          const { '03': carrier, '05': service } = td5 ?? {}
          return {
            ...(carrier === undefined ? {} : { carrier: carrier.slice(0, 50) }),
            ...(service === undefined ? {} : { service: service.slice(0, 100) }),
          }
        },
        back: ({ carrier, service }) => {
          const td5: Elements = {
            ...(carrier === undefined ? {} : { '02': '2', '03': carrier }),
            ...(service === undefined ? {} : { '05': service.slice(0, 35) }),
          }
          return Object.keys(td5).length === 0 ? {} : { 'shipment.TD5': [td5] }
        },
      }),
      head.field('order.PRF.01', 'requestId', poNumber),
      head.each('packs', 'packages', packRules(profile), { minimum: 1 }),
    ],
  })
}

/** Times such as `16002600` end in hundredths; a time that is none is dropped, because the date already says enough. */
const validTime = (time: unknown): string | undefined =>
  typeof time === 'string' && /^([01]\d|2[0-3])[0-5]\d([0-5]\d(\d\d)?)?$/.test(time) ? time : undefined

const packRules = (profile: X12Profile) => [
  pack.derive({
    name: 'marks of the carton',
    reads: ['MAN', 'REF'],
    writes: ['trackingNumber', 'containerCode'],
    forward: ({ MAN, REF }, { outer }) => {
      const own = marksOf({ MAN, REF } as LevelTree)
      const tracking = markOf(own, profile.trackingQualifiers) ?? markOf(outer, profile.trackingQualifiers)
      const carton = markOf(own, profile.cartonQualifiers)
      return {
        ...(tracking === undefined ? {} : { trackingNumber: tracking as TrackingNumber }),
        ...(carton === undefined ? {} : { containerCode: carton }),
      }
    },
    back: ({ trackingNumber, containerCode }) => {
      const marks = [
        ...(containerCode === undefined ? [] : [{ '01': profile.cartonQualifiers[0] ?? '', '02': containerCode }]),
        ...(trackingNumber === undefined ? [] : [{ '01': profile.trackingQualifiers[0] ?? '', '02': trackingNumber }]),
      ]
      return marks.length === 0 ? {} : { MAN: marks }
    },
  }),
  pack.derive({
    name: 'gross weight',
    reads: ['TD1'],
    writes: ['weightGrams'],
    forward: ({ TD1 }) => {
      const [td1] = (Array.isArray(TD1) ? TD1 : []) as Elements[]
      const weightGrams = gramsOf(td1?.['07'], td1?.['08'])
      return weightGrams === undefined ? {} : { weightGrams }
    },
    back: ({ weightGrams }) =>
      weightGrams === undefined ? {} : { TD1: [{ '06': 'G', '07': String(weightGrams), '08': 'GR' }] },
  }),
  pack.each(
    'items',
    'lines',
    [
      item.derive({
        name: 'line number as the 850 gave it',
        reads: ['LIN.01', 'SN1.01'],
        writes: ['lineNo'],
        forward: ({ 'LIN.01': line, 'SN1.01': fallback }) => {
          const raw = isAbsent(line) ? fallback : line
          const lineNo = isAbsent(raw) ? NO_LINE : wholeNumberText(1).read(raw, undefined)
          return isRefusal(lineNo) ? lineNo : { lineNo }
        },
        back: ({ lineNo }) => (lineNo === undefined ? {} : { 'LIN.01': String(lineNo), 'SN1.01': String(lineNo) }),
      }),
      item.field('SN1.02', 'quantity', wholeNumberText(1)),
      item.fixed('SN1.03', profile.unit, { checked: false }),
    ],
    { minimum: 1 },
  ),
]

const NO_LINE = refuse({
  rule: 'must be the line number of our PO101',
  cure: 'Echo PO101 of the 850 in LIN01 or SN101.',
  code: 'x12.line-missing',
})

/** Qualifier and value of MAN (a second pair may stand in MAN04/05) and REF, as elements 01 and 02. */
function marksOf({ MAN, REF }: LevelTree): Elements[] {
  const marks = Array.isArray(MAN) ? MAN : []
  const second = marks.flatMap((man) => (man['04'] === undefined ? [] : [{ '01': man['04'], '02': man['05'] ?? '' }]))
  return [...marks, ...second, ...(Array.isArray(REF) ? REF : [])]
}

const markOf = (marks: Elements[], qualifiers: string[]): string | undefined => {
  for (const qualifier of qualifiers) {
    const found = marks.find((mark) => mark['01'] === qualifier)?.['02']
    if (found !== undefined && found !== '') return found.slice(0, 200)
  }
  return undefined
}

/** X12 units of weight (element 355), in grams. Weights are told for information: an unreadable one is left out. */
const GRAMS: Record<string, number> = { GR: 1, KG: 1000, LB: 453.592_37, OZ: 28.349_523_125 }

function gramsOf(value: string | undefined, unit: string | undefined): number | undefined {
  const factor = unit !== undefined && Object.hasOwn(GRAMS, unit) ? GRAMS[unit] : undefined
  if (factor === undefined || value === undefined || !/^\d{0,9}(\.\d{1,6})?$/.test(value) || value === '')
    return undefined
  return Math.round(Number(value) * factor)
}
