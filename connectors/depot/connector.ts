/** A warehouse with a plain JSON API. The one to copy: `npx crossdock connector new`, docs/connectors/your-first.md. */
import { answerMap, cancelAnswerMap, countMap, shipmentMap } from '#mappings/depot/events.ts'
import { cancelMap, orderMap } from '#mappings/depot/orders.ts'
import { restConnector } from '../rest/connector.ts'
import { eventOf, signedEvents } from '../rest/events.ts'
import { restSend } from '../rest/send.ts'

const at = (requestId: string): string => `/orders/${encodeURIComponent(requestId)}`

export const depot = restConnector({
  id: 'depot',
  version: '1.0.0',
  summary: 'A warehouse with a plain JSON API.',
  checkPath: '/ping',
  ports: [
    restSend({
      name: 'fulfillment',
      summary: 'Orders to ship, POST /orders.',
      kind: 'fulfillmentInstruction',
      map: orderMap,
      path: () => '/orders',
      findAt: ({ requestId }) => at(requestId),
    }),
    restSend({
      name: 'cancel',
      summary: 'Units to leave out, POST /orders/{id}/cancel.',
      kind: 'fulfillmentCancel',
      map: cancelMap,
      path: ({ requestId }) => `${at(requestId)}/cancel`,
      findAt: ({ requestId }) => `${at(requestId)}/cancel`,
    }),
    signedEvents({
      name: 'events',
      summary: 'Answers, shipments, cancel answers and counts, as signed webhooks.',
      types: {
        'order.answered': eventOf('fulfillmentResponse', answerMap),
        'order.shipped': eventOf('shipment', shipmentMap),
        'cancel.answered': eventOf('cancelResponse', cancelAnswerMap),
        'stock.counted': eventOf('stock', countMap),
      },
    }),
  ],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
