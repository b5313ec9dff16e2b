/** Tracking numbers and links of a fulfillment. */
import type { TrackingRecord } from './records.ts'

export type TrackingInput = {
  company?: string | null
  number?: string | null
  numbers?: string[] | null
  url?: string | null
  urls?: string[] | null
}

/** Carriers of Shopify's list whose links it builds itself; the name must match to the letter, or there is no link. */
const TRACKING_PAGES: Record<string, string> = {
  'DHL Express': 'https://www.dhl.com/en/express/tracking.html?AWB=',
  FedEx: 'https://www.fedex.com/fedextrack/?trknbr=',
  UPS: 'https://www.ups.com/WebTracking?trackNums=',
  USPS: 'https://tools.usps.com/go/TrackConfirmAction?tLabels=',
}

export function trackingRecords(input: TrackingInput | null | undefined): TrackingRecord[] {
  const company = input?.company ?? null
  const numbers = input?.numbers ?? (input?.number == null ? [] : [input.number])
  const urls = input?.urls ?? (input?.url == null ? [] : [input.url])
  const count = Math.max(numbers.length, urls.length, company === null ? 0 : 1)
  return Array.from({ length: count }, (_, index) => {
    const number = numbers[index] ?? null
    return { company, number, url: urls[index] ?? builtUrl(company, number) }
  })
}

function builtUrl(company: string | null, number: string | null): string | null {
  const page = company === null ? undefined : TRACKING_PAGES[company]
  return page === undefined || number === null ? null : page + encodeURIComponent(number)
}
