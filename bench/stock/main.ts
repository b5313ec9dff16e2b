/** `npm run bench -- stock`: claims on stock beside what a row lock allows on the same database in the same run. */
import type { Bench } from '../bench.ts'
import { benchStores } from '../kit/stores.ts'
import { ratio, rounded, table } from '../kit/table.ts'
import { type ClaimFigures, claimFigures } from './claims.ts'
import { type MedusaFigures, medusaFigures } from './medusa.ts'

export const stock: Bench = {
  name: 'stock',
  summary:
    'claims on a hot SKU, on a thousand and on three lines a second, beside the bare guarded UPDATE of the same run',
  run: async ({ runs, orders, positions = 100_000 }) => {
    const results: ({ store: string } & ClaimFigures)[] = []
    for (const store of benchStores())
      results.push({
        store: store.name,
        ...(await claimFigures(store, { runs, claims: orders * 10, positions })),
      })
    const medusa = await medusaFigures()
    return {
      json: { bench: 'stock', runs, claims: orders * 10, positions, results, medusa },
      text: [describe(results), ...(medusa === undefined ? [] : ['', besideMedusa(results, medusa)])].join('\n'),
    }
  },
}

function besideMedusa(results: readonly ({ store: string } & ClaimFigures)[], medusa: MedusaFigures): string {
  const ours = results.find((each) => each.store === 'PostgreSQL')
  if (ours === undefined) return ''
  const row = (name: string, mine: number, theirs: number): string[] => [
    name,
    rounded(theirs),
    rounded(mine),
    ratio(mine, theirs),
  ]
  return table(
    ['on PostgreSQL', 'Medusa', 'ours', 'ours ÷ Medusa'],
    [
      row('hot SKU', ours.hot, medusa.hot),
      row('1,000 SKUs', ours.spread, medusa.spread),
      row('three lines', ours.threeLines, medusa.threeLines),
    ],
  )
}

function describe(results: readonly ({ store: string } & ClaimFigures)[]): string {
  const rows = results.map((each) => [
    each.store,
    rounded(each.bareHot),
    `${rounded(each.hot)} (${ratio(each.hot, each.bareHot)})`,
    `${rounded(each.hot64Writers)} (${ratio(each.hot64Writers, each.hotOneWriter)})`,
    `${rounded(each.spread)} (${ratio(each.spread, each.bareSpread)})`,
    `${rounded(each.threeLines)} (${ratio(each.threeLines, each.bareThreeLines)})`,
  ])
  return [
    'Claims a second; each is a cart whose reservation is stored, idempotent and ends by time',
    table(
      ['', 'bare UPDATE, hot', 'hot SKU (÷ bare)', '64 writers (÷ one)', '1,000 SKUs (÷ bare)', 'three lines (÷ bare)'],
      rows,
    ),
  ].join('\n')
}
