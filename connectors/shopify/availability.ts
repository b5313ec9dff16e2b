/**
 * Tells Shopify what is available, absolutely and by compare-and-set: a quantity that changed at Shopify since we last told it (a sale
 * whose webhook is still under way) is not overwritten; it is told back, and the hub decides again.
 */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import { NodeId, Sku } from '#core/model/ids.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import { inventoryQuantity } from '#mappings/shopify/inventory.ts'
import type { InventoryQuantity } from '#mappings/shopify/inventory.ts'
import type { Context, SendPort, Sent, Transmission } from '../contract/connector.ts'
import { gidOf } from './config.ts'
import type { ShopifyConfig } from './config.ts'
import { call } from './graphql.ts'
import type { Called } from './graphql.ts'
import { availableNow, inventoryItems } from './inventory.ts'
import { SET_QUANTITIES } from './operations.ts'
import { issuesOf, UserError } from './user-errors.ts'

type ShopifyContext = Context<ShopifyConfig>

/** Shopify takes at most 250 quantities in one call. */
const MOST_QUANTITIES = 250

const Rows = z.array(
  z.object({
    instructionId: z.string(),
    sku: Sku,
    nodeId: NodeId,
    available: z.int().min(0),
    lastTold: z.int().optional(),
  }),
)
type Row = { instructionId: string; quantity: InventoryQuantity }

export const availability: SendPort<ShopifyConfig, 'availability'> = {
  name: 'availability',
  summary: 'Available quantities by SKU and location, as inventorySetQuantities.',
  direction: 'out',
  transport: 'http',
  kind: 'availability',
  batchMax: MOST_QUANTITIES,
  duplicates: 'key',
  expectsAnswer: false,

  prepare: (_context, deliveries) => {
    const rows = deliveries.map(({ instructionId, document }) => ({ instructionId, ...document }))
    const name = `availability-${uuidOf(deliveries.map(({ key }) => key).join('\n'))}`
    return Promise.resolve({ ok: true, value: { name, bytes: new TextEncoder().encode(JSON.stringify(rows)) } })
  },

  send: async (context, transmission) => {
    const told: Told = { each: {}, levels: {} }
    const rows = await writeRows(context, transmission, told)
    if (!rows.ok) return { all: rows.failure }
    await set(context, { name: transmission.name, id: transmission.id }, rows.data, told)
    return { each: told.each, levels: told.levels }
  },

  /** A level that reads as it was told counts as told; any other is safe to send again, under the same key and by compare-and-set. */
  lookup: async (context, transmission) => {
    const rows = await writeRows(context, transmission, { each: {}, levels: {} })
    const now = rows.ok
      ? await availableNow(
          context,
          rows.data.map(({ quantity }) => quantity),
        )
      : rows
    const undecided: Lookup = { kind: 'undecided', message: 'Shopify could not be asked' }
    const found = transmission.deliveries.map(({ instructionId }): [string, Lookup] => {
      if (!rows.ok || !now.ok) return [instructionId, undecided]
      const at = rows.data.findIndex((row) => row.instructionId === instructionId)
      const isTold = at >= 0 && now.data[at] === rows.data[at]?.quantity.quantity
      return [instructionId, isTold ? { kind: 'present' } : { kind: 'absent' }]
    })
    return Object.fromEntries(found)
  },

  levels: async (context, positions) => {
    const items = await inventoryItems(
      context,
      positions.map(({ sku }) => sku),
    )
    if (!items.ok) return { ok: false, outcome: items.failure }
    const places = positions.map(({ sku, nodeId }) => {
      const [item, location] = [items.data.get(sku), context.crosswalk.partnerNodeOf(nodeId)]
      if (item === undefined || location === undefined) return undefined
      return { inventoryItemId: gidOf('InventoryItem', item), locationId: gidOf('Location', location) }
    })
    const now = await availableNow(
      context,
      places.filter((place) => place !== undefined),
    )
    if (!now.ok) return { ok: false, outcome: now.failure }
    const found = now.data.values()
    return { ok: true, levels: places.map((place) => (place === undefined ? undefined : found.next().value)) }
  },
}

/**
 * The rows of the instructions that are still to be sent, in Shopify's own ids. Those that cannot be written are refused in `told`.
 * A row that was settled before is left out: it would set an old figure again.
 */
async function writeRows(
  context: ShopifyContext,
  transmission: Transmission<'availability'>,
  told: Told,
): Promise<Called<Row[]>> {
  const wanted = new Set(transmission.deliveries.map(({ instructionId }) => instructionId))
  const stored = Rows.parse(JSON.parse(Buffer.from(transmission.bytes).toString('utf8')))
  const notices = stored.filter(({ instructionId }) => wanted.has(instructionId))
  const items = await inventoryItems(
    context,
    notices.map(({ sku }) => sku),
  )
  if (!items.ok) return items
  const rows: Row[] = []
  for (const { instructionId, lastTold, ...notice } of notices) {
    const written = inventoryQuantity(lastTold === undefined ? notice : { ...notice, lastTold }, {
      crosswalk: context.crosswalk,
      inventoryItemOf: (sku) => items.data.get(sku),
    })
    if (!written.ok) told.each[instructionId] = { kind: 'rejected', issues: written.issues }
    else rows.push({ instructionId, quantity: withGids(written.document) })
  }
  return { ok: true, data: rows }
}

