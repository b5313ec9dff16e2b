/** A port that writes one X12 set for each delivery, several in one interchange. */
import type { Parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { X12Document } from '#mappings/x12/document.ts'
import type { Documents, SendPort } from '../contract/connector.ts'
import type { EdiConfig } from './config.ts'
import { carriedOf } from './carried.ts'
import { filePort, type FilePort, written } from './file-port.ts'
import { profileFor } from './more-sets.ts'
import { compose, type OutgoingType } from './outgoing.ts'

export function setsPort<K extends keyof Documents>(
  definition: Omit<FilePort<EdiConfig, K, never>, 'partsOf' | 'compose' | 'batchLimit'> & {
    document: X12Document
    /** The value that the document's map writes; the document itself where it is left out. */
    toWrite?: (document: Documents[K], at: Instant) => Parsed<unknown>
  },
): SendPort<EdiConfig, K> {
  const { document, toWrite, ...head } = definition
  return filePort({
    ...head,
    batchLimit: ({ setsPerFile }) => setsPerFile,
    partsOf: (context, deliveries) =>
      written(deliveries, context, (delivery, receivedAt) => {
        const { crosswalk, config } = context
        const value = toWrite?.(delivery.document, receivedAt) ?? { ok: true as const, value: delivery.document }
        const scope = { crosswalk, receivedAt, ...carriedOf(delivery.document) }
        return value.ok ? document.write(value.value, scope, profileFor(config), config) : value
      }),
    compose: (context, sets) => compose(context, document.set as OutgoingType, sets),
  })
}
