/** All work that needs a person, the most urgent first. */
import { type Command, text, UsageError } from './command.ts'
import { DESK_OPTIONS, withDesk } from './desk.ts'

type Item = {
  id: string
  kind: string
  subject: string
  orderNumber: string | null
  detail: string
  cure: string
  owner: string
  deadline: string
  valueMinor: number
  currency: string | null
  estimated: boolean
  riskPercent: number
  actions: { does: string; method: string; path: string }[]
}

export const worklist: Command = {
  name: 'worklist',
  summary: 'All work that needs a person, the most urgent first; close a case with what was done.',
  usage:
    'worklist [list [--owner operator|integrator|partner] | resolve <case> --reason <text>] [--url <url>] [--json]',
  options: { ...DESK_OPTIONS, owner: { type: 'string' }, reason: { type: 'string' } },
  examples: [
    'crossdock worklist',
    'crossdock worklist --owner partner --json',
    'crossdock worklist resolve exc_0665CQ0M000000ABCDEFGH --reason "the customer waits"',
  ],
  run: async (call) => {
    const { positionals, values, print } = call
    const [action = 'list', id] = positionals
    if (action === 'resolve') {
      const resolution = text(values['reason'])
      if (id === undefined || resolution === undefined)
        throw new UsageError('say which and what was done: crossdock worklist resolve <case> --reason "…"')
      await withDesk(call, (desk) =>
        desk.ask(`/v1/cases/${encodeURIComponent(id)}/resolve`, { method: 'POST', body: { resolution } }),
      )
      print(`${id} is resolved.`)
      return 0
    }
    if (action !== 'list') throw new UsageError('say what to do: list or resolve')
    const owner = text(values['owner'])
    const query = owner === undefined ? '' : `&owner=${encodeURIComponent(owner)}`
    const { items } = (await withDesk(call, (desk) => desk.ask(`/v1/worklist?limit=200${query}`))) as { items: Item[] }
    if (values['json'] === true) print(JSON.stringify(items))
    else if (items.length === 0) print('Nothing waits for a person.')
    else for (const item of items) print(describeItem(item))
    return 0
  },
}

function describeItem(item: Item): string {
  const value =
    item.currency === null ? '' : `  ${item.estimated ? 'about ' : ''}${item.valueMinor} ${item.currency} (minor units)`
  return [
    `${item.riskPercent} %  due ${item.deadline}${value}  ${item.kind} of ${item.orderNumber ?? item.subject}  ${item.id}`,
    `    ${item.detail}`,
    `    ${item.cure}`,
    ...item.actions.map((action) => `    ${action.does}: ${action.method} ${action.path}`),
  ].join('\n')
}
