/** A 3PL on paper that trades X12 files, for `crossdock connector test edi-3pl`. */
import type { Exhibit } from '../../contract/exhibit.ts'
import { X12_RECEIPT, x12ControlNumbers, x12Effects, x12Says } from '../paper-x12.ts'
import { paperFolders, paperPassword } from '../../transport/paper-folders.ts'

const US = { qualifier: 'ZZ', id: 'RECEIVER' }
const PARTNER = { qualifier: 'ZZ', id: 'SENDER' }
const says = x12Says(US, PARTNER)
const numbered = { controlNumbers: x12ControlNumbers }

export const exhibit: Exhibit = {
  config: {
    ...paperFolders('sftp.3pl.example'),
    isaSender: US,
    isaReceiver: PARTNER,
    rejectWith824: true,
  },
  secrets: paperPassword,
  nodeCode: 'N-north',
  partner: () => ({ effects: x12Effects }),
  inbound: {
    documents: {
      format: 'x12',
      // What came in (944) and what was adjusted (947) are shown by samples: the kit makes no such documents.
      says: { shipment: says('945'), stock: says('846') },
      file: { folder: '/out', name: (id) => `${id}.edi`, settledMs: 2_000 },
      samples: ['945', '944', '947', '846'].map((name) => `mappings/x12/examples/${name}.in.edi`),
    },
  },
  outbound: {
    fulfillment: { map: 'x12 940', ...numbered },
    advices: { map: 'x12 943', ...numbered },
    returns: numbered,
    acknowledgements: { receipt: X12_RECEIPT, ...numbered },
    rejections: numbered,
  },
}
