/** Technical receipts as CONTRL. What they say was decided when the partner's interchange was read; here they get an envelope. */
import { z } from 'zod'
import { buildContrl, type ContrlRequest } from '#mappings/formats/edifact/contrl.ts'
import type { EdifactInterchange } from '#mappings/formats/edifact/interchange.ts'
import type { WritableEdifactMessage } from '#mappings/formats/edifact/writable.ts'
import type { Receipt, SendPort } from '../../contract/connector.ts'
import { findFile, publish } from '../outgoing.ts'
import type { EdifactConfig } from './config.ts'
import { composeFile } from './outgoing.ts'

const MOST_RECEIPTS = 50

const Segment = z.tuple([z.string()], z.union([z.string(), z.array(z.string())]))
const Header = z.object({
  reference: z.string(),
  type: z.string(),
  version: z.string(),
  release: z.string(),
  agency: z.string(),
  association: z.string(),
  accessReference: z.string(),
})
const Stored = z.object({ header: Header, segments: z.array(Segment) })

/** The receipts of an interchange: one CONTRL, or none where nobody wants it. `key` names the interchange and its content. */
export function contrlOf(
  interchange: EdifactInterchange,
  config: EdifactConfig,
  part: string,
  key: string,
  request: Pick<ContrlRequest, 'findings' | 'interchangeError'> = {},
): Receipt[] {
  const { acknowledge } = config
  if (acknowledge === 'never' || (acknowledge === 'asked' && !interchange.header.acknowledgmentRequested)) return []
  const contrl = buildContrl({ interchange, reference: '1', ...request })
  return contrl === null ? [] : [{ port: 'acknowledgements', key: `contrl-${key}`, text: textOf(contrl.message), part }]
}

/** Kept by the runtime between reading and sending. */
const textOf = (message: WritableEdifactMessage): string => JSON.stringify(message)

export const acknowledgements: SendPort<EdifactConfig, 'acknowledgement'> = {
  name: 'acknowledgements',
  summary: 'Syntax acknowledgments, EDIFACT CONTRL.',
  direction: 'out',
  transport: 'sftp',
  kind: 'acknowledgement',
  batchMax: MOST_RECEIPTS,
  batchLimit: ({ messagesPerFile }) => messagesPerFile,
  duplicates: 'lookup',
  expectsAnswer: false,

  prepare: (context, deliveries) =>
    composeFile(
      context,
      'CONTRL',
      deliveries.map(({ document }) => Stored.parse(JSON.parse(document.bytes))),
    ),

  send: async (context, transmission) => ({ all: await publish(context, transmission) }),

  /** A receipt that comes twice says the same twice, so what is not found is sent again. */
  lookup: async (context, { name, deliveries }) => {
    const found = await findFile(context, name, true)
    return Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}
