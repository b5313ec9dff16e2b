/** `crossdock map plan <connection>`: which canonical fields a changed config or changed crosswalk rows would change. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { connectors } from '#connectors/registry.ts'
import type { Database } from '#store/database.ts'
import { loadMasterData, loadSkus } from '#store/master-data.ts'
import type { CrosswalkRow } from '#store/master-data.ts'
import { liveConnections } from '#workers/master.ts'
import { lastEnvelopes, planOf } from '../maps/plan.ts'
import { CrosswalkFile } from '../network-file.ts'
import { type Call, text, UsageError } from './command.ts'
import { withDatabase } from './with-database.ts'

const DEFAULT_LAST = 100
const SHOWN = 50

export async function planCommand(
  { values, settings, print }: Call,
  connectionId: string | undefined,
): Promise<number> {
  if (connectionId === undefined)
    throw new UsageError('name the connection: crossdock map plan shop --config new-config.json')
  const config = jsonFile(text(values['config']))
  const crosswalk = text(values['crosswalk'])
  if (config === undefined && crosswalk === undefined)
    throw new UsageError(
      'say what would change: --config <file> with the connection’s config, or --crosswalk <file> with rows',
    )
  const last = z.coerce
    .number()
    .int()
    .min(1)
    .max(10_000)
    .safeParse(values['last'] ?? DEFAULT_LAST)
  if (!last.success) throw new UsageError('--last must be a whole number from 1 to 10000')
  return withDatabase(settings, async (db) => {
    const rows = crosswalk === undefined ? [] : parseRows(jsonFile(crosswalk), connectionId)
    const { now, changed } = await connectionsOf(db, connectionId, config, rows)
    const envelopes = await lastEnvelopes(db, connectionId, last.data)
    const plan = planOf(envelopes, now, changed, (done) => {
      if (process.stderr.isTTY && done % 50 === 0) process.stderr.write(`read ${done} of ${envelopes.length}\r`)
    })
    if (values['json'] === true) print(JSON.stringify(plan))
    else {
      print(
        `${plan.documents} documents read twice: ${plan.unchanged} stay as they are, ${plan.documents - plan.unchanged} would differ.`,
      )
      for (const { envelopeId, part, field, before, after } of plan.changes.slice(0, SHOWN))
        print(`  ${envelopeId} ${part} ${field}: ${show(before)} → ${show(after)}`)
      if (plan.changes.length > SHOWN) print(`  and ${plan.changes.length - SHOWN} more; --json tells all`)
    }
    return 0
  })
}

const show = (value: unknown): string => (value === undefined ? '(nothing)' : (JSON.stringify(value) ?? ''))

function jsonFile(path: string | undefined): unknown {
  if (path === undefined) return undefined
  try {
    return JSON.parse(readFileSync(path, 'utf8'))
  } catch (error) {
    throw new UsageError(`${path} cannot be read as JSON: ${error instanceof Error ? error.message : ''}`)
  }
}

function parseRows(value: unknown, connectionId: string): CrosswalkRow[] {
  const rows = CrosswalkFile.safeParse(value)
  if (!rows.success)
    throw new UsageError(rows.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('\n'))
  return rows.data.filter((row) => row.connectionId === connectionId)
}

/** The connection as it is and as it would be. The database is only read. */
async function connectionsOf(db: Database, id: string, config: unknown, rows: readonly CrosswalkRow[]) {
  const data = await loadMasterData(db)
  const codes = await loadSkus(db)
  const changedData = {
    ...data,
    connections: data.connections.map((row) =>
      row.connection.id === id && config !== undefined
        ? { ...row, connection: { ...row.connection, config: config as typeof row.connection.config } }
        : row,
    ),
    crosswalks: [...data.crosswalks.filter((row) => !rows.some((other) => sameKey(row, other))), ...rows],
  }
  const [now, changed] = [data, changedData].map((each) => liveConnections(each, codes, connectors))
  const pair = { now: now?.connections.get(id), changed: changed?.connections.get(id) }
  if (pair.now === undefined)
    throw new UsageError(`${id} cannot be used: ${now?.broken.get(id) ?? 'there is no such connection'}`)
  if (pair.changed === undefined)
    throw new UsageError(`the changed config cannot be used: ${changed?.broken.get(id) ?? ''}`)
  return { now: pair.now, changed: pair.changed }
}

const sameKey = (a: CrosswalkRow, b: CrosswalkRow): boolean =>
  a.connectionId === b.connectionId &&
  a.name === b.name &&
  a.partnerCode === b.partnerCode &&
  a.validFrom === b.validFrom
