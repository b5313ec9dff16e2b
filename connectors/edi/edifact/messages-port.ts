/** A port that writes one EDIFACT message for each delivery, several in one interchange. */
import type { Parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { EdifactDocument } from '#mappings/edifact/document.ts'
import type { Documents, SendPort } from '../../contract/connector.ts'
import { carriedOf } from '../carried.ts'
import { filePort, type FilePort, written } from '../file-port.ts'
import { profileOf } from './config.ts'
import type { EdifactConfig } from './config.ts'
import { compose, type OutgoingMessage } from './outgoing.ts'

export function messagesPort<K extends keyof Documents, Config extends EdifactConfig = EdifactConfig>(
  definition: Omit<FilePort<Config, K, never>, 'partsOf' | 'compose' | 'batchLimit'> & {
    document: EdifactDocument
    /** The value that the document's map writes; the document itself where it is left out. */
    toWrite?: (document: Documents[K], at: Instant) => Parsed<unknown>
  },
): SendPort<Config, K> {
  const { document, toWrite, ...head } = definition
  return filePort({
    ...head,
    batchLimit: ({ messagesPerFile }) => messagesPerFile,
    partsOf: (context, deliveries) =>
      written(deliveries, context, (delivery, receivedAt) => {
        const value = toWrite?.(delivery.document, receivedAt) ?? { ok: true as const, value: delivery.document }
        const scope = {
          crosswalk: context.crosswalk,
          receivedAt,
          documentNumber: numberOf(delivery.instructionId),
          ...carriedOf(delivery.document),
        }
        return value.ok ? document.write(value.value, scope, profileOf(context.config)) : value
      }),
    compose: (context, messages) => compose(context, document.type as OutgoingMessage, messages),
  })
}

/** BGM 1004 holds 35 characters; the last ones tell two instructions apart. */
export const numberOf = (instructionId: string): string => instructionId.replace(/^ins_/, '').slice(-35)
