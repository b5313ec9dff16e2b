/** "Please do not" as ORDCHG, function 1: the whole order. Its answer comes as an ORDRSP that names the change. */
import type { Issue } from '#core/issue.ts'
import { ordchg } from '#mappings/edifact/orders.ts'
import type { WritableEdifactSegment } from '#mappings/formats/edifact/writable.ts'
import type { SendPort } from '../../contract/connector.ts'
import { carriedOf } from '../carried.ts'
import { cancelOf } from '../cancel-request.ts'
import { receiptWithinMs } from '../config.ts'
import { findFile, publish } from '../outgoing.ts'
import { profileOf } from './config.ts'
import type { EdifactConfig } from './config.ts'
import { compose } from './outgoing.ts'

export const changes: SendPort<EdifactConfig, 'fulfillmentCancel'> = {
  name: 'changes',
  summary: 'Cancels, EDIFACT ORDCHG; where the profile says changesSent.',
  direction: 'out',
  transport: 'sftp',
  kind: 'fulfillmentCancel',
  has: (config) => profileOf(config).changesSent,
  batchMax: 50,
  batchLimit: ({ messagesPerFile }) => messagesPerFile,
  receiptWithinMs,
  duplicates: 'lookup',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const messages: (readonly WritableEdifactSegment[])[] = []
    const issues: Issue[] = []
    const scope = { crosswalk: context.crosswalk, receivedAt: context.clock.now() }
    for (const { document } of deliveries) {
      const cancel = cancelOf(document, scope.receivedAt)
      const echoed = { ...scope, ...carriedOf(document) }
      const written = cancel.ok ? ordchg.write(cancel.value, echoed, profileOf(context.config)) : cancel
      if (written.ok) messages.push(written.value)
      else issues.push(...written.issues)
    }
    return issues.length > 0 ? Promise.resolve({ ok: false, issues }) : compose(context, 'ORDCHG', messages)
  },

  send: async (context, transmission) => ({ all: await publish(context, transmission) }),

  /** The same cancel twice asks for nothing more, so what is not found is sent again. */
  lookup: async (context, { name, deliveries }) => {
    const found = await findFile(context, name, true)
    return Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}
