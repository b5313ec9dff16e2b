/** What `crossdock connector test depot` needs. */
import { answerMap, cancelAnswerMap, countMap, returnMap, shipmentMap, trackingMap } from '#mappings/depot/events.ts'
import { restExhibit } from '../rest/exhibit.ts'

export const exhibit = restExhibit({
  nodeCode: 'SITE-1',
  idField: 'id',
  events: {
    name: 'events',
    samples: ['mappings/depot/examples/events.in.json', 'mappings/depot/examples/parcels.in.json'],
    says: {
      fulfillmentResponse: answerMap,
      shipment: shipmentMap,
      tracking: trackingMap,
      returnReceipt: returnMap,
      cancelResponse: cancelAnswerMap,
      stock: countMap,
    },
  },
  sends: {
    fulfillment: { map: 'depot order' },
    cancel: { map: 'depot cancel' },
    returns: { map: 'depot return order' },
  },
})
