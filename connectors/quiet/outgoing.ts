/** Ship orders, cancels and returns to expect, one document a file. */
import type { Parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import { writeCancel, writeOrder, writeReturn } from '#mappings/quiet/outgoing.ts'
import type { SendPort } from '../contract/connector.ts'
import { cancelsInPart } from '../contract/whole-cancel.ts'
import { findDeliveries, publishFile } from '../transport/exchange.ts'
import type { QuietConfig } from './config.ts'
import { contextOf, orderMapOf } from './context.ts'

export const fulfillment: SendPort<QuietConfig, 'fulfillmentInstruction'> = {
  name: 'fulfillment',
  summary: 'Orders to ship, ShipOrderDocument.',
  direction: 'out',
  transport: 'sftp',
  kind: 'fulfillmentInstruction',
  batchMax: 1,
  duplicates: 'lookup',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one order')
    const now = context.clock.now()
    const written = writeOrder(delivery.document, contextOf(context, now), orderMapOf(context.config))
    return Promise.resolve(fileOf(context.config, 'ShipmentOrder', delivery.document.requestId, now, written))
  },

  send: async ({ sftp, config }, transmission) => ({ all: await publishFile(sftp, config, transmission) }),
  lookup: ({ sftp, config }, transmission) => findDeliveries(sftp, config, transmission),
}

export const cancel: SendPort<QuietConfig, 'fulfillmentCancel'> = {
  name: 'cancel',
  summary: 'Cancels, ShipmentOrderCancel.',
  direction: 'out',
  transport: 'sftp',
  kind: 'fulfillmentCancel',
  batchMax: 1,
  // A second wish to cancel the same order says nothing new.
  duplicates: 'reference',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one cancel')
    const inPart = cancelsInPart([delivery.document])
    if (inPart !== undefined) return Promise.resolve(inPart)
    const now = context.clock.now()
    const { requestId } = delivery.document
    const written = writeCancel(requestId, contextOf(context, now))
    return Promise.resolve(fileOf(context.config, 'ShipmentOrderCancel', requestId, now, written))
  },

  send: async ({ sftp, config }, transmission) => ({ all: await publishFile(sftp, config, transmission) }),
  lookup: ({ sftp, config }, transmission) =>
    findDeliveries(sftp, { ...config, partnerDropsRepeats: true }, transmission),
}

export const returns: SendPort<QuietConfig, 'returnInstruction'> = {
  name: 'returns',
  summary: 'Returns to expect, RMADocument.',
  direction: 'out',
  transport: 'sftp',
  kind: 'returnInstruction',
  batchMax: 1,
  duplicates: 'lookup',
  // What comes of it is told when the goods are there, by an RMAResult.
  expectsAnswer: false,

  prepare: (context, [delivery]) => {
    if (delivery === undefined) throw new Error('a transmission holds one return')
    const now = context.clock.now()
    const written = writeReturn(delivery.document, contextOf(context, now))
    return Promise.resolve(fileOf(context.config, 'RMA', delivery.document.returnId, now, written))
  },

  send: async ({ sftp, config }, transmission) => ({ all: await publishFile(sftp, config, transmission) }),
  lookup: ({ sftp, config }, transmission) => findDeliveries(sftp, config, transmission),
}

/** `ACME_ShipmentOrder_ful_…_20261122_093000000.xml` */
function fileOf(
  { businessUnit }: QuietConfig,
  type: string,
  id: string,
  now: Instant,
  written: Parsed<Uint8Array>,
): Parsed<{ name: string; bytes: Uint8Array }> {
  if (!written.ok) return written
  const stamp = `${now.slice(0, 10).replaceAll('-', '')}_${now.slice(11, 23).replace(/[:.]/g, '')}`
  return { ok: true, value: { name: `${businessUnit}_${type}_${id}_${stamp}.xml`, bytes: written.value } }
}
