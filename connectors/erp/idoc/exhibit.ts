/** An SAP on paper that trades IDocs, over HTTP or as files, for `crossdock connector test sap-idoc`. */
import { Buffer } from 'node:buffer'
import { delvry03 } from '#mappings/idoc/delvry03.ts'
import type { Crosswalk, Documents } from '../../contract/documents.ts'
import type { Exhibit, InboundExhibit, PaperFile, PaperPartner } from '../../contract/exhibit.ts'
import { sha256 } from '../../contract/request.ts'
import type { HttpAnswer } from '../../contract/transport.ts'
import type { Instant } from '#core/model/time.ts'
import { filesForPartner, paperFolders, paperPassword } from '../../transport/paper-folders.ts'

const PATH = '/sap/bc/idoc_xml?sap-client=100'

/** A delivery that left; its DOCNUM follows from what it says. */
function shipment(
  value: Documents['shipment'],
  { crosswalk, at }: { crosswalk: Crosswalk; at: Instant },
): Uint8Array | undefined {
  const number = String(Number.parseInt(sha256(JSON.stringify(value)).slice(0, 12), 16)).padStart(16, '0')
  const written = delvry03.write(value, {
    crosswalk,
    receivedAt: at,
    partners: { sender: 'SAP', senderPort: 'SAPPRD', receiver: 'CROSSDOCK', receiverPort: 'CROSSDOCK' },
    control: { number, at },
  })
  return written.ok ? written.value : undefined
}

const textOf = (bytes: Uint8Array | string): string =>
  typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('utf8')

/** Our purchase orders in these IDocs, by their number. */
const ordersIn = (texts: readonly string[]): string[] =>
  texts.flatMap((text) => [...text.matchAll(/<BELNR>([^<]+)<\/BELNR>/g)].slice(0, 1).map(([, number = '']) => number))

/** An IDoc under a DOCNUM that it has had is dropped. */
function calledSap(password: string): PaperPartner {
  const taken = new Map<string, string>()
  let refuses = false
  const answer = (status: number): HttpAnswer => ({ status, headers: {}, body: new Uint8Array() })
  return {
    answer: ({ path, headers = {}, body = '' }) => {
      if (path !== PATH) return answer(404)
      if (headers['authorization'] !== `Basic ${Buffer.from(`HUB:${password}`).toString('base64')}`) return answer(401)
      const text = textOf(body)
      if (text === '') return answer(400)
      if (refuses) return answer(422)
      const number = /<DOCNUM>(\d+)<\/DOCNUM>/.exec(text)?.[1] ?? ''
      taken.set(number, taken.get(number) ?? text)
      return answer(200)
    },
    effects: () => ordersIn([...taken.values()]),
    refuse: () => {
      refuses = true
    },
  }
}

const filedOrders = (files: readonly PaperFile[]): string[] =>
  ordersIn(filesForPartner(files).map(({ bytes }) => textOf(bytes)))

const DELIVERIES = {
  format: 'xml',
  // A confirmation (SHPCON) that is the last word says two things, and the kit asks for one at a time: it is shown by a sample.
  says: { shipment },
  samples: ['delvry03', 'shpcon-whole'].map((name) => `mappings/idoc/examples/${name}.in.xml`),
} satisfies InboundExhibit

const parties = { receiver: 'SAP', receiverPort: 'SAPPRD' }

const overFolders: Exhibit = {
  config: {
    ...parties,
    sftp: {
      ...paperFolders('sftp.sap.example'),
    },
  },
  secrets: paperPassword,
  nodeCode: 'N1',
  partner: () => ({ effects: filedOrders }),
  inbound: {
    documents: { ...DELIVERIES, file: { folder: '/out', name: (id) => `DELVRY_${id}.xml`, settledMs: 2_000 } },
  },
  outbound: { 'order-files': { map: 'idoc orders05' } },
}

export const exhibit: Exhibit = {
  config: {
    ...parties,
    http: { baseUrl: 'https://sap.example', path: PATH, username: 'HUB', hubUsername: 'SAP' },
    dropsRepeats: true,
  },
  secrets: (seed) => ({ sapPassword: `sap-${seed}`, hubPassword: `hub-${seed}` }),
  nodeCode: 'N1',
  partner: (secret) => calledSap(secret('sapPassword')),
  inbound: {
    idocs: {
      ...DELIVERIES,
      logsIn: true,
      headers: (_body, _at, secret) => ({
        authorization: `Basic ${Buffer.from(`SAP:${secret('hubPassword')}`).toString('base64')}`,
      }),
    },
  },
  outbound: { orders: { map: 'idoc orders05' } },
  others: [overFolders],
}
