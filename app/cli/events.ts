/** What happened to orders, from the command line, and the webhook connections that are told of it. */
import { type Call, type Command, text, UsageError } from './command.ts'
import { type Desk, DESK_OPTIONS, withDesk } from './desk.ts'

type Event = { seq: number; kind: string; orderId: string; externalId: string | null; at: string; actor: string }
type Subscription = {
  connectionId: string
  state: string
  seq: number
  behind: number
  waiting: number
  parked: number
}

export const events: Command = {
  name: 'events',
  summary: 'What happened to orders, in its order; which webhooks were told how far; tell them again.',
  usage: 'events [list [--after <seq>] | webhooks | replay <connection> --after <seq>] [--url <url>] [--json]',
  options: { ...DESK_OPTIONS, after: { type: 'string' } },
  examples: [
    'crossdock events --after 0',
    'crossdock events webhooks',
    'crossdock events replay own-systems --after 1200',
  ],
  run: async (call) => {
    const [action = 'list', name] = call.positionals
    if (action === 'list') return withDesk(call, (desk) => list(call, desk))
    if (action === 'webhooks') return withDesk(call, (desk) => webhooks(call, desk))
    if (action === 'replay') return withDesk(call, (desk) => replay(call, desk, name))
    throw new UsageError('say what to do: list, webhooks or replay')
  },
}

async function list({ print, values }: Call, desk: Desk): Promise<number> {
  const { items, next } = (await desk.ask(`/v1/events?limit=200&after=${placeOf(values) ?? 0}`)) as {
    items: Event[]
    next: number
  }
  if (values['json'] === true) print(JSON.stringify({ items, next }))
  else {
    for (const event of items)
      print(`${event.seq}  ${event.at}  ${event.kind}  ${event.externalId ?? ''} ${event.orderId}  by ${event.actor}`)
    print(items.length === 0 ? 'Nothing more has happened.' : `More: crossdock events --after ${next}`)
  }
  return 0
}

async function webhooks({ print, values }: Call, desk: Desk): Promise<number> {
  const { subscriptions } = (await desk.ask('/v1/event-subscriptions')) as { subscriptions: Subscription[] }
  if (values['json'] === true) print(JSON.stringify(subscriptions))
  else if (subscriptions.length === 0) print('No connection of the connector webhook was told anything yet.')
  else
    for (const each of subscriptions)
      print(
        `${each.connectionId}  ${each.state}  told up to ${each.seq}  ${each.behind} behind  ${each.waiting} waiting  ${each.parked} parked`,
      )
  return 0
}

async function replay({ print, values }: Call, desk: Desk, name: string | undefined): Promise<number> {
  const after = placeOf(values)
  if (name === undefined || after === undefined)
    throw new UsageError('name the connection and the place: crossdock events replay <connection> --after <seq>')
  await desk.ask(`/v1/event-subscriptions/${encodeURIComponent(name)}/replay`, { method: 'POST', body: { after } })
  print(`${name} is told everything after ${after} again, under the same event ids.`)
  return 0
}

function placeOf(values: Call['values']): number | undefined {
  const given = text(values['after'])
  if (given !== undefined && !/^\d{1,15}$/.test(given)) throw new UsageError('--after is a number of an event')
  return given === undefined ? undefined : Number(given)
}
