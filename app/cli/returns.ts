/** Returns of a running hub from the command line: what is on its way back, what waits for a person, and that person's word. */
import { readFileSync } from 'node:fs'
import { type ApiClient, apiClient } from './api-client.ts'
import { type Call, type Command, text, UsageError } from './command.ts'

type View = {
  id: string
  orderId: string
  custody: string
  nodeId: string | null
  choice: { candidates: { nodeId: string; chosen: boolean; reason?: string; cost?: { totalMinor: number } }[] } | null
  lines: Record<string, number | string>[]
  refunds: { id: string; state: string; amountMinor: number }[]
  dispositions: { lineNo: number; quantity: number; condition: string; disposition: string; blocked: string | null }[]
}
type Receipt = {
  id: string
  nodeId: string
  receiptNumber: string
  lines: { lineNo: number; sku: string | null; item: string; waiting: number }[]
}

const LISTED = 50

/** Action → the path of its POST below a return, and which file or reason it takes. */
const WORDS: Record<string, { path: string; body: (call: Call, file: string | undefined) => unknown }> = {
  authorise: { path: 'authorise', body: ({ values }) => optional('nodeId', text(values['node'])) },
  decline: { path: 'decline', body: ({ values }) => ({ reason: needed(text(values['reason']), '--reason') }) },
  inspect: { path: 'inspections', body: (_call, file) => readJson(file) },
  dispose: { path: 'dispositions', body: (_call, file) => readJson(file) },
  label: { path: 'label', body: (_call, file) => readJson(file) },
}

export const returns: Command = {
  name: 'returns',
  summary: 'Returns of a running hub: list and show them, take goods in, grade them, say what becomes of them.',
  usage:
    'returns [list [--order <id>] [--node <node>] [--custody <state>] | show <id> | unmatched | request <file> | receive <file> | ' +
    'authorise <id> [--node <node>] | decline <id> --reason <text> | label <id> <file> | inspect <id> <file> | dispose <id> <file>] [--json]',
  options: {
    order: { type: 'string' },
    node: { type: 'string' },
    custody: { type: 'string' },
    reason: { type: 'string' },
    url: { type: 'string' },
    json: { type: 'boolean' },
  },
  examples: [
    'crossdock returns list --custody requested',
    'crossdock returns receive receipt.json',
    'crossdock returns unmatched',
    'crossdock returns decline rma_0665CQ0M000000ABCDEFGH --reason "worn"',
  ],
  run: async (call) => {
    const client = clientOf(call)
    const [action = 'list', name, file] = call.positionals
    if (action === 'list') return list(call, client)
    if (action === 'unmatched') return unmatched(call, client)
    if (action === 'show') return say(call, (await client.ask('GET', `/v1/returns/${segment(name)}`)) as View)
    if (action === 'request') return say(call, (await post(client, '/v1/returns', readJson(name))) as View)
    if (action === 'receive') {
      const receipt = (await post(client, '/v1/return-receipts', readJson(name))) as Receipt
      call.print(call.values['json'] === true ? JSON.stringify(receipt) : describeReceipt(receipt))
      return 0
    }
    const word = WORDS[action]
    if (word === undefined)
      throw new UsageError(`say what to do: list, show, unmatched, request, receive, ${Object.keys(WORDS).join(', ')}`)
    return say(call, (await post(client, `/v1/returns/${segment(name)}/${word.path}`, word.body(call, file))) as View)
  },
}

async function list(call: Call, client: ApiClient): Promise<number> {
  const query = new URLSearchParams({ limit: `${LISTED}` })
  for (const filter of ['order', 'node', 'custody']) {
    const value = text(call.values[filter])
    if (value !== undefined) query.set(filter, value)
  }
  const { items } = (await client.ask('GET', `/v1/returns?${query.toString()}`)) as { items: View[] }
  if (call.values['json'] === true) call.print(JSON.stringify(items))
  else if (items.length === 0) call.print('Nothing is on its way back.')
  else for (const each of items) call.print(describe(each))
  return 0
}

async function unmatched(call: Call, client: ApiClient): Promise<number> {
  const path = `/v1/return-receipts?unmatched=true&limit=${LISTED}`
  const { items } = (await client.ask('GET', path)) as { items: Receipt[] }
  if (call.values['json'] === true) call.print(JSON.stringify(items))
  else if (items.length === 0) call.print('Everything that came back belongs to a return.')
  else for (const each of items) call.print(describeReceipt(each))
  return 0
}

function say(call: Call, view: View): number {
  call.print(call.values['json'] === true ? JSON.stringify(view) : describe(view))
  return 0
}

export function describe(view: View): string {
  const lines = [
    `${view.id}  ${view.custody}  order ${view.orderId}${view.nodeId === null ? '' : `  to ${view.nodeId}`}`,
  ]
  for (const line of view.lines) {
    const counts = ['expected', 'missing', 'received', 'ungraded', 'blocked', 'disposed', 'settled']
      .filter((name) => line[name] !== 0)
      .map((name) => `${line[name]} ${name}`)
    lines.push(
      `    line ${line['lineNo']}: ${line['quantity']} × ${line['sku']}, ${line['reason']}: ${counts.join(', ')}`,
    )
  }
  for (const each of view.dispositions)
    lines.push(
      `    line ${each.lineNo}: ${each.quantity} ${each.condition} → ${each.disposition}${each.blocked === null ? '' : `, blocked: ${each.blocked}`}`,
    )
  for (const each of view.refunds) lines.push(`    refund ${each.id}: ${each.amountMinor} ${each.state}`)
  for (const each of view.choice?.candidates ?? [])
    lines.push(`    ${each.chosen ? '→' : ' '} ${each.nodeId}: ${each.reason ?? each.cost?.totalMinor ?? ''}`)
  return lines.join('\n')
}

const describeReceipt = (receipt: Receipt): string =>
  [
    `${receipt.id}  ${receipt.nodeId}  ${receipt.receiptNumber}`,
    ...receipt.lines.map(
      (line) =>
        `    line ${line.lineNo}: ${line.sku ?? `"${line.item}"`}${line.waiting === 0 ? '' : `, ${line.waiting} wait for a person`}`,
    ),
  ].join('\n')

const post = (client: ApiClient, path: string, body: unknown): Promise<unknown> =>
  client.ask('POST', path, { type: 'application/json', content: JSON.stringify(body) })

const segment = (name: string | undefined): string => encodeURIComponent(needed(name, 'the id of the return'))
const optional = (name: string, value: string | undefined): Record<string, string> =>
  value === undefined ? {} : { [name]: value }

function needed(value: string | undefined, what: string): string {
  if (value === undefined) throw new UsageError(`${what} is missing`)
  return value
}

function readJson(file: string | undefined): unknown {
  const path = needed(file, 'the file')
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`${path} cannot be read: ${error instanceof Error ? error.message : 'it is not JSON'}`)
  }
}

function clientOf({ values }: Call): ApiClient {
  const url = text(values['url']) ?? process.env['CROSSDOCK_URL']
  if (url === undefined) throw new UsageError('say which hub: --url http://127.0.0.1:8080, or CROSSDOCK_URL')
  const key = process.env['CROSSDOCK_API_KEY']
  if (key === undefined) throw new UsageError('set CROSSDOCK_API_KEY: crossdock keys create makes one')
  return apiClient(url, key)
}
