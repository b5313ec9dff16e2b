/**
 * What nodes have taken on, counted in packages by slot: a day of hand-over, and an hour of being sent to the node. A slot is
 * named `berlin-store/2026-11-25` or `berlin-store/2026-11-25T14`, in the node's own time.
 */
import type { Node } from '../model/node.ts'
import { nextHandOver } from './handover.ts'
import { dateText, localDay, localHour } from './local-days.ts'

/** Packages taken on in a slot. */
export type CapacityUsed = (slot: string) => number

export const NO_CAPACITY_USED: CapacityUsed = () => 0

export const daySlot = (node: Node, handOverMs: number): string =>
  `${node.id}/${dateText(localDay(handOverMs, node.calendar.timeZone))}`

export function hourSlot(node: Node, sentMs: number): string {
  const { timeZone } = node.calendar
  return `${node.id}/${dateText(localDay(sentMs, timeZone))}T${String(localHour(sentMs, timeZone)).padStart(2, '0')}`
}

export type SlotClaim = { slot: string; nodeId: string; limit: number }

/** The slots that one package takes a place in; none at a node without limits. */
export function slotsOf(node: Node, handOverMs: number, sentMs: number): SlotClaim[] {
  const { packagesPerDay, packagesPerHour } = node.capacity ?? {}
  const nodeId = node.id
  return [
    ...(packagesPerDay === undefined ? [] : [{ slot: daySlot(node, handOverMs), nodeId, limit: packagesPerDay }]),
    ...(packagesPerHour === undefined ? [] : [{ slot: hourSlot(node, sentMs), nodeId, limit: packagesPerHour }]),
  ]
}

/**
 * How many places for packages a node with `packagesPerDay` has in a time of this length, if all of it were like the time until the end of its
 * next day with room. What is left of a day is weighed beside the rest of that day alone, for a place that nobody took is lost. Not whole;
 * undefined for a node without such a limit.
 */
export function placesPerHorizon(
  node: Node,
  fromMs: number,
  horizonMs: number,
  used: CapacityUsed,
): number | undefined {
  const { calendar, processingDays, capacity } = node
  const perDay = capacity?.packagesPerDay
  if (perDay === undefined || perDay === 0) return perDay
  let left = 0
  let slot = ''
  let endMs = fromMs
  let next = nextHandOver(calendar, processingDays, fromMs)
  // A day may have several cut-offs: its last one ends it.
  while (next !== undefined && (left === 0 || daySlot(node, next.atMs) === slot)) {
    slot = daySlot(node, next.atMs)
    left = Math.max(0, perDay - used(slot))
    endMs = next.cutOffMs
    next = nextHandOver(calendar, processingDays, endMs + 1)
  }
  return (left * horizonMs) / Math.max(1, endMs - fromMs)
}

/**
 * The first hand-over with room for a package; work waits for at most the node's backlog of open days. Undefined when there
 * is none.
 */
export function handOverWithRoom(
  node: Node,
  handOverMs: number,
  arrivesMs: number,
  used: CapacityUsed,
): number | undefined {
  const { packagesPerDay, packagesPerHour, backlogDays = 0 } = node.capacity ?? {}
  if (packagesPerHour !== undefined && used(hourSlot(node, arrivesMs)) >= packagesPerHour) return undefined
  if (packagesPerDay === undefined) return handOverMs
  const { calendar, processingDays } = node
  let next = nextHandOver(calendar, processingDays, arrivesMs)
  let day = ''
  for (let days = -1; next !== undefined; next = nextHandOver(calendar, processingDays, next.cutOffMs + 1)) {
    const slot = daySlot(node, next.atMs)
    if (slot === day) continue
    day = slot
    if (++days > backlogDays) return undefined
    if (used(slot) < packagesPerDay) return next.atMs
  }
  return undefined
}
