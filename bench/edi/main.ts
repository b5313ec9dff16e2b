/** `npm run bench -- edi`: X12 and EDIFACT read, skimmed, validated and written, beside node-x12 and edifact in the same minute. */
import { fork } from 'node:child_process'
import { Readable } from 'node:stream'
import { Parser, Reader } from 'edifact'
import nodeX12 from 'node-x12'
import { readEdifactBatches } from '#mappings/formats/edifact/reader.ts'
import { ackVerdict } from '#mappings/formats/guides/x12/verdict.ts'
import { validateX12Set } from '#mappings/formats/guides/x12/validator.ts'
import { build997 } from '#mappings/formats/x12/ack.ts'
import { X12EnvelopeBuilder } from '#mappings/formats/x12/envelope-builder.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import type { X12Interchange } from '#mappings/formats/x12/interchange.ts'
import { readX12Batches } from '#mappings/formats/x12/reader.ts'
import { X12Scanner } from '#mappings/formats/x12/scanner.ts'
import { toWritable } from '#mappings/formats/x12/writable.ts'
import type { WritableInterchange } from '#mappings/formats/x12/writable.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import type { Bench, BenchOptions } from '../bench.ts'
import { median } from '../kit/measure.ts'
import { ratio, table } from '../kit/table.ts'
import { purchaseOrders, stockReport } from './data.ts'

const SIZE_BYTES = 10_000_000
/** edifact's Reader holds everything in memory, so it gets less. */
const READER_BYTES = 2_000_000
const MEMORY_MB = 200
const FULL_MEMORY_MB = 1_000

export const edi: Bench = {
  name: 'edi',
  summary: 'X12 and EDIFACT read, skimmed, validated and written, beside node-x12 and edifact (--full: memory on 1 GB)',
  run: async (options) => {
    const figures = await measure(options)
    const memory = {
      x12: await peakMemory('x12', options.full ? FULL_MEMORY_MB : MEMORY_MB),
      edifact: await peakMemory('edifact', options.full ? FULL_MEMORY_MB : MEMORY_MB),
      fileMb: options.full ? FULL_MEMORY_MB : MEMORY_MB,
    }
    return { json: { bench: 'edi', runs: options.runs, figures, memory }, text: describe(figures, memory, options) }
  },
}

/** MB/s, medians. */
type Figures = Record<keyof typeof TASKS, number>
type Data = { x12: Buffer[]; edifact: Buffer[]; edifactText: string; readerText: string; writable: WritableInterchange }

/** Each reads or writes all of its data once and says how many values it saw, so that none is thrown away unread. */
const TASKS = {
  nodeX12: (data: Data) =>
    new Promise<number>((resolve, reject) => {
      let values = 0
      const parser = new nodeX12.X12Parser(false)
      parser.on('data', (segment: { elements: unknown[] }) => {
        values += segment.elements.length
      })
      parser.on('end', () => resolve(values))
      parser.on('error', reject)
      Readable.from(data.x12).pipe(parser)
    }),
  x12Elements: async (data: Data) => {
    let values = 0
    for await (const batch of readX12Batches(Readable.from(data.x12)))
      for (const event of batch) if (event.kind === 'segment') values += event.elements().length
    return values
  },
  x12Skim: async (data: Data) => {
    let values = 0
    for await (const batch of readX12Batches(Readable.from(data.x12)))
      for (const event of batch)
        if (event.kind === 'segment' && (event.id === 'ST' || event.id === 'BEG')) values += event.element(3).length
    return values
  },
  x12Validate: (data: Data) => Promise.resolve(validateAll(data.x12)),
  x12Write: (data: Data) => {
    const written = writeX12(data.writable)
    if (!written.ok) throw new Error('the made document cannot be written')
    return Promise.resolve(written.value.bytes.length)
  },
  edifactCallbacks: (data: Data) => {
    let values = 0
    const parser = new Parser()
    parser.oncomponent = () => {
      values += 1
    }
    parser.onelement = () => undefined
    parser.onopensegment = () => undefined
    parser.onclosesegment = () => undefined
    parser.write(data.edifactText)
    return Promise.resolve(values)
  },
  edifactReader: (data: Data) => Promise.resolve(new Reader().parse(data.readerText).length),
  edifactParts: async (data: Data) => {
    let values = 0
    for await (const batch of readEdifactBatches(Readable.from(data.edifact)))
      for (const event of batch) if (event.kind === 'segment') values += event.parts().length
    return values
  },
}

