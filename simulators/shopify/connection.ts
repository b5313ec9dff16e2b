/** Relay connections: `first`/`after`, `last`/`before`, `reverse`, with cursors that name the record they stand at. */
import { answer, requestError } from './resolver-table.ts'

/** Arguments every connection of the simulator honours. */
export const PAGE_ARGUMENTS = ['first', 'after', 'last', 'before', 'reverse'] as const

const MAX_PAGE = 250

/** Where a cursor cuts: the index up to which a page before it goes, and from which a page after it starts. */
type Place = { before: number; after: number }

/**
 * Cuts a page out of `records`. `keyOf` names a record within the list for good. A list that is sorted by a key which may change
 * gives `isSortKey`, which knows such a key: the cursor then names a place between keys, and outlives its record's move.
 */
export function connection<T>(
  records: readonly T[],
  args: Record<string, unknown>,
  keyOf: (record: T) => string,
  isSortKey: (key: string) => boolean = () => false,
): object {
  const first = pageSize(args['first'], 'first')
  const last = pageSize(args['last'], 'last')
  if (first === undefined && last === undefined)
    throw requestError('you must provide one of first or last', 'BAD_REQUEST')
  const reverse = args['reverse'] === true
  const ordered = reverse ? records.toReversed() : records
  const place = (cursor: string): Place => {
    const key = Buffer.from(cursor, 'base64url').toString('utf8')
    const index = ordered.findIndex((record) => keyOf(record) === key)
    if (index !== -1) return { before: index, after: index + 1 }
    if (!isSortKey(key)) throw requestError('Invalid cursor for current pagination sort.', 'BAD_REQUEST')
    const next = ordered.findIndex((record) => (reverse ? keyOf(record) < key : keyOf(record) > key))
    const gap = next === -1 ? ordered.length : next
    return { before: gap, after: gap }
  }
  const from = typeof args['after'] === 'string' ? place(args['after']).after : 0
  const to = typeof args['before'] === 'string' ? place(args['before']).before : ordered.length
  const start = first === undefined ? Math.max(from, to - (last ?? 0)) : from
  const end = first === undefined ? to : Math.min(to, from + first)
  const nodes = ordered.slice(start, end)
  const cursors = nodes.map((record) => encodeCursor(keyOf(record)))
  return answer({
    nodes,
    edges: nodes.map((node, index) => answer({ node, cursor: cursors[index] })),
    pageInfo: answer({
      hasNextPage: end < ordered.length,
      hasPreviousPage: start > 0,
      startCursor: cursors[0] ?? null,
      endCursor: cursors.at(-1) ?? null,
    }),
  })
}

function pageSize(value: unknown, name: string): number | undefined {
  if (typeof value !== 'number') return undefined
  if (value < 0 || value > MAX_PAGE) throw requestError(`${name} must be between 0 and ${MAX_PAGE}`, 'BAD_REQUEST')
  return value
}

function encodeCursor(key: string): string {
  return Buffer.from(key, 'utf8').toString('base64url')
}
