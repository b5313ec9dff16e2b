/** A warehouse with a plain JSON API. The one to copy: `npx crossdock connector new`, docs/connectors/your-first.md. */
import { answerMap, cancelAnswerMap, countMap, returnMap, shipmentMap, trackingMap } from '#mappings/depot/events.ts'
import { cancelMap, orderMap, reminderMap, returnOrderMap } from '#mappings/depot/orders.ts'
import { restConnector } from '../rest/connector.ts'
import { eventOf } from '../rest/events.ts'
import { restSend } from '../rest/send.ts'

const orderAt = ({ requestId }: { requestId: string }): string => `/orders/${encodeURIComponent(requestId)}`
const returnAt = ({ returnId }: { returnId: string }): string => `/returns/${encodeURIComponent(returnId)}`

export const depot = restConnector({
  id: 'depot',
  version: '1.0.0',
  summary: 'A warehouse with a plain JSON API.',
  checkPath: '/ping',
  sends: {
    fulfillment: restSend('fulfillmentInstruction', orderMap, { path: () => '/orders', findAt: orderAt }),
    cancel: restSend('fulfillmentCancel', cancelMap, { path: (it) => `${orderAt(it)}/cancel` }),
    reminders: restSend('fulfillmentReminder', reminderMap, { path: (it) => `${orderAt(it)}/reminder` }),
    returns: restSend('returnInstruction', returnOrderMap, { path: () => '/returns', findAt: returnAt }),
  },
  events: {
    name: 'events',
    summary: 'Answers, shipments, parcels, cancel answers, returns and counts, as signed webhooks.',
    types: {
      'order.answered': eventOf('fulfillmentResponse', answerMap),
      'order.shipped': eventOf('shipment', shipmentMap),
      'parcel.tracked': eventOf('tracking', trackingMap),
      'return.received': eventOf('returnReceipt', returnMap),
      'cancel.answered': eventOf('cancelResponse', cancelAnswerMap),
      'stock.counted': eventOf('stock', countMap),
    },
  },
  kit: {
    nodeCode: 'SITE-1',
    idField: 'id',
    samples: ['mappings/depot/examples/events.in.json', 'mappings/depot/examples/parcels.in.json'],
  },
})