/** Everything a set is checked for, and the 997 of its group. */
function validateAll(chunks: readonly Buffer[]): number {
  let faults = 0
  const verdicts = new Map<number, NonNullable<ReturnType<typeof ackVerdict>>>()
  let interchange: X12Interchange | undefined
  const builder = new X12EnvelopeBuilder((done) => (interchange = done), {
    drop: true,
    onSet: (set, group) => {
      const verdict = ackVerdict(validateX12Set(set, group.header.version).faults)
      if (verdict === undefined) return
      faults += 1
      verdicts.set(group.sets.length - 1, verdict)
    },
  })
  const scanner = new X12Scanner(builder)
  for (const chunk of chunks) scanner.push(chunk)
  scanner.end()
  builder.end()
  const [group] = interchange?.groups ?? []
  const ack = group === undefined ? null : build997({ group, controlNumber: '1', verdicts })
  if (faults > 0 || ack?.groupStatus !== 'A') throw new Error('the made document is not clean')
  return ack.set.segments.length
}

async function measure({ runs }: BenchOptions): Promise<Figures> {
  const data = made()
  const speeds = new Map<string, number[]>()
  const names = Object.keys(TASKS) as (keyof typeof TASKS)[]
  // One round unmeasured, then all tasks in turn: what disturbs the machine disturbs them alike.
  for (let round = 0; round <= runs; round += 1) {
    for (const name of names) {
      const began = performance.now()
      const values = await TASKS[name](data)
      if (values === 0) throw new Error(`${name} saw nothing`)
      const bytes = name === 'edifactReader' ? READER_BYTES : SIZE_BYTES
      const speed = bytes / 1_000_000 / ((performance.now() - began) / 1000)
      if (round > 0) speeds.set(name, [...(speeds.get(name) ?? []), speed])
    }
  }
  return Object.fromEntries(names.map((name) => [name, median(speeds.get(name) ?? [])])) as Figures
}

function made(): Data {
  const x12 = [...purchaseOrders(SIZE_BYTES)]
  const edifact = [...stockReport(SIZE_BYTES)]
  const [interchange] = readX12Interchanges(Buffer.concat(x12)).interchanges
  if (interchange === undefined) throw new Error('the made document cannot be read')
  return {
    x12,
    edifact,
    edifactText: Buffer.concat(edifact).toString('latin1'),
    readerText: Buffer.concat([...stockReport(READER_BYTES)]).toString('latin1'),
    writable: {
      envelope: interchange.header,
      separators: interchange.separators,
      groups: interchange.groups.map((group) => ({
        header: group.header,
        sets: group.sets.map((set) => ({ header: set.header, segments: set.segments.slice(1, -1).map(toWritable) })),
      })),
    },
  }
}

type Memory = { startMb: number; peakMb: number }

function peakMemory(kind: string, megabytes: number): Promise<Memory> {
  return new Promise((resolve, reject) => {
    const child = fork(new URL('memory.ts', import.meta.url), [kind, String(megabytes)])
    child.on('message', (told: Memory) => resolve(told))
    child.on('error', reject)
    child.on('exit', (code) => reject(new Error(`the memory run ended with ${code}`)))
  })
}

const told = ({ startMb, peakMb }: Memory): string =>
  `${peakMb.toFixed(0)} MB (${startMb.toFixed(0)} before the first byte)`

function describe(
  figures: Figures,
  memory: { x12: Memory; edifact: Memory; fileMb: number },
  { runs }: BenchOptions,
): string {
  const row = (name: string, ours: number, peer: string, theirs: number, goal: number): string[] => [
    name,
    ours.toFixed(1),
    `${peer} ${theirs.toFixed(1)}`,
    ratio(ours, theirs),
    `≥ ${goal} ×`,
  ]
  const { nodeX12: x12Peer, edifactCallbacks, edifactReader } = figures
  const rows = [
    row('X12, every element', figures.x12Elements, 'node-x12 loose', x12Peer, 1.8),
    row('X12, skim', figures.x12Skim, 'node-x12 loose', x12Peer, 3),
    row('X12, validated, with its 997', figures.x12Validate, 'node-x12 loose, no checks', x12Peer, 0.58),
    row('X12, written', figures.x12Write, 'node-x12 loose, reading', x12Peer, 0.93),
    row('EDIFACT, every component', figures.edifactParts, 'edifact callbacks', edifactCallbacks, 0.8),
    row('EDIFACT, every component', figures.edifactParts, 'edifact Reader', edifactReader, 8),
  ]
  return [
    `${SIZE_BYTES / 1_000_000} MB of 850s and of one INVRPT, median of ${runs} runs in turn, MB/s beside the peer of the same minute.`,
    '',
    table(['', 'ours', 'peer', 'ratio', 'goal'], rows),
    '',
    `Most memory while every value of a ${memory.fileMb} MB stream is read, the process included: X12 ${told(memory.x12)}, EDIFACT ${told(memory.edifact)} (goal ≤ 100 MB).`,
  ].join('\n')
}
