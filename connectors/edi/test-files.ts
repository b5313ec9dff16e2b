/** X12 files of a partner, for tests: envelopes around given segments. */
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'

export type TestSet = { type: string; segments: WritableSegment[] }

export const US = { qualifier: 'ZZ', id: 'CROSSDOCK' }
export const PARTNER = { qualifier: 'ZZ', id: 'ACME' }

/** One interchange of one group from the partner to us. */
export function partnerFile(functionalId: string, sets: TestSet[], number = 1, sender = PARTNER): Uint8Array {
  const written = writeX12({
    separators: { element: '*', component: '>', repetition: null, terminator: '~' },
    envelope: {
      authorization: { qualifier: '00', id: '' },
      security: { qualifier: '00', id: '' },
      sender,
      receiver: US,
      date: '261122',
      time: '0900',
      standardsId: 'U',
      version: '00401',
      controlNumber: String(number).padStart(9, '0'),
      acknowledgmentRequested: false,
      usage: 'T',
    },
    groups: [
      {
        header: {
          functionalId,
          sender: sender.id,
          receiver: US.id,
          date: '20261122',
          time: '0900',
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
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  return written.value.bytes
}

/** An 855 that takes two units of line 1 of a purchase order, or does what `ack` says. */
export const answerSet = (poNumber: string, ack: WritableSegment = ['ACK', 'IA', '2', 'EA']): TestSet => ({
  type: '855',
  segments: [
    ['BAK', '00', 'AC', poNumber, '20261122', '', '', '', '', '20261122'],
    ['PO1', '1', '2', 'EA', '12.50', '', 'VN', 'V-1'],
    ack,
    ['CTT', '1'],
  ],
})

export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
