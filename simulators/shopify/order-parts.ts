/** What an order carries beside its lines, as GraphQL shows it: money, postal addresses, the shipping line. */
import { formatDecimalMoney } from '#core/model/money.ts'
import { gid } from './ids.ts'
import type { OrderRecord, PostalAddress } from './records.ts'
import { answer, rowsOf } from './resolver-table.ts'

/** A `MoneyBag`. The shop sells in its own currency only, so both sides of it are the same. */
export function moneyBag(minor: number, currency: string): object {
  const money = answer({ amount: decimal(minor, currency), currencyCode: currency })
  return answer({ shopMoney: money, presentmentMoney: money })
}

/** `Decimal` as GraphQL writes it, unlike REST: no zeros at the end, but always one digit after the point (`279.8`, `10.0`). */
function decimal(minor: number, currency: string): string {
  const [whole, fraction = ''] = formatDecimalMoney(minor, currency).split('.')
  return `${whole}.${fraction.replace(/0+$/, '') || '0'}`
}

export const linesTotalMinor = (order: OrderRecord): number =>
  order.lines.reduce((sum, line) => sum + line.priceMinor * line.quantity, 0)

export const shippingTotalMinor = (order: OrderRecord): number =>
  order.shippingLines.reduce((sum, line) => sum + line.priceMinor, 0)

/** `Order.shippingLine`: the first one stands for all, with the price of all. */
export function shippingLine(order: OrderRecord): object | null {
  const [first] = order.shippingLines
  if (first === undefined) return null
  const { id, code, title } = first
  const price = moneyBag(shippingTotalMinor(order), order.currency)
  return answer({ id: gid('ShippingLine', id), code, title, originalPriceSet: price })
}

export const ADDRESS_ROWS = rowsOf<PostalAddress>('MailingAddress', {
  firstName: (address) => address.first_name ?? null,
  lastName: (address) => address.last_name ?? null,
  name: (address) => fullName(address) || null,
  company: (address) => address.company ?? null,
  address1: (address) => address.address1 ?? null,
  address2: (address) => address.address2 ?? null,
  city: (address) => address.city ?? null,
  province: (address) => address.province ?? null,
  provinceCode: (address) => address.province_code ?? null,
  zip: (address) => address.zip ?? null,
  country: (address) => address.country ?? null,
  countryCodeV2: (address) => address.country_code,
  phone: (address) => address.phone ?? null,
  latitude: (address) => address.latitude ?? null,
  longitude: (address) => address.longitude ?? null,
})

export const fullName = (address: PostalAddress): string =>
  [address.first_name, address.last_name].filter((part) => part !== undefined).join(' ')
