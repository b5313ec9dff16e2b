/**
 * Splits a stock feed that is larger than one set or message may be: 10,000 lines in an X12 846, 999,999 segments in an EDIFACT message
 * (UNT has six digits). Every part carries the head and a trailer with its own counts, so that each can be read alone.
 */

/** A segment as both writers take it: name first, then elements. */
type Segment<E> = readonly [id: string, ...elements: E[]]

export type SplitRule<E> = {
  /** Segment that begins an item, e.g. `LIN`. What stands before the first is the head of every part. */
  item: string
  /** Segments that end the feed, e.g. `CTT`: the tail of every part. */
  tail: readonly string[]
  maxItems: number
  /** Of one part, header and trailer of the set included. */
  maxSegments: number
  /** A tail segment with the counts of a part: its items, and all items of the feed when nothing was split. */
  recount: (segment: Segment<E>, items: number) => Segment<E>
}

/** The feed as it is when it fits. An item is never torn apart: one that is larger than a part stands in a part of its own. */
export function splitFeed<E>(segments: readonly Segment<E>[], rule: SplitRule<E>): (readonly Segment<E>[])[] {
  const first = segments.findIndex(([id]) => id === rule.item)
  if (first < 0) return [segments]
  let end = segments.length
  while (end > first && rule.tail.includes(segments[end - 1]?.[0] ?? '')) end -= 1
  const [head, body, tail] = [segments.slice(0, first), segments.slice(first, end), segments.slice(end)]
  const room = rule.maxSegments - head.length - tail.length - 2
  const parts: { items: number; segments: Segment<E>[] }[] = []
  for (const item of itemsOf(body, rule.item)) {
    const part = parts.at(-1)
    if (part === undefined || part.items >= rule.maxItems || part.segments.length + item.length > room)
      parts.push({ items: 1, segments: [...item] })
    else {
      part.items += 1
      part.segments.push(...item)
    }
  }
  if (parts.length < 2) return [segments]
  return parts.map((part) => [...head, ...part.segments, ...tail.map((segment) => rule.recount(segment, part.items))])
}

function* itemsOf<E>(body: readonly Segment<E>[], item: string): Generator<readonly Segment<E>[]> {
  let from = 0
  for (let i = 1; i <= body.length; i += 1) {
    if (i < body.length && body[i]?.[0] !== item) continue
    yield body.slice(from, i)
    from = i
  }
}
