/** Shared by the X12 tests only: the public sample files, an example interchange, and a digest to compare readings by. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import type { X12Event } from './reader.ts'
import { readX12 } from './reader.ts'
import type { WritableInterchange } from './writable.ts'

/** Public test data lies beside the repository, where it exists at all; it is read there and never copied. */
const SAMPLE_FOLDER = new URL('../../../../shared/samples/edi/', import.meta.url)

export const haveSamples = existsSync(SAMPLE_FOLDER)
if (!haveSamples) console.log(`X12 sample tests are skipped: there is no folder ${SAMPLE_FOLDER.pathname}`)

export type Sample = { name: string; bytes: Buffer }

export function samples(filter: (sample: Sample) => boolean = () => true): Sample[] {
  if (!haveSamples) return []
  return readdirSync(SAMPLE_FOLDER)
    .filter((name) => name !== 'MANIFEST.tsv')
    .sort()
    .map((name) => ({ name, bytes: readFileSync(new URL(name, SAMPLE_FOLDER)) }))
    .filter(filter)
}

export const isX12 = (sample: Sample): boolean => sample.bytes.subarray(0, 3).toString('latin1') === 'ISA'

export const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'utf8')

/** Everything a reading said, as text: two readings are the same when their digests are. */
export function digest(chunks: Iterable<Uint8Array>): string {
  return Array.from(readX12(chunks), digestEvent).join('\n')
}

export function digestEvent(event: X12Event): string {
  if (event.kind === 'issue') return JSON.stringify(event.issue)
  const { byteOffset, elementCount, terminated, separators } = event
  return JSON.stringify([
    event.elements(),
    event.id,
    byteOffset,
    elementCount,
    terminated,
    event.hasControlByte,
    separators,
  ])
}

export const ISA =
  'ISA*00*          *00*          *ZZ*BUYER          *ZZ*SUPPLIER       *261122*0930*U*00401*000000042*0*T*>~'

/** One group with the given sets, each the text between ST and SE, with right counts. */
export function interchangeText(sets: readonly string[], functionalId = 'PO'): string {
  const body = sets.map((set, index) => {
    const number = String(index + 1).padStart(4, '0')
    const count = set.split('~').length + 1
    return `ST*850*${number}~${set}SE*${count}*${number}~`
  })
  return `${ISA}GS*${functionalId}*BUYER*SUPPLIER*20261122*0930*7*X*004010~${body.join('')}GE*${sets.length}*7~IEA*1*000000042~`
}

/** An interchange with one 850 of the given segments, to write. */
export function interchangeOf(
  segments: WritableInterchange['groups'][number]['sets'][number]['segments'],
): WritableInterchange {
  return {
    envelope: {
      authorization: { qualifier: '00', id: '' },
      security: { qualifier: '00', id: '' },
      sender: { qualifier: 'ZZ', id: 'BUYER' },
      receiver: { qualifier: 'ZZ', id: 'SUPPLIER' },
      date: '261122',
      time: '0930',
      standardsId: 'U',
      version: '00401',
      controlNumber: '42',
      acknowledgmentRequested: false,
      usage: 'T',
    },
    groups: [
      {
        header: {
          functionalId: 'PO',
          sender: 'BUYER',
          receiver: 'SUPPLIER',
          date: '20261122',
          time: '0930',
          controlNumber: '7',
          agency: 'X',
          version: '004010',
        },
        sets: [{ header: { id: '850', controlNumber: '0001', implementation: '' }, segments }],
      },
    ],
    separators: { element: '*', component: '>', repetition: null, terminator: '~' },
  }
}
