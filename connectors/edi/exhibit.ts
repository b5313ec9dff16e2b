/** A supplier on paper that trades X12 files, for `crossdock connector test edi-supplier`. */
import type { Exhibit } from '../contract/exhibit.ts'
import { X12_RECEIPT, x12ControlNumbers, x12Effects, x12Says } from './paper-x12.ts'
import { paperFolders, paperPassword } from '../transport/paper-folders.ts'

const US = { qualifier: 'ZZ', id: 'CROSSDOCK' }
const PARTNER = { qualifier: 'ZZ', id: 'NORDSUPPLY' }
const says = x12Says(US, PARTNER)
const numbered = { controlNumbers: x12ControlNumbers }

export const exhibit: Exhibit = {
  config: {
    ...paperFolders('sftp.acme.example'),
    isaSender: US,
    isaReceiver: PARTNER,
    profile: { changesSent: true },
    rejectWith824: true,
  },
  secrets: paperPassword,
  nodeCode: 'SUP',
  partner: () => ({ effects: x12Effects }),
  inbound: {
    documents: {
      format: 'x12',
      says: {
        fulfillmentResponse: says('855'),
        shipment: says('856'),
        stock: says('846'),
        cancelResponse: says('865'),
      },
      file: { folder: '/out', name: (id) => `${id}.edi`, settledMs: 2_000 },
      samples: ['answer-855', 'shipment-856', 'shipment-856-soi'].map((name) => `mappings/x12/examples/${name}.in.edi`),
    },
  },
  outbound: {
    fulfillment: { map: 'x12 850', ...numbered },
    changes: numbered,
    acknowledgements: { receipt: X12_RECEIPT, ...numbered },
    rejections: numbered,
  },
}
