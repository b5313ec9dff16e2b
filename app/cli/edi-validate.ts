/** `crossdock edi validate`: every fault of a file's envelopes and contents, as a stream: memory holds one segment. */
import { describeIssue, type Issue } from '#core/issue.ts'
import { EdifactEnvelopeBuilder } from '#mappings/formats/edifact/envelope-builder.ts'
import { EdifactScanner } from '#mappings/formats/edifact/scanner.ts'
import { edifactMessagesAsTheyCome } from '#mappings/formats/guides/edifact/validator.ts'
import type { GuideOverlayInput } from '#mappings/formats/guides/overlay.ts'
import { x12SetsAsTheyCome } from '#mappings/formats/guides/x12/validator.ts'
import { X12EnvelopeBuilder } from '#mappings/formats/x12/envelope-builder.ts'
import { X12_LIMITS, X12Scanner } from '#mappings/formats/x12/scanner.ts'
import { detect, type EdiInput } from './edi-input.ts'

export type ValidateOptions = { repair: boolean; json: boolean; overlay: GuideOverlayInput | undefined }

/** What one part of the file has to say: `part` names it as partners do. */
type Finding = { part: string; issue: Issue; level: 'fault' | 'assumed' | 'note' }
type Tally = { parts: number; faults: number; unchecked: Map<string, number> }
type Tell = (finding: Finding) => void

/** Exit code 0 when nothing is wrong, 1 when something is. */
export async function validate(
  input: EdiInput,
  options: ValidateOptions,
  print: (line: string) => void,
): Promise<number> {
  const { standard, chunks } = await detect(input)
  const tally: Tally = { parts: 0, faults: 0, unchecked: new Map() }
  const tell: Tell = (finding) => {
    if (finding.level === 'fault') tally.faults += 1
    print(
      options.json
        ? JSON.stringify(finding)
        : `${MARKS[finding.level]} ${finding.part}: ${describeIssue(finding.issue)}`,
    )
  }
  const scanner = standard === 'x12' ? x12Scanner(options, tally, tell) : edifactScanner(options, tally, tell)
  for await (const chunk of chunks) scanner.push(chunk)
  scanner.end()
  if (options.json)
    print(JSON.stringify({ parts: tally.parts, faults: tally.faults, unchecked: Object.fromEntries(tally.unchecked) }))
  else {
    for (const [type, count] of tally.unchecked)
      print(`? ${count} × ${type}: there is no guide, only the envelope was checked`)
    print(`${counted(tally.parts, standard === 'x12' ? 'set' : 'message')}, ${counted(tally.faults, 'fault')}`)
  }
  return tally.faults > 0 ? 1 : 0
}

const MARKS = { fault: '!', assumed: '~', note: '-' } as const

function x12Scanner(
  { repair, overlay }: ValidateOptions,
  tally: Tally,
  tell: Tell,
): { push: (chunk: Uint8Array) => void; end: () => void } {
  const checked = x12SetsAsTheyCome(overlay)
  const builder = new X12EnvelopeBuilder(
    (interchange) => {
      const part = `ISA ${interchange.header.controlNumber}`
      for (const group of interchange.groups) {
        const at = `${part} GS ${group.header.controlNumber}`
        for (const issue of group.issues) tell({ part: at, issue, level: 'fault' })
        for (const issue of group.assumptions ?? []) tell({ part: at, issue, level: 'assumed' })
      }
      for (const issue of interchange.issues) tell({ part, issue, level: 'fault' })
      for (const issue of interchange.assumptions ?? []) tell({ part, issue, level: 'assumed' })
      for (const issue of interchange.tolerated) tell({ part, issue, level: 'note' })
    },
    {
      repair,
      drop: true,
      countOnly: true,
      onSegment: checked.onSegment,
      onSet: (set, group, interchange) => {
        tally.parts += 1
        const part = `ISA ${interchange.header.controlNumber} GS ${group.header.controlNumber} ST ${set.header.controlNumber} (${set.header.id})`
        const verdict = checked.verdict()
        if (!verdict.hasGuide) tally.unchecked.set(set.header.id, (tally.unchecked.get(set.header.id) ?? 0) + 1)
        for (const issue of set.issues) tell({ part, issue, level: 'fault' })
        for (const issue of set.assumptions ?? []) tell({ part, issue, level: 'assumed' })
        for (const { issue } of verdict.faults) tell({ part, issue, level: 'fault' })
      },
    },
  )
  const scanner = new X12Scanner(builder, { ...X12_LIMITS, unwrap: repair })
  return { push: (chunk) => scanner.push(chunk), end: () => ended(scanner, builder, tell) }
}

function edifactScanner(
  { repair, overlay }: ValidateOptions,
  tally: Tally,
  tell: Tell,
): { push: (chunk: Uint8Array) => void; end: () => void } {
  const checked = edifactMessagesAsTheyCome(overlay)
  const builder = new EdifactEnvelopeBuilder(
    (interchange) => {
      const part = `UNB ${interchange.header.controlReference}`
      for (const group of interchange.groups)
        for (const issue of group.issues) tell({ part: `${part} UNG ${group.reference}`, issue, level: 'fault' })
      for (const issue of interchange.issues) tell({ part, issue, level: 'fault' })
      for (const issue of interchange.assumptions) tell({ part, issue, level: 'assumed' })
      for (const issue of interchange.tolerated) tell({ part, issue, level: 'note' })
    },
    {
      repair,
      drop: true,
      countOnly: true,
      onSegment: checked.onSegment,
      onMessage: (message, interchange) => {
        tally.parts += 1
        const part = `UNB ${interchange.header.controlReference} UNH ${message.header.reference} (${message.header.type})`
        const verdict = checked.verdict()
        if (!verdict.hasGuide)
          tally.unchecked.set(message.header.type, (tally.unchecked.get(message.header.type) ?? 0) + 1)
        for (const issue of message.issues) tell({ part, issue, level: 'fault' })
        for (const issue of message.assumptions) tell({ part, issue, level: 'assumed' })
        for (const { issue } of verdict.faults) tell({ part, issue, level: 'fault' })
      },
    },
  )
  const scanner = new EdifactScanner(builder)
  return { push: (chunk) => scanner.push(chunk), end: () => ended(scanner, builder, tell) }
}

function ended(scanner: { end: () => void }, builder: { end: () => void; fileIssues: Issue[] }, tell: Tell): void {
  scanner.end()
  builder.end()
  for (const issue of builder.fileIssues) tell({ part: 'file', issue, level: 'fault' })
}

const counted = (count: number, word: string): string => `${count} ${word}${count === 1 ? '' : 's'}`
