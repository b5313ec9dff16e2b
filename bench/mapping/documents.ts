/** The documents of the mapping bench: an order of so many lines, the same mapping as a JSONata expression, and a file of 850s. */
import type { ChannelId, NodeId, Sku } from '#core/model/ids.ts'
import type { RestOrder } from '#mappings/shopify/order.ts'

export const context = {
  channelId: 'web' as ChannelId,
  crosswalk: {
    version: '1',
    skuOf: (code: string) => code as Sku,
    partnerSkuOf: (sku: Sku) => sku as string,
    nodeOf: (code: string) => code.toLowerCase() as NodeId,
    partnerNodeOf: (nodeId: NodeId) => nodeId as string,
    code: () => undefined,
    partnerCode: () => undefined,
  },
}

export function orderOf(lines: number): RestOrder {
  const address = {
    name: 'Ada Byron',
    address1: '12 Mill Road',
    city: 'Springfield',
    province_code: 'IL',
    zip: '01234',
    country_code: 'US',
    phone: '+1 217 555 0100',
  }
  return {
    admin_graphql_api_id: 'gid://shopify/Order/1001',
    name: '#1001',
    created_at: '2026-11-22T09:15:02Z',
    updated_at: '2026-11-22T09:15:02Z',
    currency: 'EUR',
    current_total_price: '149.90',
    financial_status: 'paid',
    shipping_lines: [{ code: 'STD', title: 'Standard shipping' }],
    shipping_address: address,
    billing_address: address,
    line_items: Array.from({ length: lines }, (_, i) => ({
      admin_graphql_api_id: `gid://shopify/LineItem/${i}`,
      sku: `SKU-${i}`,
      name: 'Limited sneaker red 42',
      quantity: (i % 9) + 1,
      price: '149.90',
      requires_shipping: true,
    })),
  }
}

/** What the field map does, as far as JSONata can say it: no places, no refusals, money by arithmetic. */
export const EXPRESSION = `{
  "channelId": "web",
  "externalId": admin_graphql_api_id,
  "number": name,
  "revisedAt": updated_at,
  "placedAt": created_at,
  "currency": currency,
  "totalMinor": $round($number(current_total_price) * 100),
  "holds": financial_status in ["pending", "voided"] ? [{ "kind": "payment", "reason": financial_status }] : [],
  "shippingService": shipping_lines[0].title,
  "shipTo": shipping_address.{ "name": name, "line1": address1, "city": city, "region": province_code, "postcode": zip, "country": country_code, "phone": phone },
  "billTo": billing_address.{ "name": name, "line1": address1, "city": city, "region": province_code, "postcode": zip, "country": country_code, "phone": phone },
  "lines": [line_items[requires_shipping].{
    "externalId": admin_graphql_api_id,
    "sku": sku,
    "name": name,
    "quantity": quantity,
    "cancelledQuantity": 0,
    "unitPriceMinor": $round($number(price) * 100),
    "method": "ship"
  }]
}`

export function purchaseOrders(bytes: number): Uint8Array {
  const sets: string[] = []
  for (let size = 0, i = 1; size < bytes; i += 1) {
    const number = String(i).padStart(9, '0')
    const body = [
      `ST*850*${number}~`,
      `BEG*00*DS*0190a7c2${number}**20261122~`,
      'CUR*BY*USD~',
      `REF*CO*#${number}~`,
      `REF*OQ*0190a7${number}~`,
      'DTM*004*20261122*091502*UT~',
      'TD5*****Standard shipping~',
      'N1*ST*Ada Byron~',
      'N3*12 Mill Road*Flat 3~',
      'N4*Springfield*IL*62701*US~',
      'PER*IC**TE*+1 217 555 0100~',
      'N1*SF**92*NORD-1~',
      ...Array.from(
        { length: 10 },
        (_, line) =>
          `PO1*${line + 1}*2*EA*149.90*PE*VN*N-LTD-${line}*SK*SKU-${line}~\nPID*F****Limited sneaker red 42~`,
      ),
      'CTT*10~',
    ]
    const segments = 13 + 20
    sets.push(`${body.join('\n')}\nSE*${segments + 1}*${number}~\n`)
    size += sets.at(-1)?.length ?? 0
  }
  return Buffer.from(
    `ISA*00*          *00*          *ZZ*CROSSDOCK      *ZZ*NORDSUPPLY     *261122*1015*U*00401*000000042*0*T*>~\nGS*PO*CROSSDOCK*NORDSUPPLY*20261122*1015*7*X*004010~\n${sets.join('')}GE*${sets.length}*7~\nIEA*1*000000042~\n`,
  )
}
