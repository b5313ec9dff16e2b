/** Checks 13–16 and 26–28: lists that are read from a cursor on. */
import { Fault } from '#core/fault.ts'
import type { Cursor } from '#connectors/contract/connector.ts'
import type { PaperList, PaperRow } from '#connectors/contract/exhibit.ts'
import { envelopesOf } from '#store/connection-books.ts'
import { pauseConnection, resumeConnection } from '#workers/resume.ts'
import type { PullPort } from '#connectors/contract/connector.ts'
import {
  because,
  type Bench,
  type Check,
  deskOf,
  type InboundPort,
  must,
  type NotApplicable,
  pullsOf,
  within,
} from '../check.ts'
import type { Desk } from '../desk.ts'
import { drain } from '../draining.ts'
import { atSecond } from '../paper-clock.ts'

type Pull = InboundPort<PullPort<unknown>>

/** Runs `each` for every port that reads a list. */
async function forEachList(
  bench: Bench,
  each: (desk: Desk, port: Pull, list: PaperList) => Promise<void | NotApplicable>,
): Promise<void | NotApplicable> {
  const ports = pullsOf(bench)
  if (ports.length === 0) return because('it reads no list')
  let last: void | NotApplicable = undefined
  for (const port of ports) {
    const { list } = port.shown
    must(list !== undefined, `the exhibit of ${port.port.name} does not say how the partner lists`)
    last = await within(port.port.name, () => each(deskOf(bench), port, list))
  }
  return last
}

/** Rows that changed one after the other, none of them after the kit's own start. */
const rowsOf = (count: number): PaperRow[] => {
  const first = -Math.max(1_000, count)
  return Array.from({ length: count }, (_, index) => ({ id: `r${index}`, changedAt: atSecond(first + index) }))
}

type Document = { sourceKey: string; raw: Uint8Array }

/** The rows that documents hold, as often as they hold them. */
const rowsRead = (documents: readonly Document[], { rowsIn }: PaperList): string[] =>
  documents.flatMap(({ sourceKey, raw }) => rowsIn?.(raw) ?? [sourceKey])

const keysOf = (documents: readonly Document[], list: PaperList): Set<string> => new Set(rowsRead(documents, list))

