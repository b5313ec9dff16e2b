/** `crossdock edi ack`: the acknowledgment a file deserves, as bytes that could be sent. */
import { describeIssue } from '#core/issue.ts'
import { buildContrl } from '#mappings/formats/edifact/contrl.ts'
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import { writeEdifact } from '#mappings/formats/edifact/writer.ts'
import { validateEdifactMessage } from '#mappings/formats/guides/edifact/validator.ts'
import type { GuideOverlayInput } from '#mappings/formats/guides/overlay.ts'
import { validateX12Set } from '#mappings/formats/guides/x12/validator.ts'
import { ackVerdict } from '#mappings/formats/guides/x12/verdict.ts'
import { build997, build999, type Acknowledgment } from '#mappings/formats/x12/ack.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import type { X12Group, X12Interchange } from '#mappings/formats/x12/interchange.ts'
import { buildTa1 } from '#mappings/formats/x12/ta1.ts'
import type { WritableInterchange } from '#mappings/formats/x12/writable.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import { UsageError } from './command.ts'
import { readWhole, type EdiInput } from './edi-input.ts'

export type AckOptions = {
  kind: '997' | '999' | 'ta1'
  overlay: GuideOverlayInput | undefined
  repair: boolean
  /** Control number of the answer. */
  number: number
  /** CCYYMMDD and HHMM of the answer. */
  date: string
  time: string
}

/** Exit code 0 when everything is accepted (or nothing may be acknowledged), 1 when something is rejected. */
export async function ack(input: EdiInput, options: AckOptions, print: (line: string) => void): Promise<number> {
  const { standard, bytes } = await readWhole(input)
  return standard === 'x12' ? ackX12(bytes, options, print) : ackEdifact(bytes, options, print)
}

function ackX12(bytes: Uint8Array, options: AckOptions, print: (line: string) => void): number {
  const { interchanges, issues } = readX12Interchanges(bytes, { repair: options.repair })
  if (interchanges.length === 0) throw new UsageError(issues.map(describeIssue).join('\n'))
  let code = 0
  for (const [index, interchange] of interchanges.entries()) {
    const ta1 = buildTa1(interchange)
    // A broken interchange may be half of one: a 997 would say that it was read.
    const isBroken = ta1?.status === 'R'
    const acks =
      isBroken || options.kind === 'ta1' ? [] : interchange.groups.flatMap((group) => groupAck(group, options))
    if (isBroken || acks.some(({ groupStatus }) => groupStatus !== 'A' && groupStatus !== 'E')) code = 1
    const wantsTa1 = ta1 !== null && (isBroken || options.kind === 'ta1' || interchange.header.acknowledgmentRequested)
    if (acks.length === 0 && !wantsTa1) continue
    const answer = answerTo(interchange, acks, options, options.number + index)
    const written = writeX12(
      { ...answer, interchangeAcks: wantsTa1 && ta1 !== null ? [ta1.segment] : [] },
      { lineEnd: '\n' },
    )
    if (!written.ok) throw new Error(written.issues.map(describeIssue).join('\n'))
    print(Buffer.from(written.value.bytes).toString('latin1').trimEnd())
  }
  return code
}

function groupAck(group: X12Group, options: AckOptions): Acknowledgment[] {
  const verdicts = new Map(
    group.sets.flatMap((set, index) => {
      const verdict = ackVerdict(validateX12Set(set, group.header.version, options.overlay).faults)
      return verdict === undefined ? [] : [[index, verdict] as const]
    }),
  )
  const made = (options.kind === '999' ? build999 : build997)({ group, controlNumber: '0001', verdicts })
  return made === null ? [] : [made]
}

/** Sender and receiver change places; the separators are the partner's own. */
function answerTo(
  { header, separators, groups }: X12Interchange,
  acks: readonly Acknowledgment[],
  { date, time, kind }: AckOptions,
  number: number,
): WritableInterchange {
  const [first] = groups
  return {
    separators: { ...separators, terminator: separators.terminator === '\n' ? '~' : separators.terminator },
    envelope: {
      ...header,
      sender: header.receiver,
      receiver: header.sender,
      date: date.slice(2),
      time,
      controlNumber: String(number),
      acknowledgmentRequested: false,
    },
    groups:
      acks.length === 0 || first === undefined
        ? []
        : [
            {
              header: {
                functionalId: 'FA',
                sender: first.header.receiver,
                receiver: first.header.sender,
                date,
                time,
                controlNumber: String(number),
                agency: 'X',
                version: kind === '999' ? '005010X231A1' : first.header.version,
              },
              sets: acks.map(({ set }, index) => ({
                ...set,
                header: { ...set.header, controlNumber: String(index + 1).padStart(4, '0') },
              })),
            },
          ],
  }
}

function ackEdifact(bytes: Uint8Array, options: AckOptions, print: (line: string) => void): number {
  const { interchanges, issues } = readEdifactInterchanges(bytes, { repair: options.repair })
  if (interchanges.length === 0) throw new UsageError(issues.map(describeIssue).join('\n'))
  let code = 0
  for (const [index, interchange] of interchanges.entries()) {
    const findings = new Map(
      interchange.messages.map((message, at) => [
        at,
        { faults: validateEdifactMessage(message, options.overlay).faults },
      ]),
    )
    const made = buildContrl({ interchange, reference: '1', findings })
    if (made === null) continue
    if (made.action === '4' || made.messageActions.includes('4')) code = 1
    const { header, separators } = interchange
    const envelope = {
      ...header,
      sender: header.receiver,
      receiver: header.sender,
      date: header.date.length === 8 ? options.date : options.date.slice(2),
      time: options.time,
      controlReference: String(options.number + index),
      applicationReference: '',
      acknowledgmentRequested: false,
    }
    const written = writeEdifact({ envelope, separators, messages: [made.message] }, { lineEnd: '\n', lowerCase: true })
    if (!written.ok) throw new Error(written.issues.map(describeIssue).join('\n'))
    print(Buffer.from(written.value.bytes).toString('latin1').trimEnd())
  }
  return code
}
