/** `crossdock connector docs <name>`: writes docs/connectors/<name>.md; with `--guide` the page for the partner, docs/connectors/guides/<name>.md. */
import { mkdirSync, writeFileSync } from 'node:fs'
import type { Connector } from '#connectors/contract/connector.ts'
import { guideOf } from '../companion-guide.ts'
import { pageOf } from '../connector-page.ts'
import { type Call, UsageError } from './command.ts'

export async function docsCommand({ print, values }: Call, connector: Connector): Promise<number> {
  const exhibit = await connector.exhibit?.()
  if (values['guide'] === true) {
    if (exhibit === undefined)
      throw new UsageError(`${connector.id} brings no exhibit to make examples with: docs/connectors/conformance.md`)
    mkdirSync(new URL('../../docs/connectors/guides/', import.meta.url), { recursive: true })
    const guide = `docs/connectors/guides/${connector.id}.md`
    writeFileSync(new URL(`../../${guide}`, import.meta.url), await guideOf(connector, exhibit))
    print(`${guide} is written.`)
    return 0
  }
  const path = `docs/connectors/${connector.id}.md`
  writeFileSync(new URL(`../../${path}`, import.meta.url), pageOf(connector, exhibit))
  print(`${path} is written.`)
  return 0
}
