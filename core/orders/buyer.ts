/** Who bought, as one comparable word: the e-mail address, else the telephone number. Unknown: undefined. */
import type { Address } from '../model/party.ts'

type Addresses = { shipTo?: Address | undefined; billTo?: Address | undefined }

export function buyerOf({ shipTo, billTo }: Addresses): string | undefined {
  const email = billTo?.email ?? shipTo?.email
  if (email !== undefined && email.trim() !== '') return email.trim().toLowerCase()
  const phone = (billTo?.phone ?? shipTo?.phone ?? '').replaceAll(/[^\d+]/g, '')
  return phone === '' ? undefined : phone
}

/** Two writings of one place: case, accents, spaces and punctuation do not make another address. Names are not compared. */
export const samePlace = (a: Address, b: Address): boolean => placeOf(a) === placeOf(b)

const placeOf = ({ line1, line2, city, postcode, country }: Address): string =>
  [line1, line2, city, postcode, country]
    .map((part) =>
      (part ?? '')
        .normalize('NFKD')
        .toLowerCase()
        .replaceAll(/[^\p{L}\p{N}]/gu, ''),
    )
    .join('|')

/** Orders with the same one may leave in one parcel: who bought, who receives, where, and by what service. Undefined: nobody knows. */
export function parcelOf(order: Addresses & { shippingService?: string | undefined }): string | undefined {
  const buyer = buyerOf(order)
  const { shipTo } = order
  if (buyer === undefined || shipTo === undefined) return undefined
  const person = `${shipTo.name ?? ''}|${shipTo.company ?? ''}`.trim().toLowerCase()
  return [buyer, person, placeOf(shipTo), order.shippingService ?? ''].join('\u001f')
}
