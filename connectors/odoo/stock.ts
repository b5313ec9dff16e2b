/**
 * Odoo's stock. A changed quant or a finished move names products; each of them is then read whole, over all warehouses, since a sum cannot
 * be told from one of its parts, and a quant that came to zero is removed and changes no more. A pass over all products makes good what
 * no date tells.
 */
import { z } from 'zod'
import { Fault } from '#core/fault.ts'
import { parseInstant, plusMs } from '#core/model/time.ts'
import { overlaid } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { readStockRecords, stockMap } from '#mappings/odoo/stock.ts'
import type { Cursor, Fetched, PullPort, Reading, ReadContext } from '../contract/connector.ts'
import { sha256 } from '../contract/request.ts'
import { changesSince } from './changes.ts'
import type { Watch } from './changes.ts'
import { callOrFault } from './client.ts'
import type { OdooContext } from './client.ts'
import type { OdooConfig } from './config.ts'

const EVERY_MS = 30_000
const DAY_MS = 86_400_000
const FULL_PAGE = 200
const FULL_CURSOR_VERSION = 1
const MAX_BYTES = 20_000_000

const Rows = z.array(z.looseObject({ id: z.int() }))
const Reference = z.tuple([z.int(), z.string()])

function read(raw: Uint8Array, _meta: Record<string, string>, context: ReadContext<OdooConfig>): Reading {
  const records = readJson(raw, { maxBytes: MAX_BYTES })
  return records.ok
    ? { ...readStockRecords(records.value, context, overlaid(stockMap, context.config, 'stock')), receipts: [] }
    : { documents: [], refused: [{ part: '', issues: records.issues }], receipts: [] }
}

const inStock = { direction: 'in', transport: 'pull', kind: 'stock', everyMs: EVERY_MS, read } as const

function changedStock(name: string, summary: string, watch: Watch): PullPort<OdooConfig> {
  return {
    ...inStock,
    name,
    summary,
    // The first look goes back a day: the first pass over all products may have been before it, and changes between the two are in neither.
    pull: async (context, cursor) => {
      const { fresh, ...rest } = await changesSince(context, cursor, watch, DAY_MS)
      const products = [
        ...new Set(fresh.flatMap((changed) => Reference.safeParse(changed['product_id']).data?.[0] ?? [])),
      ]
      return { documents: products.length === 0 ? [] : [await stockRecords(context, products)], ...rest }
    },
  }
}

const INTERNAL = ['location_id.usage', '=', 'internal']

export const stock = changedStock('stock', 'Stock of products whose quants changed.', {
  model: 'stock.quant',
  domain: [INTERNAL],
  fields: ['product_id', 'quantity'],
})

export const stockMoves = changedStock(
  'stock-moves',
  'Stock of products that were moved: a quant at zero is removed.',
  {
    model: 'stock.move',
    domain: [['state', '=', 'done']],
    fields: ['product_id', 'quantity'],
  },
)

/** The cursor's watermark is `after:<product id>` inside a pass, and `done:<instant>` between two. */
export const stockFull: PullPort<OdooConfig> = {
  ...inStock,
  name: 'stock-full',
  summary: 'Every product with an Internal Reference, from time to time.',
  pull: async (context, cursor) => {
    const now = context.clock.now()
    const after = passOf(cursor, context)
    if (after === undefined) return { documents: [], cursor: cursor ?? at(`done:${now}`), more: false }
    const page = await callOrFault(
      context,
      'product.product/search_read',
      {
        domain: [
          ['id', '>', after],
          ['default_code', '!=', false],
        ],
        fields: ['default_code'],
        order: 'id',
        limit: FULL_PAGE,
      },
      Rows,
    )
    const last = page.at(-1)
    const more = page.length === FULL_PAGE && last !== undefined
    const documents =
      page.length === 0
        ? []
        : [
            await stockRecords(
              context,
              page.map(({ id }) => id),
            ),
          ]
    return { documents, cursor: at(more ? `after:${last.id}` : `done:${now}`), more }
  },
}

const at = (watermark: string): Cursor => ({ version: FULL_CURSOR_VERSION, watermark, seenAtWatermark: [] })

/** The product after which the pass goes on; undefined while the last one is fresh enough. */
function passOf(cursor: Cursor | undefined, { clock, config }: OdooContext): number | undefined {
  if (cursor === undefined) return 0
  const [word, rest = ''] = /^(after|done):(.+)$/.exec(cursor.watermark)?.slice(1) ?? []
  const done = word === 'done' ? parseInstant(rest) : undefined
  if (cursor.version === FULL_CURSOR_VERSION && word === 'after' && /^\d{1,15}$/.test(rest)) return Number(rest)
  if (cursor.version === FULL_CURSOR_VERSION && done !== undefined)
    return plusMs(done, config.fullEveryMinutes * 60_000) <= clock.now() ? 0 : undefined
  throw new Fault('config', {
    code: 'odoo.cursor',
    message: `the cursor (version ${cursor.version}, ${cursor.watermark}) cannot be used; rewind it`,
  })
}

/** These products in every warehouse, as they stand now: true at the moment before the first of the calls. */
async function stockRecords(context: OdooContext, productIds: number[]): Promise<Fetched> {
  const asOf = context.clock.now()
  const read = (model: string, domain: unknown[], fields: string[]) =>
    callOrFault(context, `${model}/search_read`, { domain, fields, order: 'id' }, Rows)
  const quants = await read(
    'stock.quant',
    [['product_id', 'in', productIds], INTERNAL],
    ['product_id', 'warehouse_id', 'quantity'],
  )
  const products = await read('product.product', [['id', 'in', productIds]], ['default_code'])
  const warehouses = await read('stock.warehouse', [], ['code'])
  const raw = new TextEncoder().encode(JSON.stringify({ as_of: asOf, products, warehouses, quants }))
  return { sourceKey: `stock:${sha256(raw)}`, meta: { asOf }, raw }
}
