/** A partner on paper that trades X12 files: how it writes what it says, and what it makes of ours. For the exhibits of this folder. */
import { Buffer } from 'node:buffer'
import type { Instant } from '#core/model/time.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import { documentOf } from '#mappings/x12/documents.ts'
import { BASE_PROFILE } from '#mappings/x12/profile.ts'
import type { Crosswalk } from '../contract/connector.ts'
import type { PaperFile } from '../contract/exhibit.ts'
import { sha256 } from '../contract/request.ts'

const MOST_NUMBERS = 999_999_999

type Party = { qualifier: string; id: string }

/** The partner's file with one set that says this. Its control number follows from what it says. */
export const x12Says =
  (us: Party, partner: Party) =>
  (set: string) =>
  (value: unknown, { crosswalk, at }: { crosswalk: Crosswalk; at: Instant }): Uint8Array | undefined => {
    const document = documentOf(set)
    const written = document?.write(value, { crosswalk, receivedAt: at }, BASE_PROFILE)
    if (document === undefined || written?.ok !== true) return undefined
    const told = (value as { answeredAt?: Instant }).answeredAt ?? at
    const [date = '', time = ''] = told.replaceAll(/[-:]/g, '').split(/[T.]/)
    const number = (Number.parseInt(sha256(JSON.stringify(value)).slice(0, 7), 16) % MOST_NUMBERS) + 1
    const file = writeX12({
      separators: { element: '*', component: '>', repetition: null, terminator: '~' },
      envelope: {
        authorization: { qualifier: '00', id: '' },
        security: { qualifier: '00', id: '' },
        sender: partner,
        receiver: us,
        date: '261122',
        time: '0900',
        standardsId: 'U',
        version: '00401',
        controlNumber: String(number).padStart(9, '0'),
        acknowledgmentRequested: false,
        usage: 'P',
      },
      groups: [
        {
          header: {
            functionalId: document.functionalId,
            sender: partner.id,
            receiver: us.id,
            date,
            time,
            controlNumber: String(number),
            agency: 'X',
            version: '004010',
          },
          sets: [{ header: { id: set, controlNumber: '0001', implementation: '' }, segments: written.value }],
        },
      ],
    })
    return file.ok ? file.value.bytes : undefined
  }

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** What each of our sets asks for, by the segment that names it: BEG 850, BCH 860, W05 940, W06 943, BGN 180 and 824. */
const NAMED = /~(BEG|BCH)\*\w+\*\w+\*([^*~]+)|~(W05|W06|BGN)\*\w+\*([^*~]+)|~(AK1)\*\w+\*([^*~]+)/g

/** Documents and acknowledged groups in the files that we laid into the partner's folder. */
export const x12Effects = (files: readonly PaperFile[]): string[] =>
  files
    .filter(({ folder }) => folder === '/in')
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