export const cursorChecks: Check[] = [
  {
    number: 13,
    name: 'all pages',
    says: 'Every row of a list is read, also when the last page is full or empty, and a second run gives nothing.',
    run: (bench) =>
      forEachList(bench, async (_, port, list) => {
        const { pageSize } = list
        for (const count of [1, pageSize, pageSize + 1, pageSize * 2]) {
          const desk = deskOf(bench)
          desk.partner.list?.(rowsOf(count))
          const first = await drain(desk, port)
          const keys = keysOf(first.documents, list)
          must(keys.size === count, `of ${count} rows (${pageSize} a page) ${keys.size} are read`)
          const again = await drain(desk, port, first.cursor)
          must(
            rowsRead(again.documents, list).every((row) => keys.has(row)),
            'a second run gives documents that are new although nothing changed',
          )
        }
      }),
  },
  {
    number: 14,
    name: 'ties',
    says: 'Rows with the same time are all read, over the edge of a page and between two runs.',
    run: (bench) =>
      forEachList(bench, async (desk, port, list) => {
        const at = atSecond(-100)
        const ties = Array.from({ length: list.pageSize + 2 }, (_, index) => ({ id: `t${index}`, changedAt: at }))
        desk.partner.list?.(ties)
        const first = await drain(desk, port)
        const read = keysOf(first.documents, list).size
        must(read === ties.length, `of ${ties.length} rows of one moment ${read} are read`)
        desk.partner.list?.([...ties, { id: 'late-tie', changedAt: at }])
        const second = await drain(desk, port, first.cursor)
        const keys = keysOf([...first.documents, ...second.documents], list)
        must(keys.size === ties.length + 1, 'a row of the same moment that came between two runs is lost')
      }),
  },
  {
    number: 15,
    name: 'changes while paging',
    says: 'A row that changes while pages are read is delivered as it is then, and none of the others is lost.',
    run: (bench) =>
      forEachList(bench, async (desk, port, list) => {
        const rows = rowsOf(list.pageSize * 2 + 1)
        desk.partner.list?.(rows)
        const [moved] = rows
        must(moved !== undefined, 'no rows')
        const changed = [...rows.slice(1), { id: moved.id, changedAt: atSecond(0) }]
        const first = await drain(desk, port, undefined, () => desk.partner.list?.(changed))
        const second = await drain(desk, port, first.cursor)
        const keys = keysOf([...first.documents, ...second.documents], list)
        must(keys.size === rows.length + 1, `${rows.length} rows and one change give ${keys.size} documents`)
      }),
  },
  {
    number: 16,
    name: 'late rows',
    says: 'A row that shows up late with an older time is read, within the overlap that the connector declares.',
    run: (bench) =>
      forEachList(bench, async (desk, port, list) => {
        const { overlapMs } = list
        if (overlapMs === 0) return because('it declares no overlap: its partner lists in the order of change')
        desk.partner.list?.(rowsOf(3))
        const first = await drain(desk, port)
        const late = { id: 'late', changedAt: atSecond(-1_000 + 2 - Math.floor(overlapMs / 2_000)) }
        desk.partner.list?.([...rowsOf(3), late])
        const second = await drain(desk, port, first.cursor)
        const keys = keysOf([...first.documents, ...second.documents], list)
        must(keys.size === 4, 'a row that came late with an older time is lost')
      }),
  },
  {
    number: 26,
    name: 'the cursor stays',
    says: 'A new process, a pause, and a new version of the connector go on from the stored cursor: nothing is lost and nothing is stored twice.',
    overRuntime: true,
    run: (bench) => forEachList(bench, (_, port, list) => theCursorStays(bench, port, list)),
  },
  {
    number: 27,
    name: 'cursors of earlier versions',
    says: 'A cursor that an earlier version of the connector left is understood, and nothing after it is lost.',
    run: (bench) =>
      forEachList(bench, async (desk, port) => {
        desk.partner.list?.(rowsOf(2))
        const { cursor } = await drain(desk, port)
        if (cursor?.version === 1) return because('its cursor has version 1: there is no earlier one')
        const { earlier = [] } = port.shown
        must(
          earlier.length > 0,
          `its cursor has version ${cursor?.version}, and the exhibit shows none of an earlier one`,
        )
        for (const old of earlier) {
          desk.partner.list?.([{ id: 'after', changedAt: atSecond(-1) }])
          const read = await drain(desk, port, old).catch((error: unknown) => error)
          must(!(read instanceof Error), () => `version ${old.version} is refused: ${String(read)}`)
          must((read as { documents: unknown[] }).documents.length === 1, `after version ${old.version} a row is lost`)
        }
      }),
  },
  {
    number: 28,
    name: 'impossible cursors',
    says: 'A cursor from the future, or one that nobody wrote, is a fault `config` and never a silent skip.',
    run: (bench) =>
      forEachList(bench, async (desk, port) => {
        desk.partner.list?.(rowsOf(2))
        const { cursor } = await drain(desk, port)
        must(cursor !== undefined, 'it gives no cursor')
        const bad: Cursor[] = [
          { ...cursor, version: cursor.version + 7 },
          { ...cursor, watermark: '2099-01-01T00:00:00.000Z' },
          { ...cursor, watermark: 'yesterday' },
        ]
        for (const each of bad) {
          const what = `a cursor of version ${each.version} at ${each.watermark}`
          const read = await port.port.pull(desk.context(), each).catch((error: unknown) => error)
          must(read instanceof Fault, `${what} is used`)
          must(read.kind === 'config', `${what} is called ${read.kind}`)
        }
      }),
  },
]

async function theCursorStays(bench: Bench, { port }: Pull, list: PaperList): Promise<void> {
  const { runtime, connector, exhibit } = bench
  const storedRows = async (desk: Desk): Promise<string[]> => {
    const stored = rowsRead(await envelopesOf(runtime.db, desk.connectionId), list)
    return list.everything === true ? [...new Set(stored)] : stored
  }
  const desk = await runtime.tenant(connector, exhibit)
  try {
    const rows = rowsOf(3)
    desk.partner.list?.(rows)
    const first = runtime.process([desk])
    await first.poll(desk, port.name)
    await pauseConnection(first.world, desk.connectionId, 'the kit')
    desk.partner.list?.([...rows, { id: 'new', changedAt: atSecond(-1) }])
    await first.poll(desk, port.name)
    const paused = await storedRows(desk)
    must(paused.length === rows.length, `of ${rows.length} rows ${paused.length} are stored, or a pause does not hold`)
    await resumeConnection(first.world, desk.connectionId)
    const newer = { ...desk, connector: { ...connector, version: '99.0.0' } }
    await runtime.process([newer]).poll(newer, port.name)
    const all = await storedRows(desk)
    must(
      all.length === rows.length + 1,
      `of ${rows.length + 1} rows ${all.length} are stored after a pause and a new version`,
    )
  } finally {
    await runtime.forget([desk])
  }
}
