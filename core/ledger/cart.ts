/**
 * What a cart's reservation becomes when the cart says what it wants: units given back, units to claim and where. Pure. The same wish
 * twice changes nothing, so a retry is safe; a changed quantity moves only the difference.
 */
import { componentsOf, kitsFrom, type Kits } from './kits.ts'

export type CartLine = {
  sku: string
  quantity: number
  /** The node the units must lie at; absent: wherever they are. */
  nodeId?: string | undefined
}

/** Units that a cart holds now, one for each SKU of the ledger and node. */
export type HeldUnits = {
  reservationId: string
  /** The SKU of the ledger: a component, where the line is a kit. */
  sku: string
  nodeId: string
  quantity: number
  kit: string | null
  perUnit: number
  pinned: boolean
}

/** What can be had, moved on by each plan. `take` takes at most what is free, and returns how to put it back. */
export type StockView = {
  free: (sku: string, nodeId: string) => number
  take: (sku: string, nodeId: string, quantity: number) => () => void
}

export type CartClaim = {
  sku: string
  nodeId: string
  quantity: number
  kit: string | null
  perUnit: number
  pinned: boolean
  /** The reservation that grows; absent: a new one. */
  reservationId: string | undefined
}

export type CartPlan<H extends HeldUnits = HeldUnits> =
  | { kind: 'change'; releases: { held: H; quantity: number }[]; claims: CartClaim[] }
  /** What is missing, line by line; nothing is changed. */
  | { kind: 'insufficient'; lines: { sku: string; wanted: number; available: number }[] }

/** `nodeIds` are where the channel sells from. Units are kept together at as few nodes as possible. */
export function planCart<H extends HeldUnits>(
  lines: readonly CartLine[],
  held: readonly H[],
  nodeIds: readonly string[],
  kits: Kits,
  stock: StockView,
): CartPlan<H> {
  const wishes = new Map<string, Wish>()
  for (const line of lines) {
    const key = wishKey(line.sku, line.nodeId)
    const wish = wishes.get(key) ?? { sku: line.sku, nodeId: line.nodeId, quantity: 0 }
    wish.quantity += line.quantity
    wishes.set(key, wish)
  }
  const byWish = Map.groupBy(held, (each) => wishKey(each.kit ?? each.sku, each.pinned ? each.nodeId : undefined))
  const releases = [...byWish].flatMap(([key, units]) => releasesOf(units, wishes.get(key)?.quantity ?? 0))
  const claims: CartClaim[] = []
  const undo: (() => void)[] = []
  const missing: { sku: string; wanted: number; available: number }[] = []
  for (const [key, wish] of wishes) {
    const made = claimsOf(wish, byWish.get(key) ?? [], nodeIds, kits, stock)
    claims.push(...made.claims)
    undo.push(...made.undo)
    if (made.missing > 0)
      missing.push({ sku: wish.sku, wanted: wish.quantity, available: wish.quantity - made.missing })
  }
  if (missing.length === 0) return { kind: 'change', releases, claims }
  for (const back of undo.reverse()) back()
  return { kind: 'insufficient', lines: missing }
}

type Wish = { sku: string; nodeId: string | undefined; quantity: number }
const wishKey = (sku: string, nodeId: string | undefined): string => `${sku}\u001f${nodeId ?? ''}`

/** Units of the line by node. A kit's components at a node stand for as many kits as the first of them says. */
function unitsByNode(held: readonly HeldUnits[]): Map<string, number> {
  const units = new Map<string, number>()
  for (const each of held) if (!units.has(each.nodeId)) units.set(each.nodeId, each.quantity / each.perUnit)
  return units
}

/** What is held beyond the wish goes back, from the node that holds the least first, so that what stays stays together. */
function releasesOf<H extends HeldUnits>(held: readonly H[], wanted: number): { held: H; quantity: number }[] {
  const byNode = [...unitsByNode(held)].sort((a, b) => a[1] - b[1])
  let surplus = byNode.reduce((sum, [, units]) => sum + units, 0) - wanted
  return byNode.flatMap(([nodeId, units]) => {
    const back = Math.min(Math.max(0, surplus), units)
    surplus -= back
    if (back === 0) return []
    return held.filter((each) => each.nodeId === nodeId).map((each) => ({ held: each, quantity: back * each.perUnit }))
  })
}

function claimsOf(
  wish: Wish,
  held: readonly HeldUnits[],
  nodeIds: readonly string[],
  kits: Kits,
  stock: StockView,
): { claims: CartClaim[]; undo: (() => void)[]; missing: number } {
  const components = componentsOf(kits, wish.sku)
  const here = unitsByNode(held)
  let wanted = wish.quantity - [...here.values()].reduce((sum, units) => sum + units, 0)
  const claims: CartClaim[] = []
  const undo: (() => void)[] = []
  if (wanted <= 0) return { claims, undo, missing: 0 }
  const nodes = (wish.nodeId === undefined ? nodeIds : [wish.nodeId])
    .map((nodeId) => ({ nodeId, units: kitsFrom(components, (sku) => stock.free(sku, nodeId)) }))
    .filter((node) => node.units > 0)
  const whole = nodes.filter((node) => node.units >= wanted)
  // One node that has it all, best one where the cart already holds units; else the fullest nodes first.
  const order = (whole.length > 0 ? whole : nodes).sort(
    (a, b) =>
      Number(here.has(b.nodeId)) - Number(here.has(a.nodeId)) || b.units - a.units || (a.nodeId < b.nodeId ? -1 : 1),
  )
  for (const { nodeId, units } of order) {
    const taken = Math.min(units, wanted)
    if (taken === 0) break
    wanted -= taken
    for (const { sku, quantity } of components) {
      const known = held.find((each) => each.nodeId === nodeId && each.sku === sku)
      undo.push(stock.take(sku, nodeId, taken * quantity))
      claims.push({
        sku,
        nodeId,
        quantity: taken * quantity,
        kit: kits.has(wish.sku) ? wish.sku : null,
        perUnit: quantity,
        pinned: wish.nodeId !== undefined,
        reservationId: known?.reservationId,
      })
    }
  }
  return { claims, undo, missing: wanted }
}
