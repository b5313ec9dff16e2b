/** Where the bytes of an EDI command come from: a file or standard input, in chunks, with progress for large ones. */
import { statSync } from 'node:fs'
import { UsageError } from './command.ts'
import { chunksOfFile } from './large-files.ts'

export type Standard = 'x12' | 'edifact'

/** Below this a file is through before anybody wonders. */
const WORTH_PROGRESS_BYTES = 50_000_000
const TELL_EVERY_MS = 1_000
/** What is read whole (ack, write, diff, --json) has to fit into memory several times. */
const MAX_WHOLE_BYTES = 200_000_000

/** A chunk holds until the next is asked for. */
export type EdiInput = { name: string; chunks: AsyncIterable<Uint8Array> }

/** `-` is standard input. Progress goes to standard error. */
export function openInput(path: string | undefined): EdiInput {
  if (path === undefined) throw new UsageError('name the file, or - for standard input: crossdock edi parse orders.edi')
  if (path === '-') return { name: 'standard input', chunks: process.stdin as AsyncIterable<Uint8Array> }
  const stat = statSync(path, { throwIfNoEntry: false })
  if (stat === undefined || !stat.isFile()) throw new UsageError(`there is no file ${path}`)
  const chunks = chunksOfFile(path)
  return { name: path, chunks: stat.size < WORTH_PROGRESS_BYTES ? chunks : withProgress(chunks, stat.size) }
}

async function* withProgress(chunks: AsyncIterable<Uint8Array>, total: number): AsyncGenerator<Uint8Array> {
  let done = 0
  let toldAt = Date.now()
  for await (const chunk of chunks) {
    yield chunk
    done += chunk.length
    if (Date.now() - toldAt < TELL_EVERY_MS) continue
    toldAt = Date.now()
    process.stderr.write(`\r${Math.round(done / 1_000_000)} of ${Math.round(total / 1_000_000)} MB`)
  }
  process.stderr.write('\r\u001b[K')
}

/** Looks at the first bytes; they are handed on with the rest. */
export async function detect({
  name,
  chunks,
}: EdiInput): Promise<{ standard: Standard; chunks: AsyncIterable<Uint8Array> }> {
  const iterator = chunks[Symbol.asyncIterator]()
  const first: Uint8Array[] = []
  let head = ''
  while (head.length < 200) {
    const next = await iterator.next()
    if (next.done === true) break
    first.push(Buffer.from(next.value))
    head += Buffer.from(next.value.subarray(0, 200)).toString('latin1')
  }
  const standard = standardOf(head)
  if (standard === undefined)
    throw new UsageError(`${name} is neither X12 (it begins with ISA) nor EDIFACT (it begins with UNA or UNB)`)
  async function* all(): AsyncGenerator<Uint8Array> {
    yield* first
    for (let next = await iterator.next(); next.done !== true; next = await iterator.next()) yield next.value
  }
  return { standard, chunks: all() }
}

/** By whichever envelope comes first. */
export function standardOf(head: string): Standard | undefined {
  const x12 = head.search(/ISA[^A-Za-z0-9]/)
  const edifact = head.search(/UNA|UNB[^A-Za-z0-9]/)
  if (x12 < 0 && edifact < 0) return undefined
  return edifact < 0 || (x12 >= 0 && x12 < edifact) ? 'x12' : 'edifact'
}

export async function readWhole(input: EdiInput): Promise<{ standard: Standard; bytes: Buffer }> {
  const { standard, chunks } = await detect(input)
  return { standard, bytes: await gathered(input.name, chunks) }
}

export async function gathered(name: string, chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Uint8Array[] = []
  let size = 0
  for await (const chunk of chunks) {
    size += chunk.length
    if (size > MAX_WHOLE_BYTES)
      throw new UsageError(
        `${name} has more than ${MAX_WHOLE_BYTES / 1_000_000} MB: parse and validate without --json read it as a stream`,
      )
    parts.push(Buffer.from(chunk))
  }
  return Buffer.concat(parts)
}
