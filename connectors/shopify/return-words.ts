/** What the hub says of a return that Shopify knows: approved, declined, closed. Each is a state, so a repeat is seen by asking. */
import { z } from 'zod'
import type { Lookup, Outcome } from '#core/outcome.ts'
import { ChannelReturn } from '#core/model/return.ts'
import type { Context, SendPort } from '../contract/connector.ts'
import type { ShopifyConfig } from './config.ts'
import { call, type Called } from './graphql.ts'
import { APPROVE_RETURN, CLOSE_RETURN, DECLINE_RETURN, RETURN_STATUS } from './operations.ts'
import { issuesOf, UserError } from './user-errors.ts'

type ShopifyContext = Context<ShopifyConfig>

const wordIn = (bytes: Uint8Array): ChannelReturn =>
  ChannelReturn.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))

/** The statuses that say the word has been heard. */
const HEARD: Record<ChannelReturn['action'], readonly string[]> = {
  approve: ['OPEN', 'CLOSED', 'CANCELED'],
  decline: ['DECLINED', 'CANCELED'],
  close: ['CLOSED', 'CANCELED', 'DECLINED'],
}

export const returnWords: SendPort<ShopifyConfig, 'channelReturn'> = {
  name: 'return-words',
  summary: 'Approves, declines and closes returns.',
  direction: 'out',
  transport: 'http',
  kind: 'channelReturn',
  batchMax: 1,
  duplicates: 'lookup',
  expectsAnswer: false,

  prepare: (_context, deliveries) => {
    const [delivery] = deliveries
    if (delivery === undefined) throw new Error('a transmission holds one word')
    const bytes = new TextEncoder().encode(JSON.stringify(delivery.document))
    return Promise.resolve({ ok: true, value: { name: delivery.key, bytes } })
  },
  send: async (context, transmission) => ({ all: await say(context, wordIn(transmission.bytes)) }),
  lookup: async (context, transmission) => {
    const found = await find(context, wordIn(transmission.bytes))
    return Object.fromEntries(transmission.deliveries.map(({ instructionId }) => [instructionId, found]))
  },
}

/** Whether the return stands as the word wants it. */
async function isHeard(context: ShopifyContext, word: ChannelReturn): Promise<Called<boolean>> {
  const answer = z.object({ return: z.object({ status: z.string() }).nullish() })
  const called = await call(context, RETURN_STATUS, { id: word.externalReturnId }, answer)
  if (!called.ok) return called
  const status = called.data.return?.status
  return { ok: true, data: status !== undefined && HEARD[word.action].includes(status) }
}

async function find(context: ShopifyContext, word: ChannelReturn): Promise<Lookup> {
  const heard = await isHeard(context, word)
  if (!heard.ok)
    return {
      kind: 'undecided',
      message: heard.failure.kind === 'throttled' ? 'Shopify is throttled' : heard.failure.message,
    }
  return heard.data ? { kind: 'present', reference: word.externalReturnId } : { kind: 'absent' }
}

async function say(context: ShopifyContext, word: ChannelReturn): Promise<Outcome> {
  const heard = await isHeard(context, word)
  if (!heard.ok) return heard.failure
  if (heard.data) return { kind: 'duplicate', reference: word.externalReturnId }
  const id = word.externalReturnId
  const notifyCustomer = context.config.notifyCustomer
  const payload = z.object({ userErrors: z.array(UserError) })
  const called = await {
    approve: () =>
      call(context, APPROVE_RETURN, { input: { id, notifyCustomer } }, z.object({ returnApproveRequest: payload })),
    decline: () =>
      call(
        context,
        DECLINE_RETURN,
        { input: { id, notifyCustomer, declineReason: 'OTHER', declineNote: (word.reason ?? '').slice(0, 500) } },
        z.object({ returnDeclineRequest: payload }),
      ),
    close: () => call(context, CLOSE_RETURN, { id }, z.object({ returnClose: payload })),
  }[word.action]()
  if (!called.ok) return called.failure
  const [said] = Object.values(called.data)
  const errors = said?.userErrors ?? []
  return errors.length === 0
    ? { kind: 'accepted', reference: id }
    : { kind: 'rejected', issues: issuesOf('return', errors) }
}
