/** What the ERP decides about a request: pure, so that a seed replays it. */
import { chance } from '../kit/chance.ts'
import type { RejectReason } from '#core/model/fulfillment.ts'

/** Reasons of a refusal that has nothing to do with stock. */
const WHOLE_REFUSALS: readonly RejectReason[] = ['capacity', 'closed', 'undeliverable']

export type LineToAnswer = {
  requested: number
  /** Free units at the node; undefined where it does not know the product. */
  free: number | undefined
}

export type LineAnswer = { accepted: number; rejected: number; reason?: RejectReason }

/** Accepts what is free and rejects the rest; `refusal` refuses it whatever is free. */
export function answerLine(line: LineToAnswer, refusal: RejectReason | undefined): LineAnswer {
  const { requested, free } = line
  if (refusal !== undefined) return { accepted: 0, rejected: requested, reason: refusal }
  if (free === undefined) return { accepted: 0, rejected: requested, reason: 'ineligibleProduct' }
  const accepted = Math.min(requested, free)
  if (accepted === requested) return { accepted, rejected: 0 }
  return { accepted, rejected: requested - accepted, reason: 'outOfStock' }
}

/** The reason of a whole refusal, or undefined for the usual case: no refusal. */
export function drawRefusal(random: () => number, rejectShare: number): RejectReason | undefined {
  if (!chance(random, rejectShare)) return undefined
  return WHOLE_REFUSALS[Math.floor(random() * WHOLE_REFUSALS.length)]
}

/** Index of the line of which one unit is not found, or undefined when all are. Only fully accepted requests are cut short. */
export function drawShortPick(
  random: () => number,
  shortPickShare: number,
  lines: readonly { requested: number; accepted: number }[],
): number | undefined {
  if (!chance(random, shortPickShare)) return undefined
  if (lines.some((line) => line.accepted < line.requested)) return undefined
  return Math.floor(random() * lines.length)
}

/** Fills packages line by line, none with more than `unitsPerPackage` units. */
export function pack(
  lines: readonly { lineNo: number; quantity: number }[],
  unitsPerPackage: number,
): { lineNo: number; quantity: number }[][] {
  const packages: { lineNo: number; quantity: number }[][] = []
  let room = 0
  for (const line of lines) {
    let left = line.quantity
    while (left > 0) {
      if (room === 0) {
        packages.push([])
        room = unitsPerPackage
      }
      const quantity = Math.min(left, room)
      packages.at(-1)?.push({ lineNo: line.lineNo, quantity })
      left -= quantity
      room -= quantity
    }
  }
  return packages
}
