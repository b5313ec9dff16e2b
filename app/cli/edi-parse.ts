/** `crossdock edi parse`: a file as people read it, or as JSON that `edi write` takes back. */
import { describeIssue } from '#core/issue.ts'
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import { readEdifactBatches } from '#mappings/formats/edifact/reader.ts'
import type { EdifactSegment } from '#mappings/formats/edifact/segment.ts'
import { toWritableEdifact, writableOf } from '#mappings/formats/edifact/writable.ts'
import { edifactNames } from '#mappings/formats/guides/edifact/guide.ts'
import { x12Names } from '#mappings/formats/guides/x12/guide.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import { readX12Batches } from '#mappings/formats/x12/reader.ts'
import { X12Segment } from '#mappings/formats/x12/segment.ts'
import { toWritable } from '#mappings/formats/x12/writable.ts'
import { detect, gathered, type EdiInput, type Standard } from './edi-input.ts'

type View = 'text' | 'json' | 'lines'
type Print = (line: string) => void

/** All lines of a batch in one text took a third longer: the engine makes and collects large texts slowly. */
const LINES_AT_ONCE = 500

/** Exit code 0 when the file could be read from end to end, 1 when something in it could not. */
export async function parse(input: EdiInput, view: View, repair: boolean, print: Print): Promise<number> {
  const { standard, chunks } = await detect(input)
  if (view === 'json') {
    const document = documentOf(standard, await gathered(input.name, chunks), repair)
    print(JSON.stringify(document, null, 2))
    return document.issues.length > 0 ? 1 : 0
  }
  let faults = 0
  const batches = standard === 'x12' ? readX12Batches(chunks, { unwrap: repair }) : readEdifactBatches(chunks)
  let lines: string[] = []
  const flush = (): void => {
    if (lines.length > 0) print(lines.join('\n'))
    lines = []
  }
  for await (const batch of batches) {
    for (const event of batch) {
      if (lines.length > LINES_AT_ONCE) flush()
      if (event.kind === 'issue') {
        faults += 1
        lines.push(view === 'lines' ? JSON.stringify({ issue: event.issue }) : `! ${describeIssue(event.issue)}`)
      } else if (view === 'lines') lines.push(lineOf(event))
      else lines.push(...described(event))
    }
    flush()
  }
  return faults > 0 ? 1 : 0
}

const isX12 = (segment: X12Segment | EdifactSegment): segment is X12Segment => segment instanceof X12Segment

function lineOf(segment: X12Segment | EdifactSegment): string {
  const elements = isX12(segment) ? toWritable(segment) : toWritableEdifact(segment)
  return JSON.stringify({ byteOffset: segment.byteOffset, segment: elements })
}

/** One line for the segment, one for each element that holds something. */
function described(segment: X12Segment | EdifactSegment): string[] {
  return isX12(segment) ? describedX12(segment) : describedEdifact(segment)
}

function describedX12(segment: X12Segment): string[] {
  const names = x12Names(segment.id)
  const lines = [`${segment.id.padEnd(3)} ${names?.segment ?? ''}`.trimEnd()]
  segment.elements().forEach((value, index) => {
    if (value.trim() !== '')
      lines.push(elementLine(`${segment.id}${two(index + 1)}`, names?.element(index + 1) ?? '', value))
  })
  return lines
}

function describedEdifact(segment: EdifactSegment): string[] {
  const names = edifactNames(segment.id)
  const lines = [`${segment.id} ${names?.segment ?? ''}`.trimEnd()]
  for (let position = 1; position <= segment.elementCount; position += 1) {
    for (const components of segment.repetitions(position)) {
      components.forEach((value, index) => {
        const place = components.length > 1 ? `${two(position)}.${index + 1}` : two(position)
        if (value !== '')
          lines.push(elementLine(`${segment.id}${place}`, names?.part(position, index + 1) ?? '', value))
      })
    }
  }
  return lines
}

const two = (position: number): string => String(position).padStart(2, '0')
const elementLine = (place: string, name: string, value: string): string =>
  `    ${place.padEnd(8)} ${name.padEnd(28)} ${value}`

/** The whole file in the shape that `edi write` reads. */
export function documentOf(standard: Standard, bytes: Uint8Array, repair: boolean) {
  return standard === 'x12' ? x12Document(bytes, repair) : edifactDocument(bytes, repair)
}

function x12Document(bytes: Uint8Array, repair: boolean) {
  const file = readX12Interchanges(bytes, { repair })
  const interchanges = file.interchanges.map((each) => ({
    envelope: each.header,
    separators: each.separators,
    lineEnd: each.lineEnd,
    finalLineEnd: hasLineEndAt(bytes, each.byteEnd),
    interchangeAcks: each.interchangeAcks.map(toWritable),
    groups: each.groups.map((group) => ({
      header: group.header,
      sets: group.sets.map((set) => ({ header: set.header, segments: set.segments.slice(1, -1).map(toWritable) })),
    })),
  }))
  const issues = [
    ...file.issues,
    ...file.interchanges.flatMap((each) => [
      ...each.issues,
      ...each.groups.flatMap((group) => [...group.issues, ...group.sets.flatMap((set) => set.issues)]),
    ]),
  ]
  const assumptions = file.interchanges.flatMap((each) => [
    ...(each.assumptions ?? []),
    ...each.groups.flatMap((group) => [
      ...(group.assumptions ?? []),
      ...group.sets.flatMap((set) => set.assumptions ?? []),
    ]),
  ])
  return {
    standard: 'x12' as const,
    interchanges,
    issues,
    assumptions,
    tolerated: file.interchanges.flatMap((each) => each.tolerated),
  }
}

/** Whether the last segment has a line end behind it too: with it a file is written as it was, to the byte. */
const hasLineEndAt = (bytes: Uint8Array, offset: number): boolean => bytes[offset] === 10 || bytes[offset] === 13

function edifactDocument(bytes: Uint8Array, repair: boolean) {
  const file = readEdifactInterchanges(bytes, { repair })
  const interchanges = file.interchanges.map((each) => ({
    ...writableOf(each),
    lineEnd: each.lineEnd,
    finalLineEnd: hasLineEndAt(bytes, each.byteEnd),
    una: each.una,
  }))
  const issues = [
    ...file.issues,
    ...file.interchanges.flatMap((each) => [
      ...each.issues,
      ...each.groups.flatMap((group) => group.issues),
      ...each.messages.flatMap((message) => message.issues),
    ]),
  ]
  const assumptions = file.interchanges.flatMap((each) => [
    ...each.assumptions,
    ...each.messages.flatMap((message) => message.assumptions),
  ])
  return {
    standard: 'edifact' as const,
    interchanges,
    issues,
    assumptions,
    tolerated: file.interchanges.flatMap((each) => each.tolerated),
  }
}
