/** `crossdock connector test <name>`: the conformance kit, offline. Exit 1 when a check fails. */
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { z } from 'zod'
import { waysOf } from '#connectors/contract/exhibit.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import { outputsOf } from '#conformance/checks/mapping.ts'
import type { Recorded } from '#conformance/check.ts'
import { hasFailed, reportLines } from '#conformance/report.ts'
import { type KitInput, runKit } from '#conformance/run.ts'
import { systemClock } from '../clock.ts'
import { MAP_ENTRIES } from '../maps/catalogue.ts'
import { type Call, UsageError } from './command.ts'
import { pageOf } from '../connector-page.ts'

/** Where the kit looks for samples, pages and recordings: a checkout of the repository. */
const ROOT = new URL('../../', import.meta.url)

const RecordedFile = z.object({ version: z.string(), outputs: z.record(z.string(), z.string()) })

export function fileOf(path: string): Uint8Array | undefined {
  try {
    return readFileSync(new URL(path, ROOT))
  } catch {
    return undefined
  }
}

const recordingOf = ({ id }: Connector): string => `conformance/recorded/${id}.json`

function recordedOf(connector: Connector): Recorded | undefined {
  const bytes = fileOf(recordingOf(connector))
  return bytes === undefined ? undefined : RecordedFile.parse(JSON.parse(Buffer.from(bytes).toString('utf8')))
}

/** Runs the kit as the command does: there in full depth, over a database of its own. */
export async function conformanceOf(
  connector: Connector,
  how: Pick<KitInput, 'depth' | 'runtime'> = { depth: 'full' },
) {
  return runKit(connector, {
    ...how,
    maps: MAP_ENTRIES,
    file: fileOf,
    recorded: recordedOf(connector),
    page: pageOf(connector, await connector.exhibit?.()),
    today: systemClock.now().slice(0, 10),
  })
}

export async function testCommand({ values, print }: Call, connector: Connector): Promise<number> {
  const exhibit = await connector.exhibit?.()
  if (exhibit === undefined)
    throw new UsageError(`${connector.id} brings no exhibit to be tested with: docs/connectors/conformance.md`)
  if (values['record'] === true) {
    const ways = waysOf(exhibit).map((way) => outputsOf({ connector, exhibit: way, file: fileOf }))
    const outputs = Object.assign({}, ...ways) as Recorded['outputs']
    const path = recordingOf(connector)
    const recorded: Recorded = { version: connector.version, outputs }
    writeFileSync(fileURLToPath(new URL(path, ROOT)), `${JSON.stringify(recorded, null, 2)}\n`)
    print(`${path}: ${Object.keys(outputs).length} outputs of ${connector.id} ${connector.version}.`)
    return 0
  }
  const report = await conformanceOf(connector)
  if (values['json'] === true) print(JSON.stringify(report))
  else for (const line of reportLines(report, values['verbose'] === true)) print(line)
  return hasFailed(report) ? 1 : 0
}
