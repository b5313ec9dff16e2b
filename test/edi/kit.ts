/** What tests of both standards share: everything a reading says, for chunks cut anywhere. */
import { buildContrl } from '#mappings/formats/edifact/contrl.ts'
import { EdifactEnvelopeBuilder } from '#mappings/formats/edifact/envelope-builder.ts'
import type { EdifactInterchange } from '#mappings/formats/edifact/interchange.ts'
import { EdifactScanner } from '#mappings/formats/edifact/scanner.ts'
import { validateEdifactMessage } from '#mappings/formats/guides/edifact/validator.ts'
import { validateX12Set } from '#mappings/formats/guides/x12/validator.ts'
import { ackVerdict } from '#mappings/formats/guides/x12/verdict.ts'
import { build997, build999 } from '#mappings/formats/x12/ack.ts'
import { X12EnvelopeBuilder } from '#mappings/formats/x12/envelope-builder.ts'
import type { X12Interchange } from '#mappings/formats/x12/interchange.ts'
import { X12Scanner } from '#mappings/formats/x12/scanner.ts'
import { buildTa1 } from '#mappings/formats/x12/ta1.ts'

export const isEdifact = (bytes: Uint8Array): boolean => bytes[0] === 85

/** Every segment with its place, and every issue of the scan. Cheap, because it is made for each byte of each file. */
export function eventsOf(chunks: Iterable<Uint8Array>, edifact: boolean): string {
  const lines: string[] = []
  const sink = {
    segment: (segment: { raw: string; id: string; byteOffset: number; byteEnd: number; hasControlByte: boolean }) => {
      const { raw, id, byteOffset, byteEnd, hasControlByte } = segment
      lines.push(`${id} ${byteOffset} ${byteEnd} ${hasControlByte} ${raw}`)
    },
    issue: (issue: object) => void lines.push(JSON.stringify(issue)),
    una: (raw: string, byteOffset: number) => void lines.push(`${raw} ${byteOffset}`),
  }
  const scanner = edifact ? new EdifactScanner(sink) : new X12Scanner(sink)
  for (const chunk of chunks) scanner.push(chunk)
  scanner.end()
  return lines.join('\n')
}

/** `issues`: codes of envelopes and contents, outermost last. `acks`: every acknowledgment the file gets. */
export type Judgment = { issues: string[]; acks: unknown[] }

export const judge = (chunks: Iterable<Uint8Array>, edifact: boolean): Judgment =>
  edifact ? judgeEdifact(chunks) : judgeX12(chunks)

function judgeX12(chunks: Iterable<Uint8Array>): Judgment {
  const interchanges: X12Interchange[] = []
  const builder = new X12EnvelopeBuilder((interchange) => interchanges.push(interchange))
  const scanner = new X12Scanner(builder)
  for (const chunk of chunks) scanner.push(chunk)
  scanner.end()
  builder.end()
  const issues = builder.fileIssues.map(({ code }) => code)
  const acks: unknown[] = []
  for (const interchange of interchanges) {
    issues.push(...interchange.issues.map(({ code }) => code))
    acks.push(buildTa1(interchange)?.segment ?? null)
    for (const group of interchange.groups) {
      issues.push(...group.issues.map(({ code }) => code))
      const verdicts = group.sets.map((set) => validateX12Set(set, group.header.version))
      group.sets.forEach((set, index) => {
        issues.push(...set.issues.map(({ code }) => code))
        issues.push(...(verdicts[index]?.faults ?? []).map(({ issue }) => `${issue.code} ${issue.place.path}`))
      })
      const found = new Map(
        verdicts.flatMap(({ faults }, index) => {
          const verdict = ackVerdict(faults)
          return verdict === undefined ? [] : [[index, verdict] as const]
        }),
      )
      const request = { group, controlNumber: '1', verdicts: found }
      acks.push(build997(request)?.set.segments ?? null, build999(request)?.set.segments ?? null)
    }
  }
  return { issues, acks }
}

function judgeEdifact(chunks: Iterable<Uint8Array>): Judgment {
  const interchanges: EdifactInterchange[] = []
  const builder = new EdifactEnvelopeBuilder((interchange) => interchanges.push(interchange))
  const scanner = new EdifactScanner(builder)
  for (const chunk of chunks) scanner.push(chunk)
  scanner.end()
  builder.end()
  const issues = builder.fileIssues.map(({ code }) => code)
  const acks: unknown[] = []
  for (const interchange of interchanges) {
    issues.push(...interchange.issues.map(({ code }) => code))
    const findings = interchange.messages.map((message) => validateEdifactMessage(message))
    interchange.messages.forEach((message, index) => {
      issues.push(...message.issues.map(({ code }) => code))
      issues.push(...(findings[index]?.faults ?? []).map(({ issue }) => `${issue.code} ${issue.place.path}`))
    })
    const made = buildContrl({ interchange, reference: '1', findings: new Map(findings.entries()) })
    acks.push(made?.message.segments ?? null)
  }
  return { issues, acks }
}