type Told = { each: Record<string, Outcome>; levels: NonNullable<Sent['levels']> }

const withGids = (quantity: InventoryQuantity): InventoryQuantity => ({
  ...quantity,
  inventoryItemId: gidOf('InventoryItem', quantity.inventoryItemId),
  locationId: gidOf('Location', quantity.locationId),
})

/** Once with all rows, once more without those that Shopify refused or that are stale: all rows of a call are set, or none. */
const MOST_ROUNDS = 3

async function set(context: ShopifyContext, transmission: { name: string; id: string }, rows: Row[], told: Told) {
  let left = rows
  for (let round = 0; round < MOST_ROUNDS && left.length > 0; round++) {
    const result = await mutate(context, transmission, left)
    if ('outcome' in result) return give(told, left, result.outcome)
    const next = result.errors.some(({ code }) => STALE.has(code ?? ''))
      ? await withoutStale(context, left, told)
      : withoutRefused(left, result.errors, told)
    if (next.length === left.length) return give(told, left, conflict('Shopify refused the quantities as a whole'))
    left = next
  }
  return give(told, left, conflict('Shopify’s quantities changed again and again'))
}

/** A key whose first use was refused stays burnt: what it was refused for is found by reading the levels again. */
const STALE: ReadonlySet<string> = new Set(['CHANGE_FROM_QUANTITY_STALE', 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED'])

const SetQuantities = z.object({ inventorySetQuantities: z.object({ userErrors: z.array(UserError) }) })

async function mutate(
  context: ShopifyContext,
  transmission: { name: string; id: string },
  rows: Row[],
): Promise<{ outcome: Outcome } | { errors: UserError[] }> {
  const input = {
    name: 'available',
    reason: 'correction',
    referenceDocumentUri: `gid://crossdock/Transmission/${encodeURIComponent(transmission.id)}`,
    quantities: rows.map(({ quantity }) => quantity),
  }
  // The same transmission with the same rows has the same key for ever, so a resend is answered and not done again.
  const key = uuidOf(`${transmission.name}\n${JSON.stringify(input)}`)
  const called = await call(context, SET_QUANTITIES, { input, key }, SetQuantities)
  if (!called.ok) return { outcome: called.failure }
  const errors = called.data.inventorySetQuantities.userErrors
  if (errors.length === 0) return { outcome: { kind: 'accepted' } }
  const code = errors.find((error) => error.code?.startsWith('IDEMPOTENCY_'))?.code
  if (code === 'IDEMPOTENCY_CONCURRENT_REQUEST') {
    const message = 'the same call is under way at Shopify'
    return {
      outcome: { kind: 'unavailable', fault: 'transient', code: 'shopify.concurrent', message, retryAfterMs: 1000 },
    }
  }
  return { errors }
}

/** Live stores do not say which row was stale, so the levels are read. A row that already holds what we tell is done. */
async function withoutStale(context: ShopifyContext, rows: Row[], told: Told): Promise<Row[]> {
  const now = await availableNow(
    context,
    rows.map(({ quantity }) => quantity),
  )
  if (!now.ok) {
    give(told, rows, now.failure)
    return []
  }
  return rows.filter(({ instructionId, quantity }, index) => {
    const level = now.data[index] ?? 0
    if (level === quantity.quantity) told.each[instructionId] = { kind: 'duplicate' }
    else if (quantity.changeFromQuantity !== null && level !== quantity.changeFromQuantity) {
      told.levels[instructionId] = level
      told.each[instructionId] = conflict(`Shopify has ${level} and not the ${quantity.changeFromQuantity} it was told`)
    } else return true
    return false
  })
}

/** Errors name their row in `field` (input, quantities, index, …); the named rows are refused alone. */
function withoutRefused(rows: Row[], errors: UserError[], told: Told): Row[] {
  return rows.filter(({ instructionId }, index) => {
    const own = errors.filter(({ field }) => field?.[1] === 'quantities' && field[2] === String(index))
    if (own.length === 0) return true
    told.each[instructionId] = { kind: 'rejected', issues: issuesOf('availability', own) }
    return false
  })
}

function give(told: Told, rows: Row[], outcome: Outcome): void {
  for (const { instructionId } of rows) told.each[instructionId] = outcome
}

const conflict = (message: string): Outcome => ({
  kind: 'unavailable',
  fault: 'conflict',
  code: 'shopify.availability.stale',
  message,
})

/** A UUID made from text (RFC 9562, version 8): Shopify's examples use UUIDs as idempotency keys. */
function uuidOf(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
