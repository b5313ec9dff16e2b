/**
 * The kit proves itself: the base connector passes every check, and each planted fault fails exactly the check it belongs to. Faults
 * that only a whole round over the runtime can show are held against all fifty; the others against all that need no database.
 */
import { afterAll, beforeAll, expect, test } from 'vitest'
import { MAP_ENTRIES } from '#app/maps/catalogue.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import { pglite } from '#test/kit/backends.ts'
import { bytesOf, type Check } from './check.ts'
import { outputsOf } from './checks/mapping.ts'
import { CHECKS, runKit } from './run.ts'
import { openRuntime, type Runtime } from './runtime.ts'
import { baseConnector } from './test-base.ts'
import { baseExhibit, SAMPLES } from './test-base-exhibit.ts'
import { PLANTED } from './test-faults.ts'

const base = baseConnector()
const pageOf = ({ id, summary }: Connector): string => `# ${id}\n\n${summary}\n`
const files: Record<string, Uint8Array> = { ...SAMPLES, 'docs/connectors/kit-base.md': bytesOf(pageOf(base)) }
const file = (path: string): Uint8Array | undefined => files[path]
const recorded = { version: '1.0.0', outputs: outputsOf({ connector: base, exhibit: baseExhibit, file }) }

let runtime: Runtime
beforeAll(async () => {
  runtime = await openRuntime(await pglite.database())
})
afterAll(() => runtime.close())

const overRuntime = new Set(CHECKS.filter((check) => check.overRuntime === true).map(({ number }) => number))

const run = (connector: Connector, only?: (check: Check) => boolean) =>
  runKit(connector, {
    maps: MAP_ENTRIES,
    file,
    recorded,
    page: pageOf(connector),
    depth: 'quick',
    today: '2026-11-22',
    runtime,
    ...(only === undefined ? {} : { only }),
  })

test('there are fifty checks, each with at least one fault of its own', () => {
  expect(CHECKS.map(({ number }) => number)).toEqual(Array.from({ length: 50 }, (_, index) => index + 1))
  expect([...new Set(PLANTED.map(({ check }) => check))]).toEqual(CHECKS.map(({ number }) => number))
})

test('the good connector passes every one of them', async () => {
  const { findings } = await run(base)
  expect(findings.filter(({ verdict }) => verdict !== 'passed')).toEqual([])
})

test.each(PLANTED)('check $check, and no other, finds: $fault', async ({ check, plant }) => {
  const { findings } = await run(plant(), overRuntime.has(check) ? undefined : (each) => each.overRuntime !== true)
  const failed = findings.filter(({ verdict }) => verdict === 'failed')
  expect(failed.map(({ number, why }) => [number, why])).toEqual([[check, expect.any(String)]])
})

test('a waiver carries its reason until its day, and no longer', async () => {
  const waivers = [{ check: 5, reason: 'the partner does not say', until: '2026-11-21' }]
  const connector: Connector = {
    ...base,
    limits: () => ({ max: 0, perMs: 1, concurrency: 1 }),
    exhibit: () => Promise.resolve({ ...baseExhibit, waivers }),
  }
  const find = async (until: string) => {
    waivers[0] = { check: 5, reason: 'the partner does not say', until }
    return (await run(connector, ({ number }) => number === 5)).findings[0]
  }
  expect(await find('2026-11-22')).toMatchObject({ verdict: 'waived', why: expect.stringContaining('does not say') })
  expect(await find('2026-11-21')).toMatchObject({ verdict: 'failed', why: expect.stringContaining('ended') })
})
