/** Fulfillment instructions as ORDERS, several in one interchange. */
import type { Issue } from '#core/issue.ts'
import { orders } from '#mappings/edifact/orders.ts'
import type { WritableEdifactSegment } from '#mappings/formats/edifact/writable.ts'
import type { SendPort } from '../../contract/connector.ts'
import { receiptWithinMs } from '../config.ts'
import { findFile, publish } from '../outgoing.ts'
import { profileOf } from './config.ts'
import type { EdifactConfig } from './config.ts'
import { compose } from './outgoing.ts'

const MOST_MESSAGES = 50

export const fulfillment: SendPort<EdifactConfig, 'fulfillmentInstruction'> = {
  name: 'fulfillment',
  summary: 'Purchase orders, EDIFACT ORDERS.',
  direction: 'out',
  transport: 'sftp',
  kind: 'fulfillmentInstruction',
  batchMax: MOST_MESSAGES,
  batchLimit: ({ messagesPerFile }) => messagesPerFile,
  receiptWithinMs,
  duplicates: 'lookup',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const messages: (readonly WritableEdifactSegment[])[] = []
    const issues: Issue[] = []
    const scope = { crosswalk: context.crosswalk, receivedAt: context.clock.now() }
    for (const { document } of deliveries) {
      const written = orders.write(document, scope, profileOf(context.config))
      if (written.ok) messages.push(written.value)
      else issues.push(...written.issues)
    }
    return issues.length > 0 ? Promise.resolve({ ok: false, issues }) : compose(context, 'ORDERS', messages)
  },

  send: async (context, transmission) => ({ all: await publish(context, transmission) }),

  lookup: async (context, { name, deliveries }) => {
    const found = await findFile(context, name, context.config.partnerDropsRepeats)
    return Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}
