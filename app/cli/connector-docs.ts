/** `crossdock connector docs <name>`: writes docs/connectors/<name>.md. */
import { writeFileSync } from 'node:fs'
import type { Connector } from '#connectors/contract/connector.ts'
import { pageOf } from '../connector-page.ts'
import type { Call } from './command.ts'

export async function docsCommand({ print }: Call, connector: Connector): Promise<number> {
  const path = `docs/connectors/${connector.id}.md`
  writeFileSync(new URL(`../../${path}`, import.meta.url), pageOf(connector, await connector.exhibit?.()))
  print(`${path} is written.`)
  return 0
}
