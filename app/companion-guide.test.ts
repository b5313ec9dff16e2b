/** The partner's page: made for every connector that brings an exhibit, and the ones that are checked in say what the code does now. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { connectors } from '#connectors/registry.ts'
import { guideOf } from './companion-guide.ts'

const shown = (
  await Promise.all(connectors.map(async (each) => ({ connector: each, exhibit: await each.exhibit?.() })))
).flatMap(({ connector, exhibit }) => (exhibit === undefined ? [] : [{ name: connector.id, connector, exhibit }]))

test.each(shown)(
  '$name has a guide with its fields and examples, and no secret in it',
  async ({ name, connector, exhibit }) => {
    const guide = await guideOf(connector, exhibit)
    for (const port of Object.keys(exhibit.inbound)) {
      const found = connector.ports.find((each) => each.name === port)
      expect(guide).toContain(found?.summary.split(/[.;:]/)[0])
    }
    for (const secret of Object.values(exhibit.secrets('kit-canary'))) expect(guide).not.toContain(secret)
    const path = `docs/connectors/guides/${name}.md`
    // Written anew with: npx crossdock connector docs <name> --guide
    if (existsSync(path)) expect(readFileSync(path, 'utf8')).toBe(guide)
  },
)

test('every guide that is checked in is of a connector', () => {
  const names = readdirSync('docs/connectors/guides').map((file) => file.replace(/\.md$/, ''))
  expect(shown.map((each) => each.name)).toEqual(expect.arrayContaining(names))
})
