/** SAP's spellings as leaves. */
import type { FulfillmentRequestId, OrderId } from '#core/model/ids.ts'
import { parseInstant } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import type { Address } from '#core/model/party.ts'
import type { Leaf, Refusal } from '../engine/index.ts'
import { countryCode, isRefusal, refuse, wholeNumberText } from '../engine/index.ts'

const NOT_A_TIME = refuse({
  rule: 'must be a date CCYYMMDD, with a time HHMMSS',
  cure: 'Send the date as SAP has it.',
  code: 'idoc.date',
})

/** Date and time of two fields; times are UTC. */
export function instantOf(date: unknown, time: unknown): Instant | Refusal {
  const day = /^(\d{4})(\d{2})(\d{2})$/.exec(typeof date === 'string' ? date : '')
  const clock = /^(\d{2})(\d{2})(\d{2})$/.exec(typeof time === 'string' && time !== '' ? time : '000000')
  if (day === null || clock === null) return NOT_A_TIME
  return parseInstant(`${day[1]}-${day[2]}-${day[3]}T${clock[1]}:${clock[2]}:${clock[3]}Z`) ?? NOT_A_TIME
}

export const dateText = (at: Instant): string => at.slice(0, 10).replaceAll('-', '')
export const timeText = (at: Instant): string => at.slice(11, 19).replaceAll(':', '')

/** POSEX and POSNR are six digits with leading zeros: `000010` is line 10. */
export const position: Leaf<string, number> = {
  name: 'item number',
  read: (raw, scope) =>
    wholeNumberText(1, 999_999).read(typeof raw === 'string' ? raw.replace(/^0+(?=\d)/, '') : raw, scope),
  write: (value) => String(value).padStart(6, '0'),
}

function bareId<Id extends string>(prefix: string): Leaf<string, Id> {
  const wrong = refuse({
    rule: 'must be a number that the hub gave out, of at most 35 characters',
    cure: 'Have SAP echo the purchase order number of our ORDERS05.',
    code: 'idoc.order-unknown',
  })
  return {
    name: 'number the hub gave out',
    read: (raw) => (typeof raw === 'string' && /^[0-9A-Za-z-]{1,35}$/.test(raw) ? (`${prefix}_${raw}` as Id) : wrong),
    write: (id) => (/^[0-9A-Za-z-]{1,35}$/.test(id.slice(prefix.length + 1)) ? id.slice(prefix.length + 1) : wrong),
  }
}
export const requestNumber = bareId<FulfillmentRequestId>('ful')
export const orderNumber = bareId<OrderId>('ord')

/** SAP's field → the part of the address it holds, and how many characters it has. */
export type AddressFields = {
  readonly [field: string]: readonly [part: keyof Omit<Address, 'position'>, length: number]
}

/** The ship-to address of a party segment; nothing where it names no country. */
export function readAddress(
  fields: AddressFields,
  values: { [field: string]: unknown },
): { shipTo?: Address } | Refusal {
  const parts = Object.entries(fields).flatMap(([field, [part]]) =>
    typeof values[field] === 'string' ? [[part, values[field]] as const] : [],
  )
  const [field, country] = countryOf(fields, values)
  if (country === undefined) return {}
  const code = countryCode.read(country, undefined)
  if (isRefusal(code)) return refuse({ ...code.detail, field })
  return { shipTo: { line1: '', city: '', ...Object.fromEntries(parts), country: code } }
}

function countryOf(fields: AddressFields, values: { [field: string]: unknown }): [field: string, country: unknown] {
  const [field = ''] = Object.entries(fields).find(([, [part]]) => part === 'country') ?? []
  return [field, typeof values[field] === 'string' ? values[field] : undefined]
}

/** The other way; a part that is too long for its field is refused. */
export function writeAddress(fields: AddressFields, to: Address | undefined): { [field: string]: string } | Refusal {
  if (to === undefined) return {}
  const long = Object.entries(fields).find(([, [part, length]]) => (to[part]?.length ?? 0) > length)
  if (long !== undefined)
    return refuse({
      rule: `must fit ${long[0]}, which has ${long[1][1]} characters`,
      cure: 'Shorten this part of the address.',
      code: 'map.text',
      field: 'shipTo',
    })
  return Object.fromEntries(
    Object.entries(fields).flatMap(([field, [part]]) => {
      const value = to[part]
      return value === undefined || value === '' ? [] : [[field, value]]
    }),
  )
}
