/** The steps that the two Shopify order shapes share: what takes several fields to decide. Values in, values or a refusal out. */
import type { ChannelId, NodeId, Sku } from '#core/model/ids.ts'
import type { OrderInput, OrderLineInput } from '#core/model/order.ts'
import type { GeoPosition } from '#core/model/party.ts'
import type { Instant } from '#core/model/time.ts'
import type { CrosswalkView, Refusal } from '../engine/index.ts'
import { decimalMoney, instant, isAbsent, isRefusal, refuse, wholeNumber } from '../engine/index.ts'
import { attributeOf, linePickup, PICKUP_LOCATION } from './order-context.ts'
import type { ShopifyOrderContext, ShopifyOrderScope } from './order-context.ts'

/** Line properties that promise a line: to be collected, or delivered, by an instant. */
export const PICKUP_BY = '_pickup_by'
export const DELIVER_BY = '_deliver_by'

export function channelOf({ channelId }: ShopifyOrderContext): { channelId: ChannelId } | Refusal {
  if (channelId !== undefined) return { channelId }
  return refuse({
    rule: 'the connection must name the channel it sells for',
    cure: 'Set the channel of this connection, then replay.',
    code: 'order.channel-missing',
    class: 'config',
  })
}

/** The SKU text decides; a line without one, or with one nobody knows, is looked up by its variant. */
export function skuOfLine(
  skuCode: unknown,
  variantId: unknown,
  { crosswalk }: { crosswalk: CrosswalkView },
): { sku: Sku } | Refusal {
  const codes = [...textCode(skuCode), ...gidForms(variantId, 'ProductVariant')]
  for (const code of codes) {
    const sku = crosswalk.skuOf(code)
    if (sku !== undefined) return { sku }
  }
  const [subject] = codes
  if (subject === undefined) {
    return refuse({
      rule: 'a line must have a SKU or a variant',
      cure: 'Give the product a SKU in Shopify, then replay the order.',
      code: 'order.sku-missing',
    })
  }
  return refuse({
    rule: 'must be a product code with a row in the crosswalk',
    cure: `Add a crosswalk row from ${subject} to a SKU, then replay.`,
    code: 'order.sku-unknown',
    class: 'crosswalk',
    subject,
  })
}

const textCode = (code: unknown): string[] => (typeof code === 'string' && code !== '' ? [code] : [])

