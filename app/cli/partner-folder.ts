/**
 * A partner that is data alone: a folder with its network file and with files as it sends them. Reads and writes as the hub would,
 * by a clock of its own, and touches nothing outside.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describeIssue } from '#core/issue.ts'
import type { Connector, Delivery, FolderPort, SendPort } from '#connectors/contract/connector.ts'
import type { Exhibit } from '#connectors/contract/exhibit.ts'
import { connectorOf, connectors } from '#connectors/registry.ts'
import { type Desk, knowsAll, openDesk } from '#conformance/desk.ts'
import { outgoing } from '#conformance/values.ts'
import { readNetworkFile } from '../network-file.ts'
import { UsageError } from './command.ts'

/** What the partner's files say, and what the hub writes to it: readable, and the same for ever. */
export type Tried = {
  reads: Record<
    string,
    { documents: { kind: string; part: string; value: unknown }[]; refused: string[]; ignored?: string }
  >
  writes: Record<string, { file: string; lines: string[] } | { refused: string[] }>
}

export const isPartnerFolder = (path: string): boolean => existsSync(join(path, 'network.json'))

type Partner = { connector: Connector; desk: Desk }

function openPartner(folder: string): Partner {
  const network = readNetworkFile(join(folder, 'network.json'))
  const [connection] = network.connections
  if (connection === undefined) throw new UsageError(`${folder}/network.json names no connection`)
  const connector = connectorOf(connection.connector)
  if (connector === undefined)
    throw new UsageError(
      `there is no connector "${connection.connector}"; there are ${connectors.map(({ id }) => id).join(', ')}`,
    )
  const rows = network.crosswalks.filter((row) => row.connectionId === connection.id)
  const node = rows.find((row) => row.name === 'node')
  const codes: Record<string, Record<string, string>> = {}
  for (const { name, partnerCode, canonical } of rows) (codes[name] ??= {})[partnerCode] = canonical
  const exhibit: Exhibit = {
    config: connection.config,
    secrets: () => Object.fromEntries(Object.keys(connector.secrets).map((name) => [name, `no real ${name}`])),
    nodeCode: node?.partnerCode ?? '',
    codes,
    partner: () => ({ effects: () => [] }),
    inbound: {},
    outbound: {},
  }
  const desk = openDesk(connector, exhibit, {
    connectionId: connection.id,
    ...(node === undefined ? {} : { nodeId: node.canonical }),
  })
  // Products are told by their codes: a folder of samples knows no catalogue, and unknown ones would hide the rest.
  desk.crosswalk = knowsAll(desk.crosswalk)
  return { connector, desk }
}

export async function tryPartner(folder: string): Promise<Tried> {
  const { connector, desk } = openPartner(folder)
  const files = existsSync(join(folder, 'in')) ? readdirSync(join(folder, 'in')).sort() : []
  const port = connector.ports.find(
    (each): each is FolderPort<unknown> => each.direction === 'in' && each.transport === 'folder',
  )
  if (port === undefined) throw new UsageError(`${connector.id} reads no folder`)
  const reads = Object.fromEntries(
    files.map((file) => [file, readAs(port, desk, file, readFileSync(join(folder, 'in', file)))]),
  )
  const writes: Tried['writes'] = {}
  for (const kind of ['fulfillmentInstruction', 'fulfillmentCancel'] as const) {
    const send = connector.ports.find((each) => each.direction === 'out' && each.kind === kind) as
      | SendPort<unknown>
      | undefined
    if (send === undefined || send.has?.(desk.config) === false) continue
    const delivery = { instructionId: 'ins_1', key: `${kind}-1`, document: outgoing(kind, '1', desk) } as Delivery
    const made = await send.prepare(desk.context({ crosswalk: desk.crosswalk }), [delivery])
    writes[send.name] = made.ok
      ? { file: made.value.name, lines: linesOf(made.value.bytes) }
      : { refused: made.issues.map(describeIssue) }
  }
  return { reads, writes }
}

function readAs(port: FolderPort<unknown>, desk: Desk, file: string, raw: Uint8Array): Tried['reads'][string] {
  const { documents, refused, ignored } = port.read(
    raw,
    { file: basename(file) },
    desk.readContext({ crosswalk: desk.crosswalk }),
  )
  return {
    documents: documents.map(({ kind, part, value }) => ({ kind, part, value })),
    refused: refused.flatMap(({ part, issues }) => issues.map((issue) => `${part}: ${describeIssue(issue)}`)),
    ...(ignored === undefined ? {} : { ignored }),
  }
}

const linesOf = (bytes: Uint8Array): string[] =>
  Buffer.from(bytes)
    .toString('latin1')
    .split(/\r?\n|(?<=~)/)
    .filter((line) => line !== '')
