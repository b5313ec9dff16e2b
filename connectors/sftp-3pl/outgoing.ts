/** Orders, cancels and receipts, each in files of the profile's names. */
import type { Parsed } from '#core/issue.ts'
import { writeCancels, writeOrders } from '#mappings/sftp-3pl/outgoing.ts'
import type { Context, SendPort } from '../contract/connector.ts'
import { cancelsInPart } from '../contract/whole-cancel.ts'
import { findDeliveries, publishFile } from '../transport/exchange.ts'
import { layoutFor } from './config.ts'
import type { Sftp3plConfig } from './config.ts'
import { fileName } from './names.ts'

type Sending = Context<Sftp3plConfig>
type File = Parsed<{ name: string; bytes: Uint8Array }>

const MOST_ORDERS = 1_000

export const fulfillment: SendPort<Sftp3plConfig, 'fulfillmentInstruction'> = {
  name: 'fulfillment',
  summary: 'Orders to ship, as CSV.',
  direction: 'out',
  transport: 'sftp',
  kind: 'fulfillmentInstruction',
  batchMax: MOST_ORDERS,
  batchLimit: ({ profile }) => profile.orders.perFile,
  duplicates: 'lookup',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const orders = deliveries.map(({ document }) => document)
    const written = writeOrders(orders, layoutFor(context.config), mapContext(context))
    return named(context, context.config.profile.orders.file, orders[0]?.requestId ?? '', written)
  },
  send: async ({ sftp, config }, transmission) => ({ all: await publishFile(sftp, config, transmission) }),
  lookup: ({ sftp, config }, transmission) => findDeliveries(sftp, config, transmission),
}

export const cancel: SendPort<Sftp3plConfig, 'fulfillmentCancel'> = {
  name: 'cancel',
  summary: 'Cancels, as CSV, where the profile has them.',
  direction: 'out',
  transport: 'sftp',
  kind: 'fulfillmentCancel',
  batchMax: MOST_ORDERS,
  batchLimit: ({ profile }) => profile.orders.perFile,
  has: ({ profile }) => profile.cancels !== undefined,
  // A second wish to cancel the same order says nothing new.
  duplicates: 'reference',
  expectsAnswer: true,

  prepare: (context, deliveries) => {
    const cancels = deliveries.map(({ document }) => document)
    const inPart = cancelsInPart(cancels)
    if (inPart !== undefined) return Promise.resolve(inPart)
    const written = writeCancels(cancels, layoutFor(context.config), mapContext(context))
    return named(context, context.config.profile.cancels?.file ?? '', cancels[0]?.requestId ?? '', written)
  },
  send: async ({ sftp, config }, transmission) => ({ all: await publishFile(sftp, config, transmission) }),
  lookup: ({ sftp, config }, transmission) =>
    findDeliveries(sftp, { ...config, partnerDropsRepeats: true }, transmission),
}

/** A receipt's text is its name and content; it was written when the file was read. */
export const receipts: SendPort<Sftp3plConfig, 'acknowledgement'> = {
  name: 'receipts',
  summary: 'How the partner’s files were read: confirmations and errors.',
  direction: 'out',
  transport: 'sftp',
  kind: 'acknowledgement',
  batchMax: 1,
  has: ({ profile }) => profile.receipts !== undefined,
  duplicates: 'reference',
  expectsAnswer: false,

  prepare: (_context, deliveries) => {
    const [name = '', ...content] = (deliveries[0]?.document.bytes ?? '').split('\n')
    return Promise.resolve({ ok: true, value: { name, bytes: new TextEncoder().encode(content.join('\n')) } })
  },
  send: async ({ sftp, config }, transmission) => ({ all: await publishFile(sftp, config, transmission) }),
  lookup: ({ sftp, config }, transmission) =>
    findDeliveries(sftp, { ...config, partnerDropsRepeats: true }, transmission),
}

const mapContext = ({ crosswalk, clock }: Sending) => ({ crosswalk, receivedAt: clock.now() })

async function named(context: Sending, pattern: string, order: string, written: Parsed<Uint8Array>): Promise<File> {
  if (!written.ok) return written
  const [number = 1] = pattern.includes('{number}') ? await context.nextNumbers('csv.file', 1) : []
  return {
    ok: true,
    value: { name: fileName(pattern, { order, number, now: context.clock.now() }), bytes: written.value },
  }
}
