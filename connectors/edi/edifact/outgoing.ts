/** Our side of the exchange: messages become one interchange in one file, under a control reference that is never used twice. */
import type { Parsed } from '#core/issue.ts'
import type { WritableEdifactMessage, WritableEdifactSegment } from '#mappings/formats/edifact/writable.ts'
import { writeEdifact } from '#mappings/formats/edifact/writer.ts'
import type { Context, Prepared } from '../../contract/connector.ts'
import type { EdifactConfig } from './config.ts'

/** UCI of the CONTRL that answers an interchange of ours. */
export const receiptKeyOf = (controlReference: string): string => `edifact ${controlReference}`

export type OutgoingMessage = 'ORDERS' | 'ORDCHG' | 'ORDRSP' | 'DESADV' | 'INVRPT'

/** 0057: the version of each message's EANCOM guide, 1997 (D.96A) and 2002 (D.01B). */
const GUIDES: Readonly<Record<EdifactConfig['release'], Readonly<Record<OutgoingMessage, string>>>> = {
  '96A': { ORDERS: 'EAN008', ORDCHG: 'EAN005', ORDRSP: 'EAN005', DESADV: 'EAN005', INVRPT: 'EAN004' },
  '01B': { ORDERS: 'EAN010', ORDCHG: 'EAN007', ORDRSP: 'EAN009', DESADV: 'EAN007', INVRPT: 'EAN007' },
}

/** Takes one interchange number. Issues: what the character set cannot hold. */
export const compose = (
  context: Context<EdifactConfig>,
  type: OutgoingMessage,
  messages: readonly (readonly WritableEdifactSegment[])[],
): Promise<Parsed<Prepared>> => {
  const { release, association = GUIDES[release][type] } = context.config
  const header = { type, version: 'D', release, agency: 'UN', association, accessReference: '' }
  return composeFile(
    context,
    type,
    messages.map((segments) => ({ header: { ...header, reference: '' }, segments })),
  )
}

/** `label` begins the file's name. Messages are numbered from 1. */
export async function composeFile(
  context: Context<EdifactConfig>,
  label: string,
  messages: readonly WritableEdifactMessage[],
): Promise<Parsed<Prepared>> {
  const { config, clock } = context
  const [number = 1] = await context.nextNumbers('edifact.interchange', 1)
  const now = clock.now()
  const written = writeEdifact(
    {
      envelope: {
        syntaxId: config.syntaxId,
        syntaxVersion: config.syntaxVersion,
        sender: config.unbSender,
        receiver: config.unbReceiver,
        date: now.slice(config.syntaxVersion === '4' ? 0 : 2, 10).replaceAll('-', ''),
        time: now.slice(11, 16).replace(':', ''),
        controlReference: String(number),
        password: '',
        passwordQualifier: '',
        applicationReference: '',
        priority: '',
        acknowledgmentRequested: label !== 'CONTRL',
        agreementId: config.agreementId,
        isTest: config.test,
      },
      messages: messages.map(({ header, segments }, index) => ({
        header: { ...header, reference: String(index + 1) },
        segments,
      })),
    },
    { lineEnd: '\n', substitute: config.substitutes },
  )
  if (!written.ok) return written
  const name = `${context.connectionId}-${label}-${String(number).padStart(9, '0')}.edi`
  const receipt = label === 'CONTRL' ? {} : { receiptKey: receiptKeyOf(String(number)) }
  return { ok: true, value: { name, bytes: written.value.bytes, ...receipt } }
}
