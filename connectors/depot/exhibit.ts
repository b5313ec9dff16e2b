/** What `crossdock connector test depot` needs. */
import { answerMap, cancelAnswerMap, countMap, shipmentMap } from '#mappings/depot/events.ts'
import { restExhibit } from '../rest/exhibit.ts'

export const exhibit = restExhibit({
  nodeCode: 'SITE-1',
  idField: 'id',
  events: {
    name: 'events',
    samples: ['mappings/depot/examples/events.in.json'],
    says: { fulfillmentResponse: answerMap, shipment: shipmentMap, cancelResponse: cancelAnswerMap, stock: countMap },
  },
  sends: { fulfillment: { map: 'depot order' }, cancel: { map: 'depot cancel' } },
})
