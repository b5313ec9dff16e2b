/** When what one node sends to another is ready there. */
import type { Node } from '../model/node.ts'
import { nextHandOver } from './handover.ts'

/** On the way for the lane's days, each of them an open day of the receiving node; ready there by closing time. Infinity: no lane. */
export function transferMs(from: Node | undefined, to: Node, handOverMs: number): number {
  const lane = from?.transfers?.find((each) => each.to === to.id)
  if (lane === undefined || handOverMs === Number.POSITIVE_INFINITY) return Number.POSITIVE_INFINITY
  return nextHandOver(to.calendar, lane.transitDays, handOverMs)?.atMs ?? Number.POSITIVE_INFINITY
}
