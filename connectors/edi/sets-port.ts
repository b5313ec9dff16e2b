/** A port that writes one X12 set for each delivery, several in one interchange. */
import type { Issue, Parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { X12Document } from '#mappings/x12/document.ts'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import type { Documents, SendPort } from '../contract/connector.ts'
import { receiptWithinMs } from './config.ts'
import type { EdiConfig } from './config.ts'
import { carriedOf } from './carried.ts'
import { profileFor } from './more-sets.ts'
import { compose, findFile, publish, type OutgoingType } from './outgoing.ts'

const MOST_SETS = 50

export function setsPort<K extends keyof Documents>(definition: {
  name: string
  summary: string
  kind: K
  document: X12Document
  /** The value that the document's map writes; the document itself where it is left out. */
  toWrite?: (document: Documents[K], at: Instant) => Parsed<unknown>
  has?: (config: EdiConfig) => boolean
  expectsAnswer: boolean
  /** Whether the same file twice does no harm: then one that is not found is sent again. */
  repeatIsHarmless: (config: EdiConfig) => boolean
}): SendPort<EdiConfig, K> {
  const { name, summary, kind, document, toWrite, has, expectsAnswer, repeatIsHarmless } = definition
  return {
    name,
    summary,
    kind,
    expectsAnswer,
    direction: 'out',
    transport: 'sftp',
    duplicates: 'lookup',
    ...(has === undefined ? {} : { has }),
    batchMax: MOST_SETS,
    batchLimit: ({ setsPerFile }) => setsPerFile,
    receiptWithinMs,

    prepare: (context, deliveries) => {
      const sets: (readonly WritableSegment[])[] = []
      const issues: Issue[] = []
      const scope = { crosswalk: context.crosswalk, receivedAt: context.clock.now() }
      for (const delivery of deliveries) {
        const value = toWrite?.(delivery.document, scope.receivedAt) ?? { ok: true as const, value: delivery.document }
        const echoed = { ...scope, ...carriedOf(delivery.document) }
        const written = value.ok
          ? document.write(value.value, echoed, profileFor(context.config), context.config)
          : value
        if (written.ok) sets.push(written.value)
        else issues.push(...written.issues)
      }
      if (issues.length > 0) return Promise.resolve({ ok: false, issues })
      return compose(context, document.set as OutgoingType, sets)
    },

    send: async (context, transmission) => ({ all: await publish(context, transmission) }),

    lookup: async (context, { name: file, deliveries }) => {
      const found = await findFile(context, file, repeatIsHarmless(context.config))
      return Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found]))
    },
  }
}
