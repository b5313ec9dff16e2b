/**
 * DESADV to a retailer: one shipment of one order, package by package, each with its SSCC, its tracking number and its weight. CPS 1 is
 * the shipment; what lies in it names it in 7166. The hub writes it.
 */
import { type ChannelPackage, ChannelShipment, packagesOf } from '#core/model/channel-shipment.ts'
import type { Carried, Elements } from '../../engine/index.ts'
import { defineMap, isRefusal, nodeLookup, refuse, rulesFor, text } from '../../engine/index.ts'
import { edifactDocument } from '../document.ts'
import type { EdifactDocument, MessageMap, MessageScope } from '../document.ts'
import { dtmOf, isGs1, partyOf } from '../kit.ts'
import type { EdifactProfile } from '../profile.ts'
import { productRules, retailerScope } from './kit.ts'
import { tradersRules } from './parties.ts'
import { SHAPE, withNames, withoutNames } from './tree.ts'
import type { RetailerLine, RetailerTree } from './tree.ts'

type Carton = {
  CPS: Elements
  PAC?: { PAC: Elements; MEA?: Elements[]; PCI?: { PCI: Elements; RFF?: Elements; GIN?: Elements }[] }[]
  LIN?: RetailerLine[]
}
/** `tracking`: numbers that are of no package alone. */
type Tree = RetailerTree & { CPS: Carton[]; tracking?: Elements[] }
type Packed = ChannelShipment & { packages: ChannelPackage[]; lines: ChannelPackage['lines'] }
type Line = ChannelPackage['lines'][number]

const head = rulesFor<Tree, Packed, MessageScope>()
const day = rulesFor<Elements, Packed, MessageScope>()
const carton = rulesFor<Carton, ChannelPackage, MessageScope>()
const line = rulesFor<RetailerLine, Line, MessageScope>()

const DESADV_SHAPE = {
  BGM: 'one',
  DTM: 'many',
  RFF: SHAPE.RFF,
  NAD: SHAPE.NAD,
  TDT: 'one',
  CPS: {
    CPS: 'one',
    PAC: { PAC: 'one', MEA: 'many', PCI: { PCI: 'one', RFF: 'one', GIN: 'one' } },
    LIN: { LIN: 'one', PIA: 'many', QTY: 'many', RFF: SHAPE.LIN.RFF },
  },
} as const

const dated = (
  qualifier: string,
  at: (shipment: Partial<Packed>, scope: MessageScope) => Packed['shippedAt'] | undefined,
) =>
  head.pick('DTM', { '0101': qualifier }, [
    day.derive({
      name: `date ${qualifier}`,
      reads: ['0102', '0103'],
      writes: ['shippedAt'],
      forward: () => ({}),
      back: (shipment, scope) => {
        const moment = at(shipment, scope)
        return moment === undefined ? {} : dtmOf(moment)
      },
    }),
  ])

/** A DESADV has ten references, and the order is one of them. */
const MOST_REFERENCES = 9
/** 1154 and 7402 hold 35 characters. */
const MARK_MAX = 35

