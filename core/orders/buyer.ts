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
