/** A supplier on paper that trades EDIFACT files, for `crossdock connector test edifact-supplier`. */
import { Buffer } from 'node:buffer'
import type { Instant } from '#core/model/time.ts'
import { ordrspToChange } from '#mappings/edifact/change-answer.ts'
import type { EdifactDocument } from '#mappings/edifact/document.ts'
import { desadv } from '#mappings/edifact/logistics.ts'
import { ordrsp } from '#mappings/edifact/orders.ts'
import { EDIFACT_BASE } from '#mappings/edifact/profile.ts'
import { invrpt } from '#mappings/edifact/stock.ts'
import { writeEdifact } from '#mappings/formats/edifact/writer.ts'
import type { Crosswalk } from '../../contract/connector.ts'
import type { Exhibit, PaperFile } from '../../contract/exhibit.ts'
import { sha256 } from '../../contract/request.ts'
import { filesForPartner, paperFolders, paperPassword } from '../../transport/paper-folders.ts'

const US = { qualifier: '14', id: 'RECEIVER', internalId: '' }
const PARTNER = { qualifier: '14', id: 'SENDER', internalId: '' }

/** The partner's file with one message that says this. Its reference follows from what it says. */
const says =
  (document: EdifactDocument) =>
  (value: unknown, { crosswalk, at }: { crosswalk: Crosswalk; at: Instant }): Uint8Array | undefined => {
    const written = document.write(value, { crosswalk, receivedAt: at }, EDIFACT_BASE)
    if (!written.ok) return undefined
    const reference = String(Number.parseInt(sha256(JSON.stringify(value)).slice(0, 7), 16) + 1)
    const header = {
      reference: '1',
      type: document.type,
      version: 'D',
      release: '96A',
      agency: 'UN',
      association: 'EAN008',
      accessReference: '',
    }
    const file = writeEdifact({
      envelope: {
        syntaxId: 'UNOC',
        syntaxVersion: '3',
        sender: PARTNER,
        receiver: US,
        date: '261122',
        time: '0900',
        controlReference: reference,
        password: '',
        passwordQualifier: '',
        applicationReference: '',
        priority: '',
        acknowledgmentRequested: false,
        agreementId: '',
        isTest: false,
      },
      messages: [{ header, segments: written.value }],
    })
    return file.ok ? file.value.bytes : undefined
  }

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Orders (BGM 220), their changes (230) and acknowledged interchanges (UCI) in the files that we laid into the partner's folder. */
const effectsOf = (files: readonly PaperFile[]): string[] =>
  filesForPartner(files)
    .flatMap(({ bytes }) => [...textOf(bytes).matchAll(/(BGM\+\w+|UCI)\+([^+']+)/g)])
    .map(([, what = '', number = '']) => `${what} ${number}`)

/** The control reference of UNB. */
const controlNumbers = (bytes: Uint8Array): string[] =>
  [...textOf(bytes).matchAll(/UNB(?:\+[^+']*){4}\+([^+']+)/g)].map(([, number = '']) => number)

export const exhibit: Exhibit = {
  config: {
    ...paperFolders('sftp.supplier.example'),
    unbSender: US,
    unbReceiver: PARTNER,
    // The kit's orders are shipped from stock of our own, which this partner is sent as a plain order.
    profile: { changesSent: true, orderTypes: { '220': 'ship' } },
  },
  secrets: paperPassword,
  nodeCode: 'N-north',
  partner: () => ({ effects: effectsOf }),
  inbound: {
    documents: {
      format: 'edifact',
      // What came in (RECADV) and invoices are shown by samples: the kit makes no such documents.
      says: {
        fulfillmentResponse: says(ordrsp),
        cancelResponse: says(ordrspToChange),
        shipment: says(desadv),
        stock: says(invrpt),
      },
      file: { folder: '/out', name: (id) => `${id}.edi`, settledMs: 2_000 },
      samples: ['ordrsp', 'ordrsp-change', 'desadv', 'invrpt', 'invoic', 'recadv'].map(
        (name) => `mappings/edifact/examples/${name}.in.edi`,
      ),
    },
  },
  outbound: {
    fulfillment: { controlNumbers },
    changes: { controlNumbers },
    acknowledgements: {
      receipt: JSON.stringify({
        header: {
          reference: '1',
          type: 'CONTRL',
          version: '4',
          release: '1',
          agency: 'UN',
          association: '',
          accessReference: '',
        },
        segments: [['UCI', '7', ['SENDER', '14'], ['RECEIVER', '14'], '8']],
      }),
      controlNumbers,
    },
  },
}
