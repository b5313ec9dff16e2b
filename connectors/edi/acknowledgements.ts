/** Technical receipts as 997, 999 and TA1. What they say was decided when the partner's file was read; here they get an envelope. */
import { z } from 'zod'
import type { WritableSegment } from '#mappings/formats/x12/writable.ts'
import type { SendPort } from '../contract/connector.ts'
import type { EdiConfig } from './config.ts'
import { composeAcks, findFile, publish } from './outgoing.ts'

const MOST_SETS = 50

/** A segment; an AK4 names a component of an element as a list. */
const Segment = z.tuple([z.string()], z.union([z.string(), z.array(z.string())]))

/** A 997 is its bare segments, as it has been from the beginning; the others say what they are. */
const Receipt = z.union([
  z.array(Segment).transform((segments) => ({ type: '997' as const, segments })),
  z.object({ type: z.enum(['999', 'TA1']), segments: z.array(Segment) }),
])

export type ReceiptType = '997' | '999' | 'TA1'

/** The text of a receipt: kept by the runtime between reading and sending. */
export const receiptText = (segments: readonly WritableSegment[], type: ReceiptType = '997'): string =>
  JSON.stringify(type === '997' ? segments : { type, segments })

export const acknowledgements: SendPort<EdiConfig, 'acknowledgement'> = {
  name: 'acknowledgements',
  summary: 'Functional acknowledgments, X12 997 or 999, and TA1.',
  direction: 'out',
  transport: 'sftp',
  kind: 'acknowledgement',
  batchMax: MOST_SETS,
  batchLimit: ({ setsPerFile }) => setsPerFile,
  duplicates: 'lookup',
  expectsAnswer: false,

  prepare: (context, deliveries) =>
    composeAcks(
      context,
      deliveries.map(({ document }) => Receipt.parse(JSON.parse(document.bytes))),
    ),

  send: async (context, transmission) => ({ all: await publish(context, transmission) }),

  /** A receipt that comes twice says the same twice, so what is not found is sent again. */
  lookup: async (context, { name, deliveries }) => {
    const found = await findFile(context, name, true)
    return Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}
