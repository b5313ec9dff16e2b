/** A retailer on paper that trades X12 files, for `crossdock connector test edi-retailer`. */
import { retailerOrder850 } from '#mappings/x12/retailer/order-850.ts'
import type { Exhibit } from '../../contract/exhibit.ts'
import { X12_RECEIPT, x12ControlNumbers, x12Effects, x12Says } from '../paper-x12.ts'
import { paperFolders, paperPassword } from '../../transport/paper-folders.ts'

const US = { qualifier: 'ZZ', id: 'RECEIVER' }
const PARTNER = { qualifier: 'ZZ', id: 'SENDER' }
const numbered = { controlNumbers: x12ControlNumbers }

export const exhibit: Exhibit = {
  config: {
    ...paperFolders('sftp.retailer.example'),
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
      // Changes (860) and returns (180) are shown by samples: the kit makes no such documents.
      says: { order: x12Says(US, PARTNER)(retailerOrder850) },
      file: { folder: '/out', name: (id) => `${id}.edi`, settledMs: 2_000 },
      samples: ['850', '860', '180'].map((set) => `mappings/x12/examples/${set}-of-a-retailer.in.edi`),
      given: ['/channelId'],
    },
  },
  outbound: {
    answers: { map: 'x12 855 to a retailer', ...numbered },
    changeAnswers: { map: 'x12 865-answer to a retailer', ...numbered },
    shipments: { map: 'x12 856 to a retailer', ...numbered },
    changes: { map: 'x12 865 to a retailer', ...numbered },
    availability: numbered,
    acknowledgements: { receipt: X12_RECEIPT, ...numbered },
    rejections: numbered,
  },
}