const map = (profile: EdifactProfile): MessageMap<Packed, Tree> =>
  defineMap({
    name: 'edifact desadv to a retailer',
    version: '1',
    scope: retailerScope<Packed>(profile),
    rules: [
      head.fixed('BGM.0101', '351', { checked: false }),
      head.field('BGM.0201', 'shipmentId', text(35)),
      head.fixed('BGM.0301', '9', { checked: false }),
      dated('137', (_shipment, { receivedAt }) => receivedAt),
      dated('11', ({ shippedAt }) => shippedAt),
      head.field('references.ON.RFF.0102', 'externalOrderId', text(35)),
      ...tradersRules<Tree, Packed, MessageScope>(profile),
      head.derive({
        name: 'place that it left, where the retailer has a name for it',
        reads: ['parties.place'],
        writes: ['nodeId'],
        forward: () => ({}),
        back: ({ nodeId }, scope) => {
          const code = nodeId === undefined ? undefined : nodeLookup('edifact').write(nodeId, scope)
          return code === undefined || isRefusal(code) ? {} : { 'parties.place': { NAD: partyOf('SF', code) } }
        },
      }),
      head.derive({
        name: 'carrier',
        reads: ['TDT.0101', 'TDT.0504'],
        writes: ['carrier'],
        forward: () => ({}),
        back: ({ carrier }) =>
          carrier === undefined ? {} : { 'TDT.0101': '20', 'TDT.0504': carrier.slice(0, MARK_MAX) },
      }),
      head.derive({
        name: 'tracking numbers of the whole, where the node did not say which is of which package',
        reads: ['tracking'],
        writes: ['trackingNumbers', 'packages'],
        forward: () => ({}),
        back: ({ trackingNumbers = [], packages = [] }) => ({
          tracking: trackingNumbers
            .filter((number) => packages.every(({ trackingNumber }) => trackingNumber !== number))
            .slice(0, MOST_REFERENCES)
            .map((number) => ({ '0101': 'CN', '0102': number.slice(0, MARK_MAX) })),
        }),
      }),
      head.each('CPS', 'packages', [
        carton.derive({
          name: 'marks and weight of the package',
          reads: ['PAC'],
          writes: ['containerCode', 'trackingNumber', 'weightGrams'],
          forward: () => ({}),
          back: ({ containerCode, trackingNumber, weightGrams }) => {
            if ((containerCode?.length ?? 0) > MARK_MAX || (trackingNumber?.length ?? 0) > MARK_MAX) return LONG_MARK
            const tracking = trackingNumber === undefined ? {} : { RFF: { '0101': 'CN', '0102': trackingNumber } }
            const sscc = containerCode === undefined ? {} : { GIN: ginOf(containerCode) }
            return {
              PAC: [
                {
                  // One carton.
                  PAC: { '0101': '1', '0301': 'CT' },
                  ...(weightGrams === undefined ? {} : { MEA: [weightOf(weightGrams)] }),
                  ...(trackingNumber === undefined && containerCode === undefined
                    ? {}
                    : { PCI: [{ PCI: { '0101': '33E' }, ...tracking, ...sscc }] }),
                },
              ],
            }
          },
        }),
        carton.each(
          'LIN',
          'lines',
          [
            line.derive({
              name: 'line of the order; lines of the message are numbered on their own',
              reads: ['RFF'],
              writes: ['externalLineId'],
              forward: () => ({}),
              back: ({ externalLineId = '' }) =>
                externalLineId.length > LINE_MAX
                  ? LONG_LINE
                  : { RFF: [{ RFF: { '0101': 'ON', '0103': externalLineId } }] },
            }),
            ...productRules<Line>(profile),
            line.derive({
              name: 'units that left',
              reads: ['QTY'],
              writes: ['quantity'],
              forward: () => ({}),
              back: ({ quantity = 0 }) => ({ QTY: [{ '0101': '12', '0102': String(quantity) }] }),
            }),
          ],
          { key: 'externalLineId' },
        ),
      ]),
    ],
  })

/** 1156. */
const LINE_MAX = 6
const LONG_LINE = refuse({
  rule: 'must be at most 6 characters',
  cure: 'Tell the retailer by hand: it gave no such line number.',
  code: 'map.text',
})
const LONG_MARK = refuse({ rule: 'must be at most 35 characters', cure: 'Shorten the mark.', code: 'map.text' })

/** 7405: BJ for an SSCC, else BN, a serial number as it stands on the package. */
const ginOf = (code: string): Elements => ({
  '0101': /^\d{18}$/.test(code) && isGs1(code) ? 'BJ' : 'BN',
  '0201': code,
})

/** Physical dimension, gross weight, in grams. */
const weightOf = (grams: number): Elements => ({
  '0101': 'PD',
  '0201': 'AAB',
  '0301': 'GRM',
  '0302': String(grams),
})

/** Levels and lines are numbered; the shipment is level 1. */
function numbered(tree: Tree, profile: EdifactProfile): Tree {
  const order = tree.references?.['ON']?.RFF['0102'] ?? ''
  let lines = 0
  const cartons = (tree.CPS ?? []).map((each, at): Carton => ({
    ...each,
    CPS: { '0101': String(at + 2), '0201': '1' },
    LIN: (each.LIN ?? []).map((one): RetailerLine => {
      lines += 1
      const RFF = one.RFF?.map((reference) => ({ RFF: { '0101': 'ON', '0102': order, ...reference.RFF } }))
      return { ...one, LIN: { '0101': String(lines), ...one.LIN }, ...(RFF === undefined ? {} : { RFF }) }
    }),
  }))
  const named = withoutNames(tree, profile)
  const references = [...(named.RFF ?? []), ...(tree.tracking ?? []).map((RFF) => ({ RFF }))]
  return { ...named, RFF: references, CPS: [{ CPS: { '0101': '1' } }, ...cartons] }
}

const written = edifactDocument<Packed, Tree>({
  type: 'DESADV',
  name: 'DESADV to a retailer',
  summary: 'Dispatch advice to a retailer: what left for its order, package by package.',
  kind: 'channelShipment',
  schema: ChannelShipment as never,
  shape: DESADV_SHAPE,
  map,
  toRead: withNames,
  toWrite: numbered,
})

export const retailerDispatch: EdifactDocument = {
  ...written,
  write: (value, { carried, ...context }, profile) => {
    const shipment = value as ChannelShipment
    const packages = packagesOf(shipment)
    const echoed = carried === undefined ? {} : { carried: inPackages(carried, packages.length) }
    return written.write({ ...shipment, packages }, { ...context, ...echoed }, profile)
  },
}

/** What the order carried of its lines stands at the same lines of each package. */
function inPackages(carried: Carried, packages: number): Carried {
  const { lines, ...lists } = carried.lists ?? {}
  if (lines === undefined) return carried
  const each = Object.fromEntries(Array.from({ length: packages }, (_, at) => [String(at), { lists: { lines } }]))
  return { ...carried, lists: { ...lists, packages: each } }
}
