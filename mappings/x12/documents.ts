/** Every X12 document that the hub can read or write. `x12Maps` (sets.ts) has the three that have structures of their own. */
import { FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import { adjustment947 } from './adjustment-947.ts'
import { advice824 } from './advice-824.ts'
import { answerMap, SHAPE_855 } from './answer-855.ts'
import { answer865, change860 } from './change-860.ts'
import type { X12Document } from './document.ts'
import { invoice810 } from './invoice-810.ts'
import { noticesOf } from './levels.ts'
import { orderMap, SHAPE_850 } from './order-850.ts'
import { withParties } from './party-loop.ts'
import type { X12Profile } from './profile.ts'
import { advice943, receipt944 } from './receipt-944.ts'
import { remittance820 } from './remittance-820.ts'
import { retailerAnswer855 } from './retailer/answer-855.ts'
import { retailerAnswer865 } from './retailer/answer-865.ts'
import { retailerChange860 } from './retailer/change-860.ts'
import { retailerChange865 } from './retailer/change-865.ts'
import { retailerOrder850 } from './retailer/order-850.ts'
import { retailerReturn180 } from './retailer/return-180.ts'
import { retailerShipment856 } from './retailer/shipment-856.ts'
import { return180 } from './return-180.ts'
import { x12Maps } from './sets.ts'
import type { X12Maps } from './sets.ts'
import { shipmentMap } from './shipment-856.ts'
import { shipped945 } from './shipped-945.ts'
import { status870 } from './status-870.ts'
import { stock846 } from './stock-846.ts'
import { treeOf } from './tree.ts'
import type { SetTree } from './tree.ts'
import { warehouse940 } from './warehouse-940.ts'

const compiled = new WeakMap<X12Profile, X12Maps>()
const mapsOf = (profile: X12Profile): X12Maps => {
  const known = compiled.get(profile) ?? x12Maps(profile)
  compiled.set(profile, known)
  return known
}

export const order850: X12Document = {
  set: '850',
  name: '850',
  functionalId: 'PO',
  summary: 'Purchase order: a fulfillment instruction for a supplier.',
  kind: 'fulfillmentInstruction',
  schema: FulfillmentInstruction,
  map: orderMap as unknown as X12Document['map'],
  treesOf: (set) => [withoutLoops(withParties(treeOf(set.segments, SHAPE_850)))],
  read: (set, context, profile) => mapsOf(profile).readOrder(set, context),
  write: (value, context, profile) => mapsOf(profile).writeOrder(value as FulfillmentInstruction, context),
}

const answer855: X12Document = {
  set: '855',
  name: '855',
  functionalId: 'PR',
  summary: 'Purchase order acknowledgment: a supplier’s answer by line.',
  kind: 'fulfillmentResponse',
  schema: FulfillmentResponse,
  map: answerMap as unknown as X12Document['map'],
  treesOf: (set) => [treeOf(set.segments, SHAPE_855)],
  read: (set, context, profile) => mapsOf(profile).readAnswer(set, { ...context, answeredAt: context.receivedAt }),
  write: (value, context, profile) => mapsOf(profile).writeAnswer(value as FulfillmentResponse, context),
}

const shipment856: X12Document = {
  set: '856',
  name: '856',
  functionalId: 'SH',
  summary: 'Ship notice: what left a supplier, by carton.',
  kind: 'shipment',
  schema: ShipmentNotice,
  map: shipmentMap as unknown as X12Document['map'],
  treesOf: (set) => noticesOf(set.segments).notices,
  read: (set, context, profile) => mapsOf(profile).readShipment(set, context),
  write: (value, context, profile) => mapsOf(profile).writeShipment(value as ShipmentNotice, context),
}

/** The loops stand under `parties`, where the map finds them. */
const withoutLoops = ({ N1: _loops, ...tree }: SetTree): SetTree => tree

export const X12_DOCUMENTS: readonly X12Document[] = [
  order850,
  answer855,
  shipment856,
  stock846,
  change860,
  answer865,
  status870,
  invoice810,
  return180,
  warehouse940,
  shipped945,
  advice943,
  receipt944,
  adjustment947,
  remittance820,
  advice824,
  retailerOrder850,
  retailerChange860,
  retailerAnswer855,
  retailerShipment856,
  retailerChange865,
  retailerAnswer865,
  retailerReturn180,
]

/** The first of a set is what the hub trades with suppliers and warehouses. */
export const documentOf = (set: string): X12Document | undefined =>
  X12_DOCUMENTS.find((document) => document.set === set)
