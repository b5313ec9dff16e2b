/**
 * The whole hub, many days over: `CROSSDOCK_SIM_SEEDS` of them (300 in CI), from `CROSSDOCK_SIM_FROM` on. A day that goes wrong says its
 * seed; `CROSSDOCK_SIM_FROM=<seed> CROSSDOCK_SIM_SEEDS=1 npx vitest run test/simulation` plays it again, step by step.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { databases } from '../kit/backends.ts'
import { openPaperHub, type PaperHub } from '../kit/paper-hub.ts'
import { SIMULATED_NETWORK } from './network.ts'
import { runSeed } from './run.ts'

const FROM = Number(process.env['CROSSDOCK_SIM_FROM'] ?? 1)
const SEEDS = Number(process.env['CROSSDOCK_SIM_SEEDS'] ?? 100)

let paper: PaperHub
beforeAll(async () => {
  const [pglite] = databases
  if (pglite === undefined) throw new Error('there is always PGlite')
  paper = await openPaperHub(pglite, { start: false, network: SIMULATED_NETWORK })
})
afterAll(() => paper.stop())

test(`${SEEDS} days from seed ${FROM} on: nothing lost, nothing doubled, nothing oversold, and every book agrees`, async () => {
  for (let seed = FROM; seed < FROM + SEEDS; seed++) {
    const { problems, lines } = await runSeed(paper, seed)
    const trace = problems.length === 0 ? [] : lines
    expect({ seed, problems, trace }).toEqual({ seed, problems: [], trace: [] })
  }
}, 3_600_000)

test('the same seed is the same day', async () => {
  for (const seed of [FROM, FROM + 1]) expect((await runSeed(paper, seed)).hash).toBe((await runSeed(paper, seed)).hash)
})
