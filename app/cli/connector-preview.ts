/** `crossdock connector preview <name> <port> <file>`: what a document would become. Reads, and touches nothing. */
import { readFileSync } from 'node:fs'
import { describeIssue } from '#core/issue.ts'
import type { Connector } from '#connectors/contract/connector.ts'
import { waysOf } from '#connectors/contract/exhibit.ts'
import { coverage } from '#mappings/engine/index.ts'
import { inboundOf, readSample } from '#conformance/check.ts'
import { openDesk } from '#conformance/desk.ts'
import { findMap } from '../maps/catalogue.ts'
import { type Call, UsageError } from './command.ts'

export async function previewCommand({ positionals, values, print }: Call, connector: Connector): Promise<number> {
  const [, , portName, path] = positionals
  const exhibit = await connector.exhibit?.()
  if (exhibit === undefined) throw new UsageError(`${connector.id} brings no exhibit: docs/connectors/conformance.md`)
  const ways = waysOf(exhibit)
  const ports = ways.flatMap((way) => inboundOf({ connector, exhibit: way }).map((port) => ({ ...port, way })))
  const found = ports.find(({ port }) => port.name === portName)
  if (found === undefined || path === undefined)
    throw new UsageError(
      `name a port that reads and a file; ${connector.id} has ${ports.map(({ port }) => port.name).join(', ')}`,
    )
  const raw = readFileSync(path)
  const desk = openDesk(connector, found.way)
  // Codes as they are: a preview knows no crosswalk, and unknown ones would hide the rest.
  const itself = (code: string) => code as never
  desk.crosswalk.skuOf = itself
  desk.crosswalk.nodeOf = itself
  const { documents, refused, ignored } = readSample(desk, found, path, raw)
  const read = documents.map(({ kind, part, value, trace }) => ({
    kind,
    part,
    value,
    sources: Object.fromEntries((trace?.().origins ?? []).map(({ target, place }) => [target, place.path])),
  }))
  const map = found.shown.map === undefined ? undefined : findMap(found.shown.map)
  const trees = map?.treesOf?.(raw) ?? []
  const unread = [
    ...new Set(trees.flatMap((tree) => (map === undefined ? [] : coverage(map.map, tree, map.schema).unread))),
  ]
  if (values['json'] === true) print(JSON.stringify({ documents: read, refused, unread, ignored }))
  else {
    for (const { kind, part, value, sources } of read) {
      print(`${kind}${part === '' ? '' : ` (${part})`}`)
      print(JSON.stringify(value, null, 2))
      print('from:')
      for (const [pointer, place] of Object.entries(sources)) print(`  ${pointer}  ←  ${place || '(the map itself)'}`)
    }
    for (const { part, issues } of refused)
      for (const issue of issues) print(`refused ${part}: ${describeIssue(issue)}`)
    if (ignored !== undefined) print(`ignored: ${ignored}`)
    if (map?.treesOf !== undefined)
      print(unread.length === 0 ? 'Every field is read.' : `No rule reads: ${unread.join(', ')}`)
  }
  return refused.length > 0 ? 1 : 0
}
