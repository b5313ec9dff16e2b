/**
 * 940 warehouse shipping order: what a 3PL is told. The hub writes it; a 940 has no prices and no hub order, so reading one gives no
 * whole instruction, and the way in is not offered.
 */
import { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { defineMap, nodeLookup, rulesFor, text, wholeNumberText } from '../engine/index.ts'
import { documentScope, x12Document } from './document.ts'
import type { DocumentMap, DocumentScope } from './document.ts'
import { skuRule } from './kit.ts'
import { addressRules } from './party-loop.ts'
import type { PartyLoop } from './party-loop.ts'
import { poNumber } from './po-number.ts'
import type { X12Profile } from './profile.ts'
import { dateOf } from './times.ts'
import type { Elements, Shape } from './tree.ts'

const SHAPE: Shape = {
  W05: 'one',
  N1: { N1: 'one', N2: 'one', N3: 'many', N4: 'one', PER: 'many' },
  N9: 'many',
  G62: 'many',
  W66: 'one',
  LX: { LX: 'one', W01: 'one', G69: 'one', N9: 'many' },
  W76: 'one',
}
type Item = { LX: Elements; W01: Elements; G69?: Elements }
type Tree = {
  W05: Elements
  parties: { ST?: PartyLoop; WH?: PartyLoop }
  G62?: Elements[]
  W66: Elements
  LX: Item[]
  W76: Elements
}
type Line = FulfillmentInstruction['lines'][number]

const head = rulesFor<Tree, FulfillmentInstruction, DocumentScope>()
const line = rulesFor<Item, Line, DocumentScope>()
const optional = { optional: true }

const map = (profile: X12Profile): DocumentMap<Tree, FulfillmentInstruction> =>
  defineMap({
    name: 'x12 940',
    version: '1',
    scope: documentScope<FulfillmentInstruction>(profile),
    rules: [
      head.fixed('W05.01', profile.newOrderStatus),
      head.field('W05.02', 'requestId', poNumber),
      head.field('W05.03', 'orderNumber', text(22)),
      head.one('parties.ST', 'shipTo', addressRules<DocumentScope>(), optional),
      head.fixed('parties.WH.N1.03', profile.nodeQualifier, { checked: false }),
      head.field('parties.WH.N1.04', 'nodeId', nodeLookup('x12')),
      head.derive({
        name: 'ship from the day of the order, deliver by',
        reads: ['G62'],
        writes: ['placedAt', 'neededBy'],
        forward: () => ({}),
        back: ({ placedAt, neededBy }) => ({
          G62: [
            ...(placedAt === undefined ? [] : [{ '01': '10', '02': dateOf(placedAt) }]),
            ...(neededBy === undefined ? [] : [{ '01': '02', '02': dateOf(neededBy) }]),
          ],
        }),
      }),
      // Prepaid by the depositor; M motor, the usual word for parcels.
      head.fixed('W66.01', 'PP', { checked: false }),
      head.fixed('W66.02', 'M', { checked: false }),
      head.field('W66.05', 'shippingService', text(35), optional),
      head.each('LX', 'lines', [
        line.field('LX.01', 'lineNo', wholeNumberText(1, 999_999)),
        line.field('W01.01', 'quantity', wholeNumberText(1)),
        line.fixed('W01.02', profile.unit, { checked: false }),
        skuRule<Item, Line>('W01', 4, profile, true),
        line.field('G69.01', 'name', text(45), optional),
      ]),
      head.derive({
        name: 'units in all',
        reads: ['W76.01'],
        writes: ['lines'],
        forward: () => ({}),
        back: ({ lines = [] }) => ({ 'W76.01': String(lines.reduce((sum, each) => sum + each.quantity, 0)) }),
      }),
    ],
  })

export const warehouse940 = x12Document({
  set: '940',
  functionalId: 'OW',
  summary: 'Warehouse shipping order: a fulfillment instruction for a 3PL.',
  kind: 'fulfillmentInstruction',
  schema: FulfillmentInstruction,
  shape: SHAPE,
  map,
})
