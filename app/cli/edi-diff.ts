/** `crossdock edi diff`: what differs between two files as documents: separators, line ends and envelopes' dates and numbers do not count. */
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import { toWritableEdifact } from '#mappings/formats/edifact/writable.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { toWritable } from '#mappings/formats/x12/writable.ts'
import { UsageError } from './command.ts'
import { readWhole, type EdiInput } from './edi-input.ts'

/** Above this many pairs of segments a set is compared in step instead of by the longest common run. */
const MAX_PAIRS = 4_000_000

type Part = { name: string; segments: string[] }

/** Exit code 0 when the documents are the same, 1 when they differ. */
export async function diff(left: EdiInput, right: EdiInput, print: (line: string) => void): Promise<number> {
  const [one, other] = [await readWhole(left), await readWhole(right)]
  if (one.standard !== other.standard)
    throw new UsageError('one file is X12 and the other EDIFACT: there is nothing to compare')
  const [before, after] = [partsOf(one), partsOf(other)]
  let differences = 0
  for (let i = 0; i < Math.max(before.length, after.length); i += 1) {
    const lines = compared(before[i]?.segments ?? [], after[i]?.segments ?? [])
    if (lines.length === 0) continue
    differences += lines.length
    print(`@ ${before[i]?.name ?? '(nothing)'} | ${after[i]?.name ?? '(nothing)'}`)
    for (const line of lines) print(line)
  }
  return differences > 0 ? 1 : 0
}

/** Sets and messages in order, their segments as text with one notation for all separators. */
function partsOf({ standard, bytes }: Awaited<ReturnType<typeof readWhole>>): Part[] {
  if (standard === 'x12') {
    return readX12Interchanges(bytes).interchanges.flatMap(({ groups }) =>
      groups.flatMap(({ sets }) =>
        sets.map(({ header, segments }) => ({
          name: `${header.id} ${header.controlNumber}`,
          segments: segments
            .filter(({ id }) => id !== 'ST' && id !== 'SE')
            .map((segment) => textOf(toWritable(segment))),
        })),
      ),
    )
  }
  return readEdifactInterchanges(bytes).interchanges.flatMap(({ messages }) =>
    messages.map(({ header, segments }) => ({
      name: `${header.type} ${header.reference}`,
      segments: segments
        .filter(({ id }) => id !== 'UNH' && id !== 'UNT')
        .map((segment) => textOf(toWritableEdifact(segment))),
    })),
  )
}

type Element = ReturnType<typeof toWritable>[number]

/** Trailing separators say nothing, so they are left out. */
function textOf(segment: readonly Element[]): string {
  const part = (element: Element): string => {
    if (typeof element === 'string') return element
    if (!('repetitions' in element)) return element.join(':')
    return element.repetitions.map((each) => (typeof each === 'string' ? each : each.join(':'))).join('^')
  }
  return segment
    .map(part)
    .join(' * ')
    .replace(/( \* | \*)+$/, '')
}

function compared(before: readonly string[], after: readonly string[]): string[] {
  const kept = before.length * after.length > MAX_PAIRS ? inStep(before, after) : longestCommon(before, after)
  const lines: string[] = []
  let [i, j] = [0, 0]
  for (const [left, right] of [...kept, [before.length, after.length] as const]) {
    for (; i < left; i += 1) lines.push(`- ${i + 2}  ${before[i] ?? ''}`)
    for (; j < right; j += 1) lines.push(`+ ${j + 2}  ${after[j] ?? ''}`)
    i += 1
    j += 1
  }
  return lines
}

type Pair = readonly [left: number, right: number]

const inStep = (before: readonly string[], after: readonly string[]): Pair[] =>
  before.flatMap((text, index): Pair[] => (text === after[index] ? [[index, index]] : []))

function longestCommon(before: readonly string[], after: readonly string[]): Pair[] {
  const width = after.length + 1
  const lengths = new Uint32Array((before.length + 1) * width)
  for (let i = before.length - 1; i >= 0; i -= 1) {
    for (let j = after.length - 1; j >= 0; j -= 1) {
      const down = lengths[(i + 1) * width + j] ?? 0
      const along = lengths[i * width + j + 1] ?? 0
      lengths[i * width + j] =
        before[i] === after[j] ? (lengths[(i + 1) * width + j + 1] ?? 0) + 1 : Math.max(down, along)
    }
  }
  const pairs: Pair[] = []
  let [i, j] = [0, 0]
  while (i < before.length && j < after.length) {
    if (before[i] === after[j]) {
      pairs.push([i, j])
      i += 1
      j += 1
    } else if ((lengths[(i + 1) * width + j] ?? 0) >= (lengths[i * width + j + 1] ?? 0)) i += 1
    else j += 1
  }
  return pairs
}
