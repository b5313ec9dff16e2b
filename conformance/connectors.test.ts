/** Every connector that ships passes the kit on every database, and its page says what it is. The full depth is `crossdock connector test <name>`. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { conformanceOf } from '#app/cli/connector-test.ts'
import { connectors } from '#connectors/registry.ts'
import { databases } from '#test/kit/backends.ts'
import { openRuntime, type Runtime } from './runtime.ts'

test('every connector brings an exhibit for the kit to look at', () => {
  expect(connectors.filter(({ exhibit }) => exhibit === undefined)).toEqual([])
})

describe.each(databases)('on $name', (backend) => {
  let runtime: Runtime
  beforeAll(async () => {
    runtime = await openRuntime(await backend.database())
  })
  afterAll(() => runtime.close())

  test.each(connectors)('$id passes every check that applies, and says why another does not', async (connector) => {
    const { findings } = await conformanceOf(connector, { depth: 'quick', runtime })
    expect(findings.filter(({ verdict }) => verdict === 'failed')).toEqual([])
    for (const { verdict, why } of findings)
      expect(why ?? '').toMatch(verdict === 'not applicable' ? /^not applicable because \S/ : /^/)
  })
})
