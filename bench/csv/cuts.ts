/** One small quoted file, cut in two at every byte: how often the result differs from the whole. */
import { inferSchema, initParser, type Parser } from 'udsv'
import { csvRows } from '#mappings/formats/csv/rows.ts'

const FILE = Buffer.from(
  'sku,name,qty\r\n"00123","a ""b"", c",5\r\n"ö","two\nlines",6\r\nZ-1,plain,0\r\n"last","",7\r\n',
)

export function wrongAtAnyCut(): { of: number; ours: number; udsv: number } {
  const cuts = Array.from({ length: FILE.length - 1 }, (_, i) => [FILE.subarray(0, i + 1), FILE.subarray(i + 1)])
  const wrong = (read: (chunks: readonly Uint8Array[]) => string): number => {
    const whole = read([FILE])
    return cuts.filter((chunks) => read(chunks) !== whole).length
  }
  return { of: cuts.length, ours: wrong(ours), udsv: wrong(udsv) }
}

function ours(chunks: readonly Uint8Array[]): string {
  const reader = csvRows({ required: ['sku', 'name', 'qty'] })
  const batches = [...chunks.map((chunk) => reader.push(chunk)), reader.end()]
  return JSON.stringify([batches.flatMap((batch) => batch.rows), batches.flatMap((batch) => batch.issues)])
}

function udsv(chunks: readonly Uint8Array[]): string {
  const decoder = new TextDecoder()
  const rows: unknown[] = []
  let parser: Parser | undefined
  try {
    for (const chunk of chunks) {
      const text = decoder.decode(chunk, { stream: true })
      parser ??= initParser(inferSchema(text))
      parser.chunk<Record<string, string>>(text, parser.stringObjs, (row) => {
        rows.push(row)
      })
    }
    parser?.end()
  } catch {
    return 'it threw'
  }
  return JSON.stringify(rows)
}
