/**
 * Where the hub keeps the book of a store, its tills are told what they can sell, as physical counts under an idempotency key. Square orders
 * counts and sales by their own times, so a sale that happened after the number was made is still taken off it.
 */
import { z } from 'zod'
import { faultMessage } from '#core/fault.ts'
import type { Issue } from '#core/issue.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { SendPort } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import { call } from './client.ts'
import type { SquareContext } from './client.ts'
import type { SquareConfig } from './config.ts'
import { countsOf } from './counts.ts'

/** Changes in one call of Square's. */
const MOST_CHANGES = 100

const Rows = z.array(
  z.object({
    instructionId: z.string(),
    catalog_object_id: z.string(),
    location_id: z.string(),
    quantity: z.string(),
    occurred_at: z.string(),
  }),
)
type Row = z.output<typeof Rows>[number]

export const availability: SendPort<SquareConfig, 'availability'> = {
  name: 'availability',
  summary: 'What the tills can sell, as physical counts, where the hub keeps the book.',
  direction: 'out',
  transport: 'http',
  kind: 'availability',
  batchMax: MOST_CHANGES,
  duplicates: 'key',
  expectsAnswer: false,
  has: (config) => config.book === 'hub',

  prepare: (context, deliveries) => {
    const occurred_at = context.clock.now()
    const rows: Row[] = []
    const issues: Issue[] = []
    for (const { instructionId, document } of deliveries) {
      const location_id = context.crosswalk.partnerNodeOf(document.nodeId)
      const catalog_object_id = context.crosswalk.partnerSkuOf(document.sku)
      if (location_id === undefined) issues.push(noLocation(document.nodeId))
      else
        rows.push({ instructionId, catalog_object_id, location_id, quantity: String(document.available), occurred_at })
    }
    if (issues.length > 0) return Promise.resolve({ ok: false, issues })
    const name = `availability-${sha256(deliveries.map(({ key }) => key).join('\n')).slice(0, 40)}`
    return Promise.resolve({ ok: true, value: { name, bytes: new TextEncoder().encode(JSON.stringify(rows)) } })
  },

  send: async (context, { name, bytes, deliveries }) => {
    const rows = rowsOf(bytes, deliveries)
    // On a resend some may be settled: then it is another body, and needs another key.
    const key = `${name}-${sha256(rows.map((row) => row.instructionId).join('\n')).slice(0, 16)}`
    return { all: await tell(context, key, rows) }
  },

  /** A level that reads as it was told counts as told; any other is safe to send again under the same key. */
  lookup: async (context, { bytes, deliveries }) => {
    const rows = rowsOf(bytes, deliveries)
    const levels = await levelsOf(context, rows)
    return Object.fromEntries(
      rows.map((row): [string, Lookup] => {
        if (!levels.ok) return [row.instructionId, { kind: 'undecided', message: levels.message }]
        return [
          row.instructionId,
          levels.levels.get(keyOf(row)) === Number(row.quantity) ? { kind: 'present' } : { kind: 'absent' },
        ]
      }),
    )
  },

  levels: async (context, positions) => {
    const places = positions.map(({ sku, nodeId }) => ({
      catalog_object_id: context.crosswalk.partnerSkuOf(sku),
      location_id: context.crosswalk.partnerNodeOf(nodeId) ?? '',
    }))
    const read = await levelsOf(context, places)
    return read.ok
      ? { ok: true, levels: places.map((place) => read.levels.get(keyOf(place))) }
      : {
          ok: false,
          outcome: { kind: 'unavailable', fault: 'transient', code: 'square.levels', message: read.message },
        }
  },
}

function rowsOf(bytes: Uint8Array, deliveries: { instructionId: string }[]): Row[] {
  const stored = readJson(bytes)
  const wanted = new Set(deliveries.map(({ instructionId }) => instructionId))
  return Rows.parse(stored.ok ? stored.value : undefined).filter(({ instructionId }) => wanted.has(instructionId))
}

async function tell(context: SquareContext, idempotency_key: string, rows: Row[]): Promise<Outcome> {
  const changes = rows.map(({ instructionId: reference_id, ...count }) => ({
    type: 'PHYSICAL_COUNT',
    physical_count: { ...count, reference_id, state: 'IN_STOCK' },
  }))
  const body = { idempotency_key, changes, ignore_unchanged_counts: true }
  const told = await call(
    context,
    { method: 'POST', path: '/inventory/changes/batch-create', body, effect: true },
    z.object({}),
  )
  return told.ok ? { kind: 'accepted' } : told.outcome
}

type Place = Pick<Row, 'catalog_object_id' | 'location_id'>
const keyOf = (place: Place): string => `${place.catalog_object_id} ${place.location_id}`

async function levelsOf(context: SquareContext, places: Place[]) {
  try {
    const catalog_object_ids = [...new Set(places.map((place) => place.catalog_object_id))]
    const found = await countsOf(context, { catalog_object_ids })
    return { ok: true as const, levels: new Map(found.map((count) => [keyOf(count), Number(count.quantity)])) }
  } catch (error) {
    return { ok: false as const, message: faultMessage(error) }
  }
}

const noLocation = (nodeId: string): Issue => ({
  code: 'square.location',
  class: 'crosswalk',
  place: { path: '/nodeId' },
  rule: 'must be a node with a row in the crosswalk',
  value: nodeId,
  cure: 'Add a crosswalk row from the location’s id to this node.',
  subject: nodeId,
})
