/** Stock feeds from the command line: what came, how far it is, a word on held ones, and a file pushed to a running hub. */
import { FEED_STATES, type FeedState } from '#core/model/feed.ts'
import { type StockFeedView, viewOf } from '#http/routes/stock-feeds.ts'
import { feedOf, listFeeds } from '#store/feeds.ts'
import { unitOfWork } from '#store/unit.ts'
import { decideFeed } from '#workers/hold-feed.ts'
import { systemClock } from '../clock.ts'
import type { Settings } from '../settings.ts'
import { type ApiClient, apiClient } from './api-client.ts'
import { type Call, type Command, text, UsageError } from './command.ts'
import { pushFeed } from './push-feed.ts'
import { withDatabase } from './with-database.ts'

/** The same questions to a running hub, or to its database. */
type Desk = {
  list: (state: FeedState | undefined) => Promise<StockFeedView[]>
  show: (id: string) => Promise<StockFeedView>
  decide: (id: string, decision: 'approve' | 'reject', reason: string | undefined) => Promise<StockFeedView>
}

const LISTED = 50

export const feeds: Command = {
  name: 'feeds',
  summary: 'Stock feeds: list and show them, approve or reject held ones, push a file to a running hub.',
  usage:
    'feeds [list [--state <state>] | show <id> | approve <id> | reject <id> | push <file> --connection <id>] [--reason <text>] [--url <url>] [--json]',
  options: {
    state: { type: 'string' },
    reason: { type: 'string' },
    connection: { type: 'string' },
    mode: { type: 'string' },
    'as-of': { type: 'string' },
    'absent-means-zero': { type: 'boolean' },
    url: { type: 'string' },
    json: { type: 'boolean' },
  },
  examples: [
    'crossdock feeds',
    'crossdock feeds list --state held',
    'crossdock feeds approve fed_0665CQ0M000000ABCDEFGH --reason "the warehouse moves"',
    'CROSSDOCK_API_KEY=dom_… crossdock feeds push stock.csv --connection erp --as-of 2026-11-22T06:00:00Z --url http://127.0.0.1:8080',
  ],
  run: async (call) => {
    const [action = 'list', name] = call.positionals
    const say = (feed: StockFeedView): number => {
      call.print(call.values['json'] === true ? JSON.stringify(feed) : describeFeed(feed))
      return 0
    }
    if (action === 'list') return list(call)
    if (name === undefined)
      throw new UsageError(`name it: crossdock feeds ${action} <${action === 'push' ? 'file' : 'id'}>`)
    if (action === 'show') return say(await deskOf(call).show(name))
    if (action === 'approve' || action === 'reject')
      return say(await deskOf(call).decide(name, action, text(call.values['reason'])))
    if (action !== 'push') throw new UsageError('say what to do: list, show, approve, reject or push')
    const feed = await pushFeed(clientOf(call) ?? neededClient(), name, call.values)
    if (feed !== undefined) return say(feed)
    call.print('The hub had this very feed already.')
    return 0
  },
}

async function list(call: Call): Promise<number> {
  const wanted = text(call.values['state'])
  const state = FEED_STATES.find((each) => each === wanted)
  if (wanted !== undefined && state === undefined)
    throw new UsageError(`--state must be one of ${FEED_STATES.join(', ')}`)
  const found = await deskOf(call).list(state)
  if (call.values['json'] === true) call.print(JSON.stringify(found))
  else if (found.length === 0)
    call.print('No stock feed was streamed or held. Small ones are applied with their document.')
  else for (const feed of found) call.print(describeFeed(feed))
  return 0
}

export function describeFeed(feed: StockFeedView): string {
  const { rows, effect } = feed
  const counts = [
    `${rows.read} rows read`,
    `${rows.applied} applied`,
    ...(rows.late > 0 ? [`${rows.late} late`] : []),
    ...(rows.refused > 0 ? [`${rows.refused} refused`] : []),
    ...(rows.echoed > 0 ? [`${rows.echoed} our own echo`] : []),
    ...(rows.absentZeroed > 0 ? [`${rows.absentZeroed} absent set to zero`] : []),
    ...(feed.rowsPerSecond === null ? [] : [`${feed.rowsPerSecond} rows/s`]),
  ]
  const lines = [
    `${feed.id}  ${feed.state}  ${feed.connectionId}  ${feed.mode ?? ''} as of ${feed.asOf ?? 'unknown'}  ${feed.bytes} bytes`,
    `    ${counts.join(', ')}`,
  ]
  if (feed.reason !== null) lines.push(`    ${feed.reason}`)
  if (feed.state !== 'held' || effect === null) return lines.join('\n')
  for (const each of effect.examples) lines.push(`    ${each.sku} at ${each.nodeId}: ${each.onHand} → 0`)
  return [...lines, `    crossdock feeds approve ${feed.id}   or   crossdock feeds reject ${feed.id}`].join('\n')
}

function clientOf({ values }: Call): ApiClient | undefined {
  const url = text(values['url']) ?? process.env['CROSSDOCK_URL']
  if (url === undefined) return undefined
  const key = process.env['CROSSDOCK_API_KEY']
  if (key === undefined) throw new UsageError('set CROSSDOCK_API_KEY: crossdock keys create makes one')
  return apiClient(url, key)
}

function neededClient(): never {
  throw new UsageError('say which hub takes it: --url http://127.0.0.1:8080, or CROSSDOCK_URL')
}

function deskOf(call: Call): Desk {
  const client = clientOf(call)
  return client === undefined ? databaseDesk(call.settings) : apiDesk(client)
}

function apiDesk(client: ApiClient): Desk {
  return {
    list: async (state) => {
      const query = state === undefined ? '' : `&state=${state}`
      return ((await client.ask('GET', `/v1/stock-feeds?limit=${LISTED}${query}`)) as { items: StockFeedView[] }).items
    },
    show: async (id) => (await client.ask('GET', `/v1/stock-feeds/${encodeURIComponent(id)}`)) as StockFeedView,
    decide: async (id, decision, reason) =>
      (await client.ask('POST', `/v1/stock-feeds/${encodeURIComponent(id)}/${decision}`, {
        type: 'application/json',
        content: JSON.stringify(reason === undefined ? {} : { reason }),
      })) as StockFeedView,
  }
}

function databaseDesk(settings: Settings): Desk {
  const now = systemClock.now()
  return {
    list: (state) =>
      withDatabase(settings, async (db) =>
        (await listFeeds(db, { state }, undefined, LISTED)).map((feed) => viewOf(feed, now)),
      ),
    show: (id) =>
      withDatabase(settings, async (db) => {
        const feed = await feedOf(db, id)
        if (feed === undefined) throw new UsageError(`There is no stock feed ${id}. crossdock feeds lists them.`)
        return viewOf(feed, now)
      }),
    // The outbox keeps the work until a running hub's relay finds it.
    decide: (id, decision, reason) =>
      withDatabase(settings, async (db) => {
        const commit = unitOfWork(db, () => undefined)
        const decided = await commit((unit) => decideFeed(unit, id, decision, 'command line', reason, now))
        if (!decided.ok) throw new UsageError(decided.reason)
        return viewOf(decided.feed, now)
      }),
  }
}
