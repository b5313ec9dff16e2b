/**
 * Our ids as X12 references: the id without its prefix, which has 21 characters where BEG03 takes 22. Deterministic and
 * reversible, so that a repeated order has the same number and an answer finds its request.
 */
import type { FulfillmentRequestId, OrderId } from '#core/model/ids.ts'
import type { Leaf, Rule } from '../engine/index.ts'
import { refuse, rulesFor } from '../engine/index.ts'
import type { Elements } from './tree.ts'

/** X12 data element 324, purchase order number: AN 1/22. */
const MAX_LENGTH = 22

/** `ful_065…` → `065…`; undefined when it is too long to be a reference. */
export function shortReference(id: string): string | undefined {
  const bare = id.slice(id.indexOf('_') + 1)
  return bare.length <= MAX_LENGTH ? bare : undefined
}

export function idOfReference(prefix: string, reference: string): string | undefined {
  return /^[0-9A-Za-z-]{1,22}$/.test(reference) ? `${prefix}_${reference}` : undefined
}

/** `requestOf` and `poNumberOf` replace the built-in numbering where a partner wants its own; undefined means unknown. */
export type PoNumbers = {
  requestOf?: (poNumber: string) => FulfillmentRequestId | undefined
  poNumberOf?: (requestId: FulfillmentRequestId) => string | undefined
}

/** BEG03, BAK03, PRF01 ↔ request id. A number we never gave out is refused: nothing can be booked on it. */
export const poNumber: Leaf<string, FulfillmentRequestId, PoNumbers> = {
  name: 'purchase order number',
  read: (raw, { requestOf }) => {
    const number = typeof raw === 'string' ? raw : ''
    const id = requestOf === undefined ? idOfReference('ful', number) : requestOf(number)
    if (id !== undefined) return id as FulfillmentRequestId
    return refuse({
      rule: 'must be a purchase order number that the hub gave out',
      cure: 'Ask the partner to echo the number of our 850.',
      code: 'x12.po-unknown',
      subject: number,
    })
  },
  write: (id, { poNumberOf }) => {
    const number = poNumberOf === undefined ? shortReference(id) : poNumberOf(id)
    return number ?? unwritable
  },
}

/** REF02 ↔ order id, by the same numbering. */
export const orderReference: Leaf<string, OrderId> = {
  name: 'order reference',
  read: (raw) =>
    (typeof raw === 'string' ? (idOfReference('ord', raw) as OrderId | undefined) : undefined) ?? unwritable,
  write: (id) => shortReference(id) ?? unwritable,
}

const unwritable = refuse({
  rule: 'must be an id of at most 22 characters after its prefix',
  cure: 'Configure purchase order numbers for this connection.',
  code: 'x12.reference',
})

/** REF VN, the supplier's own order number: no concern of ours, but carried from its answer into what we write of the order later. */
export function vendorOrder<Tree extends { REF?: Elements[] }, T, X>(): Rule<Tree, T, X> {
  const rules = rulesFor<{ REF?: Elements[] }, T, X>()
  const reference = rulesFor<Elements, T, X>()
  return rules.pick('REF', { '01': 'VN' }, [reference.carry('02')])
}
