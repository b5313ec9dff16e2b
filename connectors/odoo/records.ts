/** Look-ups of Odoo's record ids by the codes that the business knows, and of the hub's own orders. */
import { z } from 'zod'
import type { Issue } from '#core/issue.ts'
import { call } from './client.ts'
import type { Called, OdooContext } from './client.ts'

const Order = z.object({ id: z.int(), name: z.string(), state: z.string() })
export type FoundOrder = z.output<typeof Order>

/** Orders of this request, oldest first. More than one is there only when a lost `create` came through after all. */
export const ordersOf = (context: OdooContext, requestId: string): Promise<Called<FoundOrder[]>> =>
  call(
    context,
    'sale.order/search_read',
    { domain: [['client_order_ref', '=', requestId]], fields: ['name', 'state'], order: 'id', limit: 10 },
    z.array(Order),
    false,
  )

/** Ids by code; a code that Odoo does not have is an issue. `model` has each code once. */
export async function idsByCode(
  context: OdooContext,
  model: string,
  field: string,
  codes: string[],
  cure: string,
): Promise<Called<Map<string, number>>> {
  const wanted = [...new Set(codes)]
  const rows = z.array(z.looseObject({ id: z.int() }))
  const called = await call(
    context,
    `${model}/search_read`,
    { domain: [[field, 'in', wanted]], fields: [field], order: 'id' },
    rows,
    false,
  )
  if (!called.ok) return called
  const ids = new Map<string, number>()
  for (const row of called.value) if (!ids.has(String(row[field]))) ids.set(String(row[field]), row.id)
  const missing = wanted.filter((code) => !ids.has(code))
  if (missing.length === 0) return { ok: true, value: ids }
  return {
    ok: false,
    outcome: { kind: 'rejected', issues: missing.map((code) => missingIssue(model, field, code, cure)) },
  }
}

const missingIssue = (model: string, field: string, code: string, cure: string): Issue => ({
  code: `odoo.${model}-unknown`,
  class: 'crosswalk',
  place: { path: `${model}.${field}` },
  rule: `must be the ${field} of a ${model} in Odoo`,
  value: code,
  cure,
  subject: code,
})
