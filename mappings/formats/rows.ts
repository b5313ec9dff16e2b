/**
 * Large feeds row by row, whatever their format: chunks in, batches of rows with their places out. Memory holds one row and one
 * chunk, never the file. Readers: csv/rows.ts, json/rows.ts, xml/rows.ts, and stock-rows.ts beside the X12 maps.
 */
import type { Issue, Place } from '#core/issue.ts'

export type Row = {
  /** Text of the wanted fields in the order of the reader's `fields`; '' where the row has none. Nothing is coerced. */
  cells: readonly string[]
  /** From 1. CSV: as a spreadsheet counts (header and blank lines too); NDJSON: the line; XML: the nth record; X12: the nth item. */
  row: number
  /** Line in a text editor, from 1; 0 where the format has no lines (X12). */
  line: number
  /** First byte of the row, from the start of the file; -1 where the format cannot tell (XML). */
  byteOffset: number
}

/** `issues`: rows refused alone, or the fault that stopped the reading. */
export type RowBatch = { rows: Row[]; issues: Issue[] }

/** A reader of one file. Any cutting into chunks gives the same rows and issues; bad input never throws. */
export type RowReader = {
  readonly fields: readonly string[]
  /** What stands above the rows, by name: attributes of an XML root, the head of an 846. Filled before the first row. */
  readonly head: ReadonlyMap<string, string>
  push: (chunk: Uint8Array) => RowBatch
  end: () => RowBatch
  /** True after a fault that makes the rest meaningless; its issue was in the last batch. */
  readonly stopped: boolean
  /** `row 7, column qty`, `/Feed/Row[3]/@qty`, `LIN[4]-03`; with line and byte where the format has them. `field` indexes `fields`. */
  placeOf: (row: Row, field?: number) => Place
}

/** Larger chunks are handed over in pieces, so that a batch stays small. */
const PIECE_BYTES = 65_536

/** Drives a reader over chunks as they come. Gives only batches that hold something, and ends when the reader has stopped. */
export async function* readRows(
  chunks: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
  reader: RowReader,
): AsyncGenerator<RowBatch, void, undefined> {
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; from += PIECE_BYTES) {
      const batch = reader.push(chunk.subarray(from, from + PIECE_BYTES))
      if (holdsSomething(batch)) yield batch
      if (reader.stopped) return
    }
  }
  const last = reader.end()
  if (holdsSomething(last)) yield last
}

const holdsSomething = (batch: RowBatch): boolean => batch.rows.length > 0 || batch.issues.length > 0

/** Collects rows and issues between two calls of a reader. */
export class Batcher {
  rows: Row[] = []
  issues: Issue[] = []

  take(): RowBatch {
    const { rows, issues } = this
    this.rows = []
    this.issues = []
    return { rows, issues }
  }
}
