/** Requests as IDocs: each has a DOCNUM of its own from the durable sequence, which a resend keeps. */
import type { Parsed } from '#core/issue.ts'
import type { Lookup } from '#core/outcome.ts'
import { epochMsOf } from '#core/model/time.ts'
import { controlNumberOf } from '#mappings/idoc/control.ts'
import { orders05 } from '#mappings/idoc/orders05.ts'
import { shpord } from '#mappings/idoc/shpord.ts'
import type { Context, Delivery, SendPort } from '../../contract/connector.ts'
import { findFile, publishFile } from '../../transport/exchange.ts'
import { judgeHttp, statusIssue } from '../../transport/http-outcome.ts'
import type { IdocConfig } from './config.ts'

type Sending = Delivery<'fulfillmentInstruction'>[]
const padded = (number: number, digits: number): string => String(number).padStart(digits, '0')

async function written(
  { config, crosswalk, clock, nextNumbers }: Context<IdocConfig>,
  deliveries: Sending,
): Promise<Parsed<{ name: string; bytes: Uint8Array }>> {
  const [delivery] = deliveries
  if (delivery === undefined) throw new Error('a transmission holds one request')
  const { sender, senderPort, receiver, receiverPort, client, orders } = config
  const [number = 0] = await nextNumbers('docnum', 1)
  const [deliveryNumber = 0] = orders === 'SHPORD' ? await nextNumbers('delivery', 1) : []
  const now = clock.now()
  const docnum = padded(number, 16)
  const idoc = (orders === 'SHPORD' ? shpord : orders05).write(delivery.document, {
    crosswalk,
    receivedAt: now,
    partners: { sender, senderPort, receiver, receiverPort },
    control: { number: docnum, at: now, client },
    ...(orders === 'SHPORD' ? { deliveryNumber: padded(deliveryNumber, 10) } : {}),
  })
  return idoc.ok ? { ok: true, value: { name: `${orders}_${docnum}.xml`, bytes: idoc.value } } : idoc
}

const port = {
  direction: 'out',
  kind: 'fulfillmentInstruction',
  batchMax: 1,
  duplicates: 'lookup',
  expectsAnswer: true,
  prepare: written,
} as const

export const orderCalls: SendPort<IdocConfig, 'fulfillmentInstruction'> = {
  ...port,
  name: 'orders',
  summary: 'Requests as ORDERS05 or SHPORD, posted to SAP.',
  transport: 'http',
  has: ({ http }) => http !== undefined,

  send: async (context, { bytes, deliveries }) => {
    const judged = judgeHttp(await postIdoc(context, bytes), {
      code: 'sap',
      nowMs: epochMsOf(context.clock.now()),
      issuesOf: ({ status }) => [
        { ...statusIssue('sap', status), place: { path: deliveries[0]?.document.requestId ?? '' } },
      ],
    })
    if (judged.kind === 'outcome') return { all: judged.outcome }
    const number = controlNumberOf(bytes)
    return { all: { kind: 'accepted', ...(number === undefined ? {} : { reference: number }) } }
  },

  /** Nobody can be asked over this way: only a partner that drops repeats lets the hub send again. */
  lookup: ({ config }, { deliveries }) => {
    const found: Lookup = config.dropsRepeats
      ? { kind: 'absent' }
      : { kind: 'undecided', message: 'SAP cannot be asked whether it has the IDoc' }
    return Promise.resolve(Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found])))
  },
}

export const orderFiles: SendPort<IdocConfig, 'fulfillmentInstruction'> = {
  ...port,
  name: 'order-files',
  summary: 'Requests as ORDERS05 or SHPORD, a file each.',
  transport: 'sftp',
  has: ({ sftp }) => sftp !== undefined,
  send: async (context, transmission) => ({
    all: await publishFile(context.sftp, foldersOf(context.config), transmission),
  }),
  lookup: async ({ sftp, config }, { name, deliveries }) => {
    const found = await findFile(sftp, foldersOf(config), name, config.dropsRepeats)
    return Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}

/** Also what the check tries, with nothing in it. */
export function postIdoc({ config, http, secret }: Context<IdocConfig>, body: Uint8Array | string) {
  if (config.http === undefined) throw new Error('the connection trades files')
  const login = Buffer.from(`${config.http.username}:${secret('sapPassword')}`).toString('base64')
  return http.request({
    method: 'POST',
    path: config.http.path,
    headers: { authorization: `Basic ${login}`, 'content-type': 'application/xml' },
    body,
    timeoutMs: 60_000,
  })
}

export function foldersOf({ sftp }: IdocConfig): NonNullable<IdocConfig['sftp']> {
  if (sftp === undefined) throw new Error('the connection trades over HTTP')
  return sftp
}
