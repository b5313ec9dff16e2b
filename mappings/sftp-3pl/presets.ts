/**
 * Published layouts, as far as they are known. DSFX (DropStream, PackageBee): the order file's head columns are those of the vendor's base
 * sample up to the billing address, and its detail columns; the tails and the columns of shipments and stock are not published, so a
 * connection adds them. 35up: orders and shipments are complete.
 */
import type { z } from 'zod'
import type { Profile } from './profile.ts'

export type ProfileInput = z.input<typeof Profile>

const address = (prefix: string): Record<string, string | { set: string; optional: true }> => ({
  [`${prefix} Name`]: 'shipTo.name',
  [`${prefix} Address1`]: 'shipTo.line1',
  [`${prefix} Address2`]: 'shipTo.line2',
  [`${prefix} City`]: 'shipTo.city',
  [`${prefix} State`]: 'shipTo.region',
  [`${prefix} Zip`]: 'shipTo.postcode',
})

export const PRESETS = {
  dsfx: {
    header: false,
    quote: 'all',
    orders: {
      file: 'ord_{order}_{time}.csv',
      head: {
        Record: { value: 'PH' },
        ClientOrderNumber: 'requestId',
        CustomerPO: 'orderNumber',
        CustomerEmail: 'shipTo.email',
        ...address('ShipTo'),
        ShipToCountry: 'shipTo.country',
        Attention: 'shipTo.company',
        Phone: 'shipTo.phone',
        ...address('BillTo'),
        BillToCountry: 'shipTo.country',
        ShipMethod: 'shippingService',
      },
      line: {
        Record: { value: 'PD' },
        OrderNumber: 'requestId',
        LineNumber: 'lineNo',
        SKU: 'sku',
        Quantity: 'quantity',
        UnitPrice: 'unitPriceMinor',
      },
    },
  },
  '35up': {
    orders: {
      file: 'orders_{time}_{number}.csv',
      perFile: 100,
      line: {
        order_id: 'requestId',
        item_id: 'lineId',
        item_sku: 'sku',
        item_qty: 'quantity',
        shipping_first_name: 'shipTo.firstName',
        shipping_last_name: 'shipTo.lastName',
        shipping_company: 'shipTo.company',
        shipping_extra: 'shipTo.line2',
        shipping_street_name: { value: '' },
        shipping_street_number: { value: '' },
        shipping_street_line: 'shipTo.line1',
        shipping_city: 'shipTo.city',
        shipping_state: 'shipTo.region',
        shipping_country_code: 'shipTo.country',
        shipping_postcode: 'shipTo.postcode',
      },
    },
    shipments: {
      files: 'shipments*.csv',
      columns: {
        shipment_id: 'externalId',
        order_id: 'requestId',
        item_id: 'lineId',
        shipped_qty: 'quantity',
        shipped_at: { set: 'shippedAt', as: { date: 'unix' } },
        shipping_provider: 'carrier',
        shipping_method: 'service',
        tracking_code: 'trackingNumber',
        tracking_url: 'trackingUrl',
      },
    },
  },
} as const satisfies Record<string, ProfileInput>

export type PresetName = keyof typeof PRESETS
