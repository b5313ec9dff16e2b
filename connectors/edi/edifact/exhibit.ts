/** A supplier on paper that trades EDIFACT files, for `crossdock connector test edifact-supplier`. */
import { ordrspToChange } from '#mappings/edifact/change-answer.ts'
import { desadv } from '#mappings/edifact/logistics.ts'
import { ordrsp } from '#mappings/edifact/orders.ts'
import { invrpt } from '#mappings/edifact/stock.ts'
import type { Exhibit } from '../../contract/exhibit.ts'
import { paperFolders, paperPassword } from '../../transport/paper-folders.ts'
import { CONTRL_RECEIPT, controlNumbers, effectsOf, PARTNER, says, US } from './paper-edifact.ts'

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
      receipt: CONTRL_RECEIPT,
      controlNumbers,
    },
  },
}
