/** `crossdock map rows <format> <file>`: a feed of any size as one JSON line a row, to look into it or to hand it on. */
import { createReadStream, statSync } from 'node:fs'
import { describeIssue } from '#core/issue.ts'
import { csvRows } from '#mappings/formats/csv/rows.ts'
import { ndjsonRows } from '#mappings/formats/json/rows.ts'
import { readRows } from '#mappings/formats/rows.ts'
import type { RowReader } from '#mappings/formats/rows.ts'
import { xmlRows } from '#mappings/formats/xml/rows.ts'
import { BASE_PROFILE } from '#mappings/x12/profile.ts'
import { profileOf } from '#mappings/x12/profiles.ts'
import { stockRows846 } from '#mappings/x12/stock-rows.ts'
import { type Call, text, UsageError } from './command.ts'

export async function rowsCommand({ positionals, values }: Call): Promise<number> {
  const [, format = '', file] = positionals
  if (file === undefined)
    throw new UsageError(
      'name format and file: crossdock map rows csv feed.csv --fields sku,on_hand; formats are csv, ndjson, xml, 846',
    )
  const reader = readerOf(format, values)
  const sizeBytes = statSync(file).size
  const stream = createReadStream(file)
  let rows = 0
  let issues = 0
  for await (const batch of readRows(stream, reader)) {
    issues += batch.issues.length
    rows += batch.rows.length
    for (const issue of batch.issues) process.stderr.write(`${describeIssue(issue)}\n`)
    const lines = batch.rows.map((row) => {
      const fields = Object.fromEntries(reader.fields.map((field, i) => [field, row.cells[i] ?? '']))
      return `${JSON.stringify({ ...fields, '@': reader.placeOf(row).path })}\n`
    })
    if (!process.stdout.write(lines.join(''))) await new Promise((resolve) => process.stdout.once('drain', resolve))
    if (process.stderr.isTTY) process.stderr.write(`${Math.floor((100 * stream.bytesRead) / sizeBytes)} %\r`)
  }
  process.stderr.write(`${rows} rows, ${issues} issues\n`)
  return issues > 0 ? 1 : 0
}

function readerOf(format: string, values: Call['values']): RowReader {
  if (format === '846') {
    const partner = text(values['partner'])
    return stockRows846(partner === undefined ? BASE_PROFILE : (profileOf(partner) ?? BASE_PROFILE))
  }
  const fields = text(values['fields'])?.split(',')
  if (fields === undefined) throw new UsageError('name the wanted fields: --fields sku,on_hand')
  if (format === 'csv') return csvRows({ required: fields })
  if (format === 'ndjson') return ndjsonRows({ fields })
  const record = text(values['record'])
  if (format === 'xml' && record === undefined)
    throw new UsageError('name the record’s element: --record StockFeed/Row')
  if (format === 'xml') return xmlRows({ record: record ?? '', fields })
  throw new UsageError(`there is no format "${format}"; there are csv, ndjson, xml, 846`)
}
