/**
 * Ring-fenced units: what a position holds for one segment of channels. A claim draws on its own segment's fence first, then on what
 * nobody fenced, and last on fences that their segment declared open to it. Nothing else ever touches a fence.
 */
import { type Segment, UNSEGMENTED } from '../model/stock-policy.ts'

/** A position while claims are decided one after the other. `take` moves it on. */
export type FencedPosition = {
  available: number
  safetyStock: number
  /** Units still fenced, by segment. */
  fences: Map<string, number>
}

export type FenceDraw = { segment: string; quantity: number }

/** True when the claimant may draw on the fence of `segment`. */
function mayDraw(segment: string, claimant: string | undefined, segments: readonly Segment[]): boolean {
  if (segment === claimant) return true
  const open = segments.find((each) => each.id === segment)?.openTo ?? []
  return open.includes(claimant ?? UNSEGMENTED)
}

/** Units that the claimant may take. Below zero when more is held back than there is. */
export function freeFor(position: FencedPosition, claimant: string | undefined, segments: readonly Segment[]): number {
  let free = position.available - position.safetyStock
  for (const [segment, quantity] of position.fences) if (!mayDraw(segment, claimant, segments)) free -= quantity
  return free
}

/** Takes the units out of the position, or takes nothing and returns undefined when the claimant may not have so many. */
export function take(
  position: FencedPosition,
  claimant: string | undefined,
  quantity: number,
  segments: readonly Segment[],
): FenceDraw[] | undefined {
  if (freeFor(position, claimant, segments) < quantity) return undefined
  const fenced = [...position.fences.values()].reduce((sum, each) => sum + each, 0)
  const unfenced = Math.max(0, position.available - position.safetyStock - fenced)
  const draws: FenceDraw[] = []
  let wanted = quantity
  const draw = (segment: string, most: number): void => {
    const drawn = Math.min(wanted, most, position.fences.get(segment) ?? 0)
    if (drawn <= 0) return
    draws.push({ segment, quantity: drawn })
    position.fences.set(segment, (position.fences.get(segment) ?? 0) - drawn)
    wanted -= drawn
  }
  if (claimant !== undefined) draw(claimant, wanted)
  wanted -= Math.min(wanted, unfenced)
  for (const segment of position.fences.keys())
    if (segment !== claimant && mayDraw(segment, claimant, segments)) draw(segment, wanted)
  position.available -= quantity
  return draws
}
