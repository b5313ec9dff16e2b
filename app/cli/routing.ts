import { formatDecimalMoney } from '#core/model/money.ts'
import { parseWholeNumber } from '#core/model/quantity.ts'
import { Reoptimise } from '#core/routing/policy.ts'
import { Reoptimised } from '#core/routing/reoptimise.ts'
import { reoptimise } from '#workers/reoptimise.ts'
import { openHub } from '../hub.ts'
import { apiClient } from './api-client.ts'
import { type Call, type Command, text, UsageError } from './command.ts'

export const routing: Command = {
  name: 'routing',
  summary: 'Plan work that no node has accepted anew, and move what is worth it.',
  usage: 'routing reoptimise [--dry-run] [--saving <minor units> --percent <1-100>] [--url <url>] [--json]',
  options: {
    'dry-run': { type: 'boolean' },
    saving: { type: 'string' },
    percent: { type: 'string' },
    url: { type: 'string' },
    json: { type: 'boolean' },
  },
  examples: [
    'crossdock routing reoptimise --dry-run',
    'crossdock routing reoptimise --dry-run --saving 100 --percent 20',
    'CROSSDOCK_API_KEY=dom_… crossdock routing reoptimise --url http://127.0.0.1:8080',
  ],
  run: async (call) => {
    if (call.positionals.join() !== 'reoptimise') throw new UsageError('say what to do: crossdock routing reoptimise')
    const report = await ask(call)
    if (call.values['json'] === true) call.print(JSON.stringify(report))
    else for (const line of describe(report, call.values['dry-run'] === true)) call.print(line)
    return 0
  },
}

async function ask({ values, settings }: Call): Promise<Reoptimised> {
  const terms = termsOf(values)
  const dryRun = values['dry-run'] === true
  const url = text(values['url'])
  if (url !== undefined) {
    const key = process.env['CROSSDOCK_API_KEY']
    if (key === undefined) throw new UsageError('set CROSSDOCK_API_KEY to a key with the scope operations')
    const content = JSON.stringify({ dryRun, ...terms })
    return Reoptimised.parse(
      await apiClient(url, key).ask('POST', '/v1/routing/reoptimise', { type: 'application/json', content }),
    )
  }
  const hub = await openHub(settings)
  try {
    // A running hub has its prices at hand; here they are worked out first.
    await hub.world.prices.refresh()
    return await reoptimise(hub.world, { dryRun, actor: 'command line', ...terms })
  } finally {
    await hub.stop()
  }
}

/** What rules of the policy say goes before this. */
function termsOf(values: Call['values']): { terms?: Reoptimise } {
  const [saving, percent] = [text(values['saving']), text(values['percent'])]
  if (saving === undefined && percent === undefined) return {}
  const terms = Reoptimise.safeParse({
    savingAtLeastMinor: parseWholeNumber(saving ?? ''),
    atMostPercent: parseWholeNumber(percent ?? ''),
  })
  if (!terms.success) throw new UsageError('state both, as whole numbers: --saving 100 --percent 20')
  return { terms: terms.data }
}

function describe(report: Reoptimised, dryRun: boolean): string[] {
  const lines = report.moves.map((each) => {
    const money = (minor: number): string => `${formatDecimalMoney(minor, each.currency)} ${each.currency}`
    const what = dryRun
      ? 'would move'
      : !each.done
        ? 'stays, somebody was quicker'
        : each.how === 'asked'
          ? 'asked back'
          : 'moved'
    return `${each.number}  ${what}  ${each.from.join(' + ')} → ${each.to.join(' + ')}  ${money(each.wasMinor)} → ${money(each.costMinor)}  ${each.reason}, saves ${money(each.savedMinor)}`
  })
  const left =
    report.heldBack === 0 ? '' : `; ${report.heldBack} more would be worth it, but are beyond what may move in one run`
  const none =
    report.lookedAt === 0
      ? ' Rules of the policy say when work moves (`reoptimise`), or --saving and --percent do.'
      : ''
  return [...lines, `${report.lookedAt} orders looked at, ${report.moves.length} worth moving${left}.${none}`]
}
