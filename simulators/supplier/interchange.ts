/** Puts transaction sets of one type into one interchange with the supplier's own control numbers. */
import type { Parsed } from '#core/issue.ts'
import { parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { X12Group, X12Interchange } from '#mappings/formats/x12/interchange.ts'
import type { X12Separators } from '#mappings/formats/x12/separators.ts'
import type { X12Party } from '#mappings/formats/x12/types.ts'
import type { WritableSegment, WritableSet } from '#mappings/formats/x12/writable.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import { dateOf, secondsOf, timeOf } from './documents.ts'

const FUNCTIONAL_IDS: Readonly<Record<string, string>> = {
  '997': 'FA',
  '855': 'PR',
  '856': 'SH',
  '865': 'CA',
  '846': 'IB',
  '944': 'RE',
  '945': 'SW',
  '947': 'AW',
}

/** Whom to answer, in which version, as its own interchange said. */
export type Correspondent = {
  party: X12Party
  groupId: string
  version: string
  groupVersion: string
  usage: string
}

export const correspondentOf = ({ header }: X12Interchange, group: X12Group): Correspondent => ({
  party: header.sender,
  groupId: group.header.sender,
  version: header.version,
  groupVersion: group.header.version,
  usage: header.usage,
})

/** The writers of both standards take segments of this shape. */
export type Segments = readonly WritableSegment[]

export type Composed = {
  bytes: Uint8Array
  interchangeNumber: string
  functionalId: string
  groupNumber: string
}

export type Sender = { identity: X12Party; separators: X12Separators }

const MAX_NUMBER = 999_999_999

/** ISA13 and GS06 rise together; after 999999999 comes 1. */
export class ControlNumbers {
  #next: number

  constructor(first: number) {
    this.#next = first
  }

  take(): number {
    const number = this.#next
    this.#next = number === MAX_NUMBER ? 1 : number + 1
    return number
  }
}

export function compose(
  sender: Sender,
  to: Correspondent,
  type: string,
  sets: readonly Segments[],
  controlNumber: number,
  at: Instant,
): Parsed<Composed> {
  const interchangeNumber = String(controlNumber).padStart(9, '0')
  const groupNumber = String(controlNumber)
  const functionalId = FUNCTIONAL_IDS[type] ?? ''
  const numbered = sets.map((segments, index): WritableSet => {
    const number = String(index + 1).padStart(4, '0')
    return { header: { id: type, controlNumber: number, implementation: '' }, segments }
  })
  const written = writeX12(
    {
      separators: separatorsFor(sender.separators, to.version),
      envelope: {
        authorization: { qualifier: '00', id: '' },
        security: { qualifier: '00', id: '' },
        sender: sender.identity,
        receiver: to.party,
        date: dateOf(at).slice(2),
        time: timeOf(at),
        standardsId: 'U',
        version: to.version,
        controlNumber: interchangeNumber,
        acknowledgmentRequested: false,
        usage: to.usage,
      },
      groups: [
        {
          header: {
            functionalId,
            sender: sender.identity.id,
            receiver: to.groupId,
            date: dateOf(at),
            time: secondsOf(at),
            controlNumber: groupNumber,
            agency: 'X',
            version: to.groupVersion,
          },
          sets: numbered,
        },
      ],
    },
    { lineEnd: '\n' },
  )
  if (!written.ok) return written
  return parsed({ bytes: written.value.bytes, interchangeNumber, functionalId, groupNumber })
}

/** ISA11 is a repetition separator from version 00402 on, and `U` before. */
function separatorsFor(wanted: X12Separators, version: string): X12Separators {
  return { ...wanted, repetition: version < '00402' ? null : (wanted.repetition ?? '^') }
}

/** The same file with another number in its IEA: what a bad concatenation or a lost block leaves behind. */
export function withWrongTrailer(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes).toString('latin1')
  const broken = text.replace(/(IEA.\d+.)(\d{9})/, (_, start: string, number: string) => {
    return start + String((Number(number) + 500_000_000) % MAX_NUMBER).padStart(9, '0')
  })
  return Buffer.from(broken, 'latin1')
}
