/** A supplier on paper that trades X12 files, for `crossdock connector test edi-supplier`. */
import { Buffer } from 'node:buffer'
import type { Instant } from '#core/model/time.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import { documentOf } from '#mappings/x12/documents.ts'
import { BASE_PROFILE } from '#mappings/x12/profile.ts'
import type { Crosswalk } from '../contract/connector.ts'
import type { Exhibit, PaperFile } from '../contract/exhibit.ts'
import { sha256 } from '../contract/request.ts'

const US = { qualifier: 'ZZ', id: 'CROSSDOCK' }
const PARTNER = { qualifier: 'ZZ', id: 'NORDSUPPLY' }
const MOST_NUMBERS = 999_999_999

/** The partner's file with one set that says this. Its control number follows from what it says. */
const says =
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
        sender: PARTNER,
        receiver: US,
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
            sender: PARTNER.id,
            receiver: US.id,
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

const textOf = ({ bytes }: Pick<PaperFile, 'bytes'>): string => Buffer.from(bytes).toString('latin1')

/** Purchase orders and acknowledged groups in the files that we gave the partner. */
const effectsOf = (files: readonly PaperFile[]): string[] =>
  files
    .filter(({ folder }) => folder === '/in')
    .flatMap((file) => [...textOf(file).matchAll(/BEG\*\w+\*\w+\*([^*~]+)|AK1\*\w+\*([^*~]+)/g)])
    .map(([, order, group]) => (order === undefined ? `group ${group ?? ''}` : `order ${order}`))

/** ISA13 and GS06. */
const controlNumbers = (bytes: Uint8Array): string[] =>
  [...textOf({ bytes }).matchAll(/ISA(?:\*[^*]*){12}\*(\d{9})/g)].map(([, number = '']) => number)

export const exhibit: Exhibit = {
  waivers: [{ check: 4, reason: 'the newer ports (changes) have no exhibit yet', until: '2027-01-31' }],
  config: {
    host: 'sftp.acme.example',
    username: 'hub',
    login: 'password',
    hostKeySha256: [`SHA256:${'A'.repeat(43)}`],
    partnerArchiveFolder: '/archive',
    isaSender: US,
    isaReceiver: PARTNER,
    pollEveryMs: 1_000,
  },
  secrets: (seed) => ({ password: `password-${seed}` }),
  nodeCode: 'SUP',
  partner: () => ({ effects: effectsOf }),
  inbound: {
    documents: {
      format: 'x12',
      says: {
        fulfillmentResponse: says('855'),
        shipment: says('856'),
        stock: says('846'),
      },
      file: { folder: '/out', name: (id) => `${id}.edi`, settledMs: 2_000 },
      samples: ['answer-855', 'shipment-856', 'shipment-856-soi'].map((name) => `mappings/x12/examples/${name}.in.edi`),
    },
  },
  outbound: {
    fulfillment: { map: 'x12 850', controlNumbers },
    acknowledgements: {
      receipt: JSON.stringify([
        ['AK1', 'PR', '7'],
        ['AK9', 'A', '1', '1', '1'],
      ]),
      controlNumbers,
    },
  },
}
