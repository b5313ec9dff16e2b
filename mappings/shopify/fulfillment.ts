/**
 * What left a node, in the parts that `fulfillmentCreate` needs. Fulfillment order ids are not among them: they change with every
 * move and split, so the connector reads them fresh and matches by line item (partners.md part 1).
 */
import type { ChannelShipment } from '#core/model/channel-shipment.ts'
import type { NodeId } from '#core/model/ids.ts'
import type { BackResult, FieldMap, Leaf, WithCrosswalk } from '../engine/index.ts'
import { defineMap, nodeLookup, rulesFor, runBack, text, wholeNumber } from '../engine/index.ts'

/** FulfillmentTrackingInput of 2026-10; lists even for one parcel. */
export type TrackingInfo = { company?: string; numbers?: string[]; urls?: string[] }

export type FulfillmentParts = {
  orderId: string
  /** Shopify's location of the node: all fulfillment orders of one fulfillment must be there. */
  locationId: string
  lines: { lineItemId: string; quantity: number }[]
  trackingInfo?: TrackingInfo
}

/** Carrier codes (SCAC and our short names) → the names Shopify knows, spelled exactly: only these get a tracking link. */
export const SHOPIFY_CARRIERS: Readonly<Record<string, string>> = {
  UPSN: 'UPS',
  UPSM: 'UPS',
  UPG: 'UPS',
  ups: 'UPS',
  FDEG: 'FedEx',
  FDEN: 'FedEx',
  FDXG: 'FedEx',
  fedex: 'FedEx',
  USPS: 'USPS',
  usps: 'USPS',
  DHLC: 'DHL Express',
  DHLE: 'DHL Express',
  dhl: 'DHL Express',
  DPDC: 'DPD',
  dpd: 'DPD',
  gls: 'GLS',
  colissimo: 'Colissimo',
  chronopost: 'Chronopost',
  evri: 'Evri',
  CNPC: 'Canada Post',
  ONTC: 'OnTrac',
  PRLA: 'Purolator',
}

const line = rulesFor<FulfillmentParts['lines'][number], ChannelShipment['lines'][number], WithCrosswalk>()
const head = rulesFor<FulfillmentParts, ChannelShipment, WithCrosswalk>()
const location: Leaf<string, NodeId, WithCrosswalk> = nodeLookup('fulfillment')

/** Run back only. Reading it forward gives what Shopify kept: no shipment id, no time, no SKU (the coverage test names them). */
export const fulfillmentMap: FieldMap<FulfillmentParts, ChannelShipment, WithCrosswalk, WithCrosswalk> = defineMap({
  name: 'shopify fulfillment',
  version: '1',
  scope: { forward: (_parts, context) => context, back: (_shipment, context) => context },
  rules: [
    head.field('orderId', 'externalOrderId', text(200)),
    head.field('locationId', 'nodeId', location),
    head.each('lines', 'lines', [
      line.field('lineItemId', 'externalLineId', text(200)),
      line.field('quantity', 'quantity', wholeNumber(1)),
    ]),
    head.derive({
      name: 'tracking',
      reads: ['trackingInfo'],
      writes: ['carrier', 'trackingNumbers', 'trackingUrls'],
      forward: ({ trackingInfo }) => {
        const { company, numbers = [], urls = [] } = (trackingInfo ?? {}) as TrackingInfo
        return { ...(company === undefined ? {} : { carrier: company }), trackingNumbers: numbers, trackingUrls: urls }
      },
      back: ({ carrier, trackingNumbers = [], trackingUrls = [] }, scope) =>
        trackingNumbers.length === 0 && trackingUrls.length === 0
          ? {}
          : {
              trackingInfo: {
                ...(carrier === undefined ? {} : { company: companyOf(carrier, scope) }),
                ...(trackingNumbers.length === 0 ? {} : { numbers: trackingNumbers }),
                ...(trackingUrls.length === 0 ? {} : { urls: trackingUrls }),
              },
            },
    }),
  ],
})

/** A name Shopify does not know is passed on: it is shown to the customer, only without a link. */
function companyOf(carrier: string, { crosswalk }: WithCrosswalk): string {
  const own = Object.hasOwn(SHOPIFY_CARRIERS, carrier) ? SHOPIFY_CARRIERS[carrier] : undefined
  return crosswalk.code('carrier', carrier) ?? own ?? carrier
}

/** Issues: `fulfillment.node-unknown` when the node has no Shopify location. */
export function fulfillmentParts(shipment: ChannelShipment, context: WithCrosswalk): BackResult<FulfillmentParts> {
  return runBack(fulfillmentMap, shipment, context)
}
