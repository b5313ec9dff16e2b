/** Orders and cancels as the partner's rows; and orders back, as the partner reads them. */
import type { Issue, Parsed } from '#core/issue.ts'
import { unreadable } from '#core/issue.ts'
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { RefusedPart } from '../engine/index.ts'
import { runBack, runForward } from '../engine/index.ts'
import type { Trace } from '#core/model/trace.ts'
import type { Placed } from './compile.ts'
import type { Cancel, CsvContext, Group, Layout } from './layout.ts'
import { cellText, readTable, writeTable } from './table.ts'
import type { Row } from './table.ts'

type Cells = Record<string, unknown>
const rowOf = (columns: readonly Placed[], cells: Cells): string[] =>
  columns.map((column) => column.value ?? cellText(cells[column.key]))
const namesOf = (columns: readonly Placed[], { profile }: Layout): string[] | undefined =>
  profile.header ? columns.map((column) => column.name) : undefined

/** Issues: what cannot be told to this partner, by the field at fault. One of them keeps the whole file back. */
export function writeOrders(
  orders: readonly FulfillmentInstruction[],
  layout: Layout,
  context: CsvContext,
): Parsed<Uint8Array> {
  const { head, columns, map } = layout.orders
  const issues: Issue[] = []
  const rows: string[][] = []
  for (const order of orders) {
    const written = runBack(map, order, context)
    if (!written.ok) {
      issues.push(...written.issues)
      continue
    }
    const cells: Cells = written.document.head ?? {}
    if (head.length > 0) rows.push(rowOf(head, cells))
    for (const line of written.document.lines) rows.push(rowOf(columns, { ...cells, ...line }))
  }
  return issues.length > 0 ? unreadable(...issues) : writeTable(rows, namesOf(columns, layout), layout.profile)
}

export function writeCancels(cancels: readonly Cancel[], layout: Layout, context: CsvContext): Parsed<Uint8Array> {
  const section = layout.cancels
  if (section === undefined) throw new Error('the profile has no cancels')
  const written = cancels.map((cancel) => runBack(section.map, cancel, context))
  const issues = written.flatMap((each) => (each.ok ? [] : each.issues))
  if (issues.length > 0) return unreadable(...issues)
  const rows = written.map((each) => rowOf(section.columns, each.ok ? each.document.head : {}))
  return writeTable(rows, namesOf(section.columns, layout), layout.profile)
}

export type OrderReading = {
  documents: { kind: 'fulfillmentInstruction'; part: string; value: FulfillmentInstruction; trace: () => Trace }[]
  refused: RefusedPart[]
}

/** The way back, for laws, `crossdock map run` and plans. */
export function readOrders(bytes: Uint8Array, layout: Layout, context: CsvContext): OrderReading {
  const { head, columns, map } = layout.orders
  const table = readTable(bytes, columns, layout.profile)
  const heads = head.length > 0 ? readTable(bytes, head, layout.profile) : table
  if (!table.ok || !heads.ok) return { documents: [], refused: [{ part: '', issues: table.ok ? [] : table.issues }] }
  const reading: OrderReading = { documents: [], refused: [] }
  for (const group of groupsOf(heads.value.rows, table.value.rows, layout)) {
    const placeOf = table.value.placeOf(group)
    const result = runForward(map, group, context, { placeOf })
    const part = placeOf(['head']).path
    if (result.value === undefined) reading.refused.push({ part, issues: result.issues })
    else reading.documents.push({ kind: 'fulfillmentInstruction', part, value: result.value, trace: result.trace })
  }
  return reading
}

/** Rows of one order: after a head row, or of one order number. */
function groupsOf(heads: readonly Row[], rows: readonly Row[], { orders: { head, columns } }: Layout): Group[] {
  const mark = head.find((column) => column.value !== undefined)
  const number = columns.find((column) => column.field === 'requestId')
  const groups: Group[] = []
  for (const [index, row] of rows.entries()) {
    const first = heads[index] ?? row
    if (head.length > 0 && mark !== undefined && first[mark.key] === mark.value) groups.push({ head: first, lines: [] })
    else if (head.length === 0 && groups.at(-1)?.head[number?.key ?? ''] !== row[number?.key ?? ''])
      groups.push({ head: row, lines: [row] })
    else groups.at(-1)?.lines.push(row)
  }
  return groups.map(({ head: own, lines }) => ({ head: { ...lines[0], ...own }, lines }))
}
