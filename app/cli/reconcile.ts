import type { ReconcilePage } from '#workers/reconcile.ts'
import { reconcilePage } from '#workers/reconcile.ts'
import { openHub } from '../hub.ts'
import { type Command, UsageError } from './command.ts'

type Difference = ReconcilePage['differences'][number]

const AT_ONCE = 250
const PAGE_MS = 120_000

export const reconcile: Command = {
  name: 'reconcile',
  summary: 'Compare what a channel holds of stock with what it should hold, and repair the differences.',
  usage: 'reconcile <connection> [--repair] [--json]',
  options: { repair: { type: 'boolean' }, json: { type: 'boolean' } },
  examples: ['crossdock reconcile shopify-main', 'crossdock reconcile shopify-main --repair'],
  run: async ({ positionals, values, settings, print }) => {
    const [id] = positionals
    if (id === undefined) throw new UsageError('name the connection: crossdock reconcile shopify-main')
    const repair = values['repair'] === true
    const hub = await openHub(settings)
    const sums = { checked: 0, pending: 0, repaired: 0 }
    const differences: Difference[] = []
    try {
      let after: ReconcilePage['next']
      do {
        const page = await reconcilePage(hub.world, id, { after, limit: AT_ONCE, repair }, AbortSignal.timeout(PAGE_MS))
        sums.checked += page.checked
        sums.pending += page.pending
        sums.repaired += page.repaired
        differences.push(...page.differences)
        if (process.stderr.isTTY)
          process.stderr.write(`\r\u001b[K${sums.checked} positions, ${differences.length} differ`)
        after = page.next
      } while (after !== undefined)
    } finally {
      if (process.stderr.isTTY) process.stderr.write('\r\u001b[K')
      await hub.stop()
    }
    if (values['json'] === true) print(JSON.stringify({ connection: id, ...sums, differences }))
    else {
      for (const each of differences) print(describe(each))
      const pending = sums.pending > 0 ? `, ${sums.pending} are being told just now` : ''
      const cure = repair
        ? `; ${sums.repaired} corrected: a running hub tells them anew`
        : differences.length > 0
          ? '; --repair corrects them'
          : ''
      print(`${sums.checked} positions compared, ${differences.length} differ${pending}${cure}.`)
    }
    return differences.length > sums.repaired ? 1 : 0
  },
}

const describe = ({ sku, nodeId, should, told, holds }: Difference): string =>
  `${sku} at ${nodeId}: holds ${holds ?? 'nothing we can find'}, should hold ${should}, was told ${told ?? 'nothing'}`
