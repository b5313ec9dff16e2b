/** `npm run bench -- edi`: X12 and EDIFACT read, skimmed, validated and written, beside node-x12 and edifact in the same minute. */
import { fork } from 'node:child_process'
import { createWriteStream, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Bench, BenchOptions } from '../bench.ts'
import { inTurn } from '../kit/own-process.ts'
import { ratio, table } from '../kit/table.ts'
import { purchaseOrders, stockReport } from './data.ts'
import { TASKS, type TaskName } from './tasks.ts'

const SIZE_BYTES = 20_000_000
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
type Figures = Record<TaskName, number>

async function measure({ runs }: BenchOptions): Promise<Figures> {
  const names = Object.keys(TASKS) as TaskName[]
  const passed = await inTurn(new URL('task.ts', import.meta.url), names, (name) => [name, String(SIZE_BYTES)], runs)
  return Object.fromEntries(names.map((name) => [name, SIZE_BYTES / 1000 / passed[name].milliseconds])) as Figures
}

type Memory = { startMb: number; peakMb: number }

/** With types already stripped and kept, as bin.js does it: the second run is the one that counts. */
async function peakMemory(kind: 'x12' | 'edifact', megabytes: number): Promise<Memory> {
  const folder = mkdtempSync(join(tmpdir(), 'crossdock-bench-'))
  const path = join(folder, `${kind}.edi`)
  try {
    const document = kind === 'x12' ? purchaseOrders(megabytes * 1_000_000) : stockReport(megabytes * 1_000_000)
    await pipeline(Readable.from(document), createWriteStream(path))
    await memoryRun(kind, path, folder)
    return await memoryRun(kind, path, folder)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function memoryRun(kind: string, path: string, cache: string): Promise<Memory> {
  return new Promise((resolve, reject) => {
    const env = { ...process.env, NODE_COMPILE_CACHE: cache }
    const child = fork(new URL('memory.ts', import.meta.url), [kind, path], { env })
    let told: Memory | undefined
    child.on('message', (message) => (told = message as Memory))
    child.on('error', reject)
    child.on('exit', (code) =>
      told === undefined ? reject(new Error(`the memory run ended with ${code}`)) : resolve(told),
    )
  })
}

const told = ({ startMb, peakMb }: Memory): string =>
  `${peakMb.toFixed(0)} MB (${startMb.toFixed(0)} before the first byte)`

function describe(
  figures: Figures,
  memory: { x12: Memory; edifact: Memory; fileMb: number },
  { runs }: BenchOptions,
): string {
  const row = (name: string, ours: number, peer: string, theirs: number, goal?: number): string[] => [
    name,
    ours.toFixed(1),
    `${peer} ${theirs.toFixed(1)}`,
    ratio(ours, theirs),
    goal === undefined ? '' : `≥ ${goal} ×`,
  ]
  const { nodeX12: x12Peer, edifactCallbacks, edifactReader } = figures
  const rows = [
    row('X12, every element', figures.x12Elements, 'node-x12 loose', x12Peer, 1.8),
    row('X12, skim', figures.x12Skim, 'node-x12 loose', x12Peer, 3),
    row('X12, validated, with its 997', figures.x12Validate, 'node-x12 loose, no checks', x12Peer, 0.58),
    row('X12, written', figures.x12Write, 'node-x12 loose, reading', x12Peer, 0.93),
    row('EDIFACT, every component', figures.edifactParts, 'edifact callbacks', edifactCallbacks, 0.8),
    row('EDIFACT, every component', figures.edifactParts, 'edifact Reader', edifactReader, 8),
    row('the same, in batches', figures.edifactBatches, 'edifact callbacks', edifactCallbacks),
    row('the same, in batches', figures.edifactBatches, 'edifact Reader', edifactReader),
  ]
  return [
    `${SIZE_BYTES / 1_000_000} MB of 850s and of one INVRPT, each task in its own process, median of ${runs} runs in turn, MB/s beside the peer of the same minute.`,
    '',
    table(['', 'ours', 'peer', 'ratio', 'goal'], rows),
    '',
    `Most memory while every value of a ${memory.fileMb} MB file is read, the process included: X12 ${told(memory.x12)}, EDIFACT ${told(memory.edifact)} (goal ≤ 100 MB).`,
  ].join('\n')
}
