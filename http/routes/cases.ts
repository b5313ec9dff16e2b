/** Exception cases: work that needs a person, and that person's word that it is done. */
import { z } from '@hono/zod-openapi'
import { step } from '#core/model/chart.ts'
import { exceptionCaseChart } from '#core/model/charts.ts'
import { CASE_KINDS, CASE_STATES } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import { lockOrders, routingStateOf, setRouting } from '#store/orders.ts'
import type { Unit } from '#store/unit.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { HttpProblem } from '../problem.ts'
import { endCase, lockCase, pageOfCases } from '../queries/cases.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam } from '../wire/basics.ts'
import { CaseView } from '../wire/views.ts'

const Resolution = z
  .strictObject({ resolution: z.string().trim().min(1).max(500) })
  .openapi('Resolution', { description: 'What was done, in a sentence.' })

export function caseRoutes({ deps }: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/cases',
      name: 'listCases',
      tag: 'cases',
      summary: 'Exception cases, oldest first.',
      scopes: ['operations'],
      query: z.object({
        state: z.enum(CASE_STATES).default('open'),
        kind: z.enum(CASE_KINDS).optional(),
        owner: z.enum(['operator', 'integrator', 'partner']).optional(),
        ...pageQuery,
      }),
      answers: { 200: { description: 'A page of cases.', schema: pageOf(CaseView).openapi('CasePage') } },
      problems: ['bad-query'],
      handle: async ({ query: { limit, cursor, ...filter } }) => {
        const items = await pageOfCases(deps.db, filter, decodeCursor(cursor, 1)?.[0], limit)
        const last = items.at(-1)
        return {
          status: 200,
          json: { items, next: items.length < limit || last === undefined ? null : encodeCursor([last.id]) },
        }
      },
    }),
    route({
      method: 'post',
      path: '/v1/cases/{id}/resolve',
      name: 'resolveCase',
      tag: 'cases',
      summary: 'Close a case, with what was done. An order that no node could serve is routed again.',
      scopes: ['operations'],
      params: idParam,
      body: Resolution,
      answers: { 200: { description: 'The case as it is now.', schema: CaseView } },
      problems: ['malformed-json', 'not-found', 'wrong-state', 'invalid-body'],
      handle: async ({ params, body, actor }) => {
        const now = deps.clock.now()
        const json = await deps.commit((unit) => resolve(unit, params.id, `${body.resolution} (${actor})`, now))
        return { status: 200, json }
      },
    }),
  ]
}

async function resolve(unit: Unit, id: string, resolution: string, now: Instant): Promise<unknown> {
  const known = await lockCase(unit, id)
  if (known === undefined) throw new HttpProblem('not-found', 'There is no case with this id.')
  const stepped = step(exceptionCaseChart, known.state, 'resolve')
  if (!stepped.ok) throw new HttpProblem('wrong-state', stepped.reason)
  if (known.kind === 'feedHeld')
    throw new HttpProblem('wrong-state', `Approve or reject the stock feed ${known.subject}: that ends its case.`)
  await endCase(unit, id, resolution, now)
  if (known.kind === 'unroutable' && known.orderId !== null) await routeAgain(unit, known.orderId, now)
  return { ...known, state: stepped.state, resolvedAt: now, resolution }
}

/** Without its case nobody would look after a parked order: it is decided again, and parks with a new case if nothing has changed. */
async function routeAgain(unit: Unit, orderId: string, now: Instant): Promise<void> {
  const [order] = await lockOrders(unit, [orderId])
  if (order === undefined || order.routing !== 'parked') return
  const routing = routingStateOf(order)
  await setRouting(unit, [{ orderId, routing }], now)
  if (routing === 'pending') unit.enqueue('route', [orderId])
}
