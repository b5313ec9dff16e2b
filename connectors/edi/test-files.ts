/** X12 files of a partner, for tests: envelopes around given segments. */
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import { x12File } from './paper-x12.ts'

export type TestSet = { type: string; segments: WritableSegment[] }

export const US = { qualifier: 'ZZ', id: 'CROSSDOCK' }
export const PARTNER = { qualifier: 'ZZ', id: 'ACME' }

/** One interchange of one group from the partner to us. */
export function partnerFile(functionalId: string, sets: TestSet[], number = 1, sender = PARTNER): Uint8Array {
  const date = { date: '20261122', time: '0900' }
  const file = x12File({ sender, receiver: US, usage: 'T', functionalId, number, ...date, sets })
  if (!file.ok) throw new Error(JSON.stringify(file.issues))
  return file.value
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
