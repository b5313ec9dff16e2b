/** Reads what the hub laid into in/: acknowledges each group, books each order once, notes the hub's own receipts. */
import { describeIssue } from '#core/issue.ts'
import { build997, type AckVerdict } from '#mappings/formats/x12/ack.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import type { X12Group, X12Interchange, X12Set } from '#mappings/formats/x12/interchange.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import type { Tally } from '../kit/tally.ts'
import { correspondentOf, type Correspondent } from './interchange.ts'
import type { Receipts } from './receipts.ts'
import { SeenInterchanges } from './seen.ts'
import type { Tray } from './tray.ts'

export type IntakeSetup = {
  /** Runs the work when receipts are due for a file. */
  later: (file: string, work: () => void) => void
  tray: Tray
  receipts: Receipts
  documentsIn: Tally
  /** `orders`: numbers seen again; `interchanges`: same control number and bytes; `conflicts`: same number, other bytes. */
  repeats: Tally
  onTrouble: (trouble: string) => void
}

/** A set that can be used, and what to do with it; or why it is refused. `again`: it was known already. */
export type SetWish =
  | { ok: true; carryOut: (from: Correspondent) => 'fresh' | 'again' }
  | { ok: false; verdict: AckVerdict }

/** By set number; sets of other kinds are refused as not supported. */
export type SetReaders = Readonly<Record<string, (set: X12Set) => SetWish>>

type Acknowledgment = { to: Correspondent; segments: readonly WritableSegment[] }

export class Intake {
  readonly #setup: IntakeSetup
  readonly #readers: SetReaders
  readonly #seen = new SeenInterchanges<Acknowledgment[]>()

  constructor(setup: IntakeSetup, readers: SetReaders) {
    this.#setup = setup
    this.#readers = readers
  }

  /** Never throws on bad content: what cannot be used is told as trouble. */
  take(name: string, bytes: Uint8Array): void {
    const file = readX12Interchanges(bytes)
    for (const issue of file.issues) this.#setup.onTrouble(`${name}: ${describeIssue(issue)}`)
    for (const interchange of file.interchanges)
      this.#interchange(name, interchange, bytes.subarray(interchange.isa.byteOffset, interchange.byteEnd))
  }

  #interchange(name: string, interchange: X12Interchange, bytes: Uint8Array): void {
    const { repeats, onTrouble } = this.#setup
    if (interchange.issues.length > 0) {
      for (const issue of interchange.issues) onTrouble(`${name}: ${describeIssue(issue)}`)
      return
    }
    const { sender, receiver, controlNumber } = interchange.header
    const key = JSON.stringify([sender, receiver, Number(controlNumber)])
    const seen = this.#seen.look(key, bytes, () =>
      interchange.groups.flatMap((group) => this.#group(group, correspondentOf(interchange, group))),
    )
    if (seen.kind === 'conflict') {
      repeats.add('conflicts')
      onTrouble(`${name}: control number ${controlNumber} came before with other content; held`)
      return
    }
    if (seen.kind === 'again') repeats.add('interchanges')
    this.#acknowledge(name, seen.answer)
  }

  #acknowledge(name: string, acknowledgments: readonly Acknowledgment[]): void {
    if (acknowledgments.length === 0) return
    this.#setup.later(name, () => {
      for (const { to, segments } of acknowledgments) this.#setup.tray.add('997', to, segments)
    })
  }

  #group(group: X12Group, from: Correspondent): Acknowledgment[] {
    const { documentsIn, receipts, repeats } = this.#setup
    for (const set of group.sets) documentsIn.add(set.header.id)
    if (group.header.functionalId === 'FA') {
      for (const set of group.sets) receipts.note(...statusOf(set))
      return []
    }
    const readings = group.sets.map((set) => this.#readers[set.header.id]?.(set))
    const verdicts = new Map<number, AckVerdict>()
    readings.forEach((reading, index) => {
      if (reading === undefined) verdicts.set(index, { segmentErrors: [], setErrors: ['1'] })
      else if (!reading.ok) verdicts.set(index, reading.verdict)
    })
    const ack = build997({ group, controlNumber: '0001', verdicts })
    if (ack === null) return []
    readings.forEach((reading, index) => {
      const usable = ack.groupStatus !== 'R' && ack.setStatuses[index] !== 'R'
      if (usable && reading?.ok === true && reading.carryOut(from) === 'again') repeats.add('orders')
    })
    return [{ to: from, segments: ack.set.segments }]
  }
}

/** A 997 says what became of one group. */
function statusOf(set: X12Set): [functionalId: string, groupNumber: string, status: string] {
  const about = set.segments.find((segment) => segment.id === 'AK1')
  const verdict = set.segments.find((segment) => segment.id === 'AK9')
  return [about?.element(1) ?? '', about?.element(2) ?? '', verdict?.element(1) ?? '']
}
