/** Check 25: a process that dies at each of its waits in turn, and another one that takes over. */
import { connectionBooks, instructionsOf } from '#store/connection-books.ts'
import type { InboundKind } from '#connectors/contract/exhibit.ts'
import { differs, renamed } from '../contains.ts'
import {
  type Bench,
  type InboundPort,
  inboundOf,
  kindsOf,
  must,
  outboundOf,
  type OutboundPort,
  type Said,
  saidOf,
  within,
} from '../check.ts'
import type { Desk } from '../desk.ts'
import { atSecond } from '../paper-clock.ts'
import type { Process } from '../runtime.ts'
import { seedRequest } from '../seeding.ts'
import { documentFor } from '../sending.ts'
import { dyingAt, Killed } from '../trip.ts'
import type { Wish } from '../values.ts'

/** Longer than the lease of a send, so that what the dead one held is free. */
const LEASE_OVER_MS = 180_000
const DAY_MS = 86_400_000

/** One round of work, begun anew by whoever takes over. Resolves with what must be the same whoever died. */
type Round = {
  name: string
  /** Before the process that may die: never killed. */
  ready: (desk: Desk) => Promise<unknown>
  /** What the process does; `again` for the one that takes over. */
  run: (process: Process, desk: Desk, ready: unknown, again: boolean) => Promise<void>
  /** What stands in the end, without what differs from tenant to tenant. */
  end: (desk: Desk) => Promise<unknown>
}

export async function killEverywhere(bench: Bench): Promise<void> {
  const rounds = [
    ...outboundOf(bench).map((each) => sending(bench, each)),
    ...inboundOf(bench).flatMap((each) => reading(bench, each)),
  ]
  for (const round of rounds) await within(round.name, () => killAtEach(bench, round))
}

async function killAtEach(bench: Bench, round: Round): Promise<void> {
  const undisturbed = await oneRun(bench, round, undefined, 'before')
  const { steps } = undisturbed
  for (const [at, when] of moments(steps, bench.depth)) {
    const { end } = await oneRun(bench, round, at, when)
    const difference = differs(end, undisturbed.end) ?? differs(undisturbed.end, end)
    must(
      difference === undefined,
      () => `killed ${when} step ${at + 1} of ${steps.length} (${steps[at]}): ${difference}`,
    )
  }
}

/** Before and after every step; in a quick run only at the moment that matters most, before something is stored for the first time. */
function moments(steps: readonly string[], depth: Bench['depth']): [at: number, when: 'before' | 'after'][] {
  if (depth === 'quick') return [[steps.indexOf('a commit'), 'before']]
  return steps.flatMap((_, at): [number, 'before' | 'after'][] => [
    [at, 'before'],
    [at, 'after'],
  ])
}

async function oneRun(bench: Bench, round: Round, at: number | undefined, when: 'before' | 'after') {
  const { runtime, connector, exhibit } = bench
  const desk = await runtime.tenant(connector, exhibit)
  try {
    const ready = await round.ready(desk)
    const death = dyingAt(at, when)
    try {
      await round.run(runtime.process([desk], death), desk, ready, false)
    } catch (error) {
      if (!(error instanceof Killed) && !death.dead()) throw error
    }
    if (death.dead()) {
      runtime.clock.advance(LEASE_OVER_MS)
      await round.run(runtime.process([desk]), desk, ready, true)
    }
    const end = renamed(await round.end(desk), desk.connectionId, 'kit')
    return { steps: death.steps, end }
  } finally {
    await runtime.forget([desk])
  }
}

const sending = (bench: Bench, each: OutboundPort): Round => ({
  name: each.port.name,
  ready: (desk) =>
    bench.runtime.process([desk]).tell(desk, each.port.name, each.port.kind, 'key-i1', documentFor(desk, each, 'i1')),
  run: (process) => process.work(DAY_MS),
  end: async (desk) => {
    const states = (await instructionsOf(bench.runtime.db, desk.connectionId)).map(({ state }) => state)
    // Where nobody can be asked, doubt ends with a person.
    const effects = desk.effects().length
    if (each.port.lookup !== undefined) return { states, effects }
    return { states: states.map((state) => (state === 'parked' ? 'sent' : state)), effects: Math.max(effects, 1) }
  },
})

const ANSWERS: ReadonlySet<InboundKind> = new Set(['fulfillmentResponse', 'shipment', 'cancelResponse'])

/** One round for each port; for those that carry answers, with a shipment where they tell of one. */
function reading(bench: Bench, each: InboundPort): Round[] {
  const { port, shown } = each
  const kind = kindsOf(shown).find((one) => one === 'shipment') ?? kindsOf(shown)[0]
  if (kind === undefined) return []
  type Ready = { said: Said | undefined; accepted: boolean }
  const ready = async (desk: Desk): Promise<Ready> => {
    const wish: Wish = { id: 'k1', at: 30, lines: [{ sku: 'SKU-1', quantity: 2 }] }
    if (ANSWERS.has(kind)) wish.requestId = (await seedRequest(bench.runtime.process([desk]), desk)).requestId
    const said = saidOf(desk, shown, kind, wish)
    if (port.transport === 'folder' && said !== undefined && shown.file !== undefined)
      desk.sftp.put(shown.file.folder, said.name, said.bytes)
    if (port.transport === 'pull')
      desk.partner.list?.([1, 2, 3].map((row) => ({ id: `k${row}`, changedAt: atSecond(-10 * row) })))
    return { said, accepted: false }
  }
  const run = async (process: Process, desk: Desk, given: unknown): Promise<void> => {
    const state = given as Ready
    if (port.transport === 'folder' || port.transport === 'pull') {
      for (let look = 0; look < (port.transport === 'folder' ? 4 : 1); look++) {
        await process.poll(desk, port.name)
        desk.clock.advance((shown.file?.settledMs ?? 0) + 1_000)
      }
    } else if (state.said !== undefined && !state.accepted) {
      // Without a 200 the partner calls again.
      await process.receive(desk, port, state.said.bytes)
      state.accepted = true
    }
    await process.work(DAY_MS)
  }
  const end = async (desk: Desk): Promise<unknown> => {
    const { orders, stock, requests, shipments } = await connectionBooks(bench.runtime.db, desk)
    const left = desk.sftp.files().filter((file) => file.folder === shown.file?.folder).length
    // A list is as old as the look at it, and a process that takes over looks later.
    const counted = port.transport === 'pull' ? stock.map((row) => ({ ...(row as object), as_of: undefined })) : stock
    return { orders, stock: counted, requests, shipments, left }
  }
  return [{ name: port.name, ready, run, end }]
}
