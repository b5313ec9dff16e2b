/** A warehouse with a plain JSON API. The one to copy: `npx crossdock connector new`, docs/connectors/your-first.md. */
import { answerMap, cancelAnswerMap, countMap, returnMap, shipmentMap, trackingMap } from '#mappings/depot/events.ts'
import { cancelMap, orderMap, returnOrderMap } from '#mappings/depot/orders.ts'
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
    restSend({
      name: 'returns',
      summary: 'Returns to expect, POST /returns.',
      kind: 'returnInstruction',
      map: returnOrderMap,
      path: () => '/returns',
      findAt: ({ returnId }) => `/returns/${encodeURIComponent(returnId)}`,
      expectsAnswer: false,
    }),
    signedEvents({
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
    }),
  ],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})
