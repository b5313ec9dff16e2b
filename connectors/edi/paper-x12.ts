/** A partner on paper that trades X12 files: how it writes what it says, and what it makes of ours. For the exhibits of this folder. */
import { Buffer } from 'node:buffer'
import type { Instant } from '#core/model/time.ts'
import type { Parsed } from '#core/issue.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import type { X12Document } from '#mappings/x12/document.ts'
import { documentOf } from '#mappings/x12/documents.ts'
import { BASE_PROFILE } from '#mappings/x12/profile.ts'
import type { Crosswalk } from '../contract/connector.ts'
import type { PaperFile } from '../contract/exhibit.ts'
import { sha256 } from '../contract/request.ts'
import { filesForPartner } from '../transport/paper-folders.ts'

const MOST_NUMBERS = 999_999_999

type Party = { qualifier: string; id: string }

export type X12PaperFile = {
  sender: Party
  receiver: Party
  usage: 'P' | 'T'
  functionalId: string
  /** ISA13 and GS06. */
  number: number
  /** GS04 and GS05. */
  date: string
  time: string
  sets: readonly { type: string; segments: readonly WritableSegment[] }[]
}

/** One interchange of one group. */
export function x12File(file: X12PaperFile): Parsed<Uint8Array> {
  const { sender, receiver, usage, functionalId, number, date, time, sets } = file
  const written = writeX12({
    separators: { element: '*', component: '>', repetition: null, terminator: '~' },
    envelope: {
      authorization: { qualifier: '00', id: '' },
      security: { qualifier: '00', id: '' },
      sender,
      receiver,
      date: '261122',
      time: '0900',
      standardsId: 'U',
      version: '00401',
      controlNumber: String(number).padStart(9, '0'),
      acknowledgmentRequested: false,
      usage,
    },
    groups: [
      {
        header: {
          functionalId,
          sender: sender.id,
          receiver: receiver.id,
          date,
          time,
          controlNumber: String(number),
          agency: 'X',
          version: '004010',
        },
        sets: sets.map(({ type, segments }, index) => ({
          header: { id: type, controlNumber: String(index + 1).padStart(4, '0'), implementation: '' },
          segments,
        })),
      },
    ],
  })
  return written.ok ? { ok: true, value: written.value.bytes } : written
}

/** The partner's file with one set that says this. Its control number follows from what it says. */
export const x12Says =
  (receiver: Party, sender: Party) =>
  (said: string | X12Document) =>
  (value: unknown, { crosswalk, at }: { crosswalk: Crosswalk; at: Instant }): Uint8Array | undefined => {
    const document = typeof said === 'string' ? documentOf(said) : said
    const written = document?.write(value, { crosswalk, receivedAt: at }, BASE_PROFILE)
    if (document === undefined || written?.ok !== true) return undefined
    const { answeredAt, revisedAt } = value as { answeredAt?: Instant; revisedAt?: Instant }
    const told = answeredAt ?? revisedAt ?? at
    const [date = '', time = ''] = told.replaceAll(/[-:]/g, '').split(/[T.]/)
    const number = (Number.parseInt(sha256(JSON.stringify(value)).slice(0, 7), 16) % MOST_NUMBERS) + 1
    const { functionalId, set: type } = document
    const sets = [{ type, segments: written.value }]
    const file = x12File({ sender, receiver, usage: 'P', functionalId, number, date, time, sets })
    return file.ok ? file.value : undefined
  }

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** What each of our sets asks for, by the segment that names it: BEG 850, BCH 860, BAK 855, BCA 865, BSN 856, BIA 846, W05 940, W06 943, BGN 180 and 824. */
const NAMED =
  /~(BEG|BCH|BAK|BCA)\*\w+\*\w+\*([^*~]+)|~(W05|W06|BGN|BSN)\*\w+\*([^*~]+)|~(BIA)\*\w+\*\w+\*\w+\*(\d+\*\d+)|~(AK1)\*\w+\*([^*~]+)/g

/** Documents and acknowledged groups in the files that we laid into the partner's folder. */
export const x12Effects = (files: readonly PaperFile[]): string[] =>
  filesForPartner(files)
    .flatMap(({ bytes }) => [...textOf(bytes).replaceAll(/~\s+/g, '~').matchAll(NAMED)])
    .map((found) => found.slice(1).filter(Boolean).join(' '))

/** ISA13. */
export const x12ControlNumbers = (bytes: Uint8Array): string[] =>
  [...textOf(bytes).matchAll(/ISA(?:\*[^*]*){12}\*(\d{9})/g)].map(([, number = '']) => number)

/** A receipt that says that a group was taken. */
export const X12_RECEIPT = JSON.stringify([
  ['AK1', 'PR', '7'],
  ['AK9', 'A', '1', '1', '1'],
])
