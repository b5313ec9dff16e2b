/** 856 ship notice to a retailer: one shipment of one order, carton by carton (S-O-P-I). The hub writes it. */
import { type Issue, parsed } from '#core/issue.ts'
import { type ChannelPackage, ChannelShipment, packagesOf } from '#core/model/channel-shipment.ts'
import { defineMap, refusedWhole, rulesFor, runBack, text, wholeNumberText } from '../../engine/index.ts'
import { documentScope } from '../document.ts'
import type { DocumentMap, DocumentScope, X12Document } from '../document.ts'
import { segmentsOfNotice } from '../levels.ts'
import type { LevelTree, NoticeTree, PackTree } from '../levels.ts'
import type { X12Profile } from '../profile.ts'
import { dateOf, timeOf } from '../times.ts'
import type { Elements } from '../tree.ts'
import { pairsAt, vendorReference } from './kit.ts'

type Packed = ChannelShipment & { packages: ChannelPackage[] }
type Line = ChannelPackage['lines'][number]

const head = rulesFor<NoticeTree, Packed, DocumentScope>()
const pack = rulesFor<PackTree, ChannelPackage, DocumentScope>()
const item = rulesFor<LevelTree, Line, DocumentScope>()
const PAIRS = ['LIN.02', 'LIN.03', 'LIN.04', 'LIN.05'] as const
const SHIPPED = '011'

const map = (profile: X12Profile): DocumentMap<NoticeTree, Packed> =>
  defineMap({
    name: 'x12 856 to a retailer',
    version: '1',
    scope: documentScope<Packed>(profile),
    rules: [
      head.fixed('BSN.01', '00', { checked: false }),
      head.field('BSN.02', 'shipmentId', text(30)),
      head.derive({
        name: 'time of shipping',
        reads: ['BSN.03', 'BSN.04', 'shipment.DTM'],
        writes: ['shippedAt'],
        forward: () => ({}),
        back: ({ shippedAt }): Record<string, string | Elements[]> => {
          if (shippedAt === undefined) return {}
          const [date, time] = [dateOf(shippedAt), timeOf(shippedAt)]
          return {
            'BSN.03': date,
            'BSN.04': time,
            'shipment.DTM': [{ '01': SHIPPED, '02': date, '03': time, '04': 'UT' }],
          }
        },
      }),
      head.fixed('BSN.05', '0001', { checked: false }),
      head.derive({
        name: 'carrier and tracking numbers of the whole',
        reads: ['shipment.TD5', 'shipment.REF'],
        writes: ['carrier', 'trackingNumbers'],
        forward: () => ({}),
        back: ({ carrier, trackingNumbers = [] }) => ({
          ...(carrier === undefined
            ? {}
            : { 'shipment.TD5': [{ '01': 'B', '02': '2', '03': carrier.slice(0, CARRIER_MAX) }] }),
          'shipment.REF': trackingNumbers.map((number) => ({ '01': CARRIER_REFERENCE, '02': number })),
        }),
      }),
      head.field('order.PRF.01', 'externalOrderId', text(22)),
      head.derive({
        name: 'our number at the retailer',
        reads: ['order.REF'],
        writes: ['lines'],
        forward: () => ({}),
        back: () => ({ 'order.REF': vendorReference(profile) }),
      }),
      head.each('packs', 'packages', [
        pack.derive({
          name: 'marks and weight of the carton',
          reads: ['MAN', 'TD1'],
          writes: ['containerCode', 'trackingNumber', 'weightGrams'],
          forward: () => ({}),
          back: ({ containerCode, trackingNumber, weightGrams }) => ({
            MAN: [
              ...(containerCode === undefined
                ? []
                : [{ '01': profile.cartonQualifiers[0] ?? '', '02': containerCode }]),
              ...(trackingNumber === undefined
                ? []
                : [{ '01': profile.trackingQualifiers[0] ?? '', '02': trackingNumber }]),
            ],
            ...(weightGrams === undefined ? {} : { TD1: [{ '06': 'G', '07': String(weightGrams), '08': 'GR' }] }),
          }),
        }),
        pack.each('items', 'lines', [
          item.field('LIN.01', 'externalLineId', text(20)),
          item.derive({
            name: 'product codes by qualifier',
            reads: PAIRS,
            writes: ['sku'],
            forward: () => ({}),
            back: ({ sku }, scope) => (sku === undefined ? {} : pairsAt('LIN', 2, sku, profile, scope)),
          }),
          item.field('SN1.02', 'quantity', wholeNumberText(1)),
          item.fixed('SN1.03', profile.unit, { checked: false }),
        ]),
      ]),
    ],
  })

/** REF01 of the carrier's number; TD503 holds 80 characters in 004010, and 17 at most retailers. */
const CARRIER_REFERENCE = 'CN'
const CARRIER_MAX = 17

const ONLY_WRITTEN: Issue = {
  code: 'x12.set-type',
  class: 'config',
  place: { path: 'ST-01' },
  rule: 'must not be an 856: a retailer is told of shipments and tells of none',
  value: '856',
  cure: 'Read it with the map "x12 856" if a supplier sent it.',
}

const compiled = new WeakMap<X12Profile, DocumentMap<NoticeTree, Packed>>()
function mapOf(profile: X12Profile): DocumentMap<NoticeTree, Packed> {
  const known = compiled.get(profile) ?? map(profile)
  compiled.set(profile, known)
  return known
}

export const retailerShipment856: X12Document = {
  set: '856',
  name: '856 to a retailer',
  functionalId: 'SH',
  summary: 'Ship notice to a retailer: what left for its order, carton by carton.',
  kind: 'channelShipment',
  schema: ChannelShipment,
  map: mapOf as unknown as X12Document['map'],
  treesOf: () => [],
  read: (set) => refusedWhole(`ST ${set.header.controlNumber}`, [ONLY_WRITTEN]),
  write: (value, context, profile) => {
    const shipment = value as ChannelShipment
    const result = runBack(mapOf(profile), { ...shipment, packages: packagesOf(shipment) }, context, context.carried)
    return result.ok ? parsed(segmentsOfNotice(result.document)) : result
  },
}