/** Shopify writes one id as `123` (REST) and `gid://shopify/Kind/123` (GraphQL); a crosswalk may hold either. */
function gidForms(id: unknown, kind: string): string[] {
  if ((typeof id !== 'string' && typeof id !== 'number') || id === '') return []
  const bare = String(id).replace(/^gid:\/\/shopify\/\w+\//, '')
  return [bare, `gid://shopify/${kind}/${bare}`]
}

const atLeastOne = wholeNumber(1)

/** `quantity` is what was ordered, `current` what is left after order edits and refunds; absent means unchanged. */
export function unitsOf(
  quantity: unknown,
  current: unknown,
): { quantity: number; cancelledQuantity: number } | Refusal {
  const ordered = atLeastOne.read(quantity, undefined)
  if (isRefusal(ordered)) return ordered
  if (isAbsent(current)) return { quantity: ordered, cancelledQuantity: 0 }
  const left = wholeNumber(0, ordered).read(current, undefined)
  return isRefusal(left) ? left : { quantity: ordered, cancelledQuantity: ordered - left }
}

type Handover = { method: 'ship' | 'pickup'; nodeId?: NodeId; promisedBy?: Instant }

/** A line's own pickup property wins over the order's, so that one order can mix pickup and shipping. */
export function handoverOf(properties: unknown, scope: ShopifyOrderScope): Handover | Refusal {
  const location = linePickup(properties) ?? scope.pickup?.location
  const promised = attributeOf(properties, location === undefined ? DELIVER_BY : PICKUP_BY)
  const promisedBy = isAbsent(promised) ? undefined : instant.read(promised, undefined)
  if (isRefusal(promisedBy)) return promisedBy
  const node = location === undefined || location === '' ? {} : nodeOfLocation(location, scope)
  if (isRefusal(node)) return node
  return {
    method: location === undefined ? 'ship' : 'pickup',
    ...node,
    ...(promisedBy === undefined ? {} : { promisedBy }),
  }
}

function nodeOfLocation(location: string, { crosswalk }: ShopifyOrderScope): { nodeId: NodeId } | Refusal {
  for (const code of gidForms(location, 'Location')) {
    const nodeId = crosswalk.nodeOf(code)
    if (nodeId !== undefined) return { nodeId }
  }
  return refuse({
    rule: 'must be a pickup location with a row in the crosswalk',
    cure: `Add a crosswalk row from location ${location} to a node, then replay.`,
    code: 'order.node-unknown',
    class: 'crosswalk',
    subject: location,
  })
}

/** Back to line properties. Shopify has no word for a shipping node chosen by the channel, nor for drop-ship. */
export function propertiesOf(
  line: Pick<Partial<OrderLineInput>, 'method' | 'nodeId' | 'promisedBy'>,
  { crosswalk }: ShopifyOrderScope,
): { name: string; value: string }[] | Refusal {
  const { method = 'ship', nodeId, promisedBy } = line
  const promise = (name: string) => (promisedBy === undefined ? [] : [{ name, value: promisedBy }])
  if (method === 'ship' && nodeId === undefined) return promise(DELIVER_BY)
  const location = nodeId === undefined ? '' : crosswalk.partnerNodeOf(nodeId)
  if (method !== 'pickup' || location === undefined) {
    return refuse({
      rule: 'a Shopify line is shipped from anywhere, or picked up at a location with a row in the crosswalk',
      cure: 'Take the node off the line, or add the crosswalk row of the location.',
      code: 'order.handover-unwritable',
    })
  }
  return [{ name: PICKUP_LOCATION, value: location }, ...promise(PICKUP_BY)]
}

/**
 * Money not yet seen keeps goods back: `pending` waits for the payment, `voided` and `expired` lost it. All other states,
 * `authorized` among them, are free to be fulfilled: most merchants capture when they ship.
 */
const UNPAID = new Set(['pending', 'voided', 'expired'])
const REASON = 'Shopify financial status '

export function holdsOf(financialStatus: unknown): OrderInput['holds'] {
  const status = typeof financialStatus === 'string' ? financialStatus.toLowerCase() : ''
  return UNPAID.has(status) ? [{ kind: 'payment', reason: REASON + status }] : []
}

export function financialStatusOf(holds: OrderInput['holds'] = []): string {
  const held = holds.find((hold) => hold.kind === 'payment' && hold.reason.startsWith(REASON))
  return held?.reason.slice(REASON.length) ?? 'paid'
}

/** Both or neither: half a position is none. The JSON reader may hand decimals on as text. */
export function positionOf(latitude: unknown, longitude: unknown): { position?: GeoPosition } {
  const [north, east] = [degrees(latitude, 90), degrees(longitude, 180)]
  return north === undefined || east === undefined ? {} : { position: { latitude: north, longitude: east } }
}

function degrees(raw: unknown, limit: number): number | undefined {
  const value = typeof raw === 'string' && raw !== '' ? Number(raw) : raw
  return typeof value === 'number' && Math.abs(value) <= limit ? value : undefined
}

/** Sums of decimal amounts, as discounts and taxes of a line are listed; nothing listed is nothing said. */
export function sumOf(amounts: readonly unknown[], scope: { currency: string }): number | undefined | Refusal {
  let sum: number | undefined
  for (const amount of amounts) {
    const minor = decimalMoney.read(amount, scope)
    if (isRefusal(minor)) return minor
    sum = (sum ?? 0) + minor
  }
  return sum
}
