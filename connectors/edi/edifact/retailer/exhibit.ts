/** A retailer on paper that trades EDIFACT files, for `crossdock connector test edifact-retailer`. */
import { retailerOrders } from '#mappings/edifact/retailer/orders.ts'
import type { Exhibit } from '../../../contract/exhibit.ts'
import { paperFolders, paperPassword } from '../../../transport/paper-folders.ts'
import { CONTRL_RECEIPT, controlNumbers, effectsOf, PARTNER, says, US } from '../paper-edifact.ts'

const numbered = { controlNumbers }

export const exhibit: Exhibit = {
  config: { ...paperFolders('sftp.retailer.example'), unbSender: US, unbReceiver: PARTNER, rejectWithOrdrsp: true },
  secrets: paperPassword,
  nodeCode: 'N-north',
  partner: () => ({ effects: effectsOf }),
  inbound: {
    documents: {
      format: 'edifact',
      // Changes (ORDCHG) and cancels are shown by samples: the kit makes no such documents.
      says: { order: says(retailerOrders) },
      file: { folder: '/out', name: (id) => `${id}.edi`, settledMs: 2_000 },
      samples: ['orders', 'ordchg', 'orders-cancel'].map(
        (name) => `mappings/edifact/examples/${name}-of-a-retailer.in.edi`,
      ),
      given: ['/channelId'],
    },
  },
  outbound: {
    answers: { map: 'edifact ordrsp to a retailer', ...numbered },
    changeAnswers: { map: 'edifact ordrsp-change to a retailer', ...numbered },
    shipments: { map: 'edifact desadv to a retailer', ...numbered },
    changes: { map: 'edifact ordrsp-cancel to a retailer', ...numbered },
    availability: numbered,
    rejections: numbered,
    acknowledgements: { receipt: CONTRL_RECEIPT, ...numbered },
  },
}
