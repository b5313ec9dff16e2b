/** What the retailer can sell, X12 846. */
import { stock846 } from '#mappings/x12/stock-846.ts'
import { availabilityPort } from '../availability.ts'
import type { EdiConfig } from '../config.ts'
import { profileFor } from '../more-sets.ts'
import { compose } from '../outgoing.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'

export const availability = availabilityPort<EdiConfig, WritableSegment[]>({
  summary: 'What can be sold of each product at each place the retailer has a name for, X12 846.',
  write: (feed, { crosswalk, config }) =>
    stock846.write(feed, { crosswalk, receivedAt: feed.asOf }, profileFor(config)),
  compose: (context, sets) => compose(context, '846', sets),
})
