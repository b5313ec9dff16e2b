/** Stock reports (846) that hold more lines than one set may: several sets, each whole. */
import { splitFeed } from '../edi/split.ts'
import type { WritableElement, WritableGroup, WritableSet } from './writable.ts'

/** LIN may stand so often in one 846. */
export const MAX_846_LINES = 10_000

/** The group with its 846s split; sets of other kinds stay. New sets are numbered on from the highest number of the group. */
export function splitStockReports(group: WritableGroup, maxLines = MAX_846_LINES): WritableGroup {
  const used = group.sets.map(({ header }) => Number(header.controlNumber)).filter(Number.isInteger)
  let next = Math.max(0, ...used)
  const sets = group.sets.flatMap((set): WritableSet[] => {
    if (set.header.id !== '846') return [set]
    const parts = splitFeed<WritableElement>(set.segments, {
      item: 'LIN',
      tail: ['CTT'],
      maxItems: maxLines,
      maxSegments: Number.POSITIVE_INFINITY,
      // CTT02 is a hash total over the whole feed: it holds for no part.
      recount: ([id], items) => [id, String(items)],
    })
    return parts.map((segments, index): WritableSet => {
      if (index === 0) return { ...set, segments }
      next += 1
      return { header: { ...set.header, controlNumber: String(next).padStart(4, '0') }, segments }
    })
  })
  return { ...group, sets }
}
