/** One list of all work that needs a person, the most urgent first, each with what can be done. */
import { z } from '@hono/zod-openapi'
import type { CaseKind } from '#core/model/document.ts'
import { type Instant, plusMs } from '#core/model/time.ts'
import { byUrgency, riskPercent, urgency, type Waiting } from '#core/orders/urgency.ts'
import { decodeCursor, encodeCursor, pageOf, pageQuery } from '../paging.ts'
import { type OpenCase, type OpenCause, openCausesByPort, openWork, typicalOrder } from '../queries/work.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { instantOut } from '../wire/basics.ts'

/** A document that nobody could read is owed an answer within a day, as cases are. */
const QUARANTINE_DUE_MS = 24 * 3_600_000

const Action = z.object({ does: z.string(), method: z.enum(['GET', 'POST', 'PUT']), path: z.string() })
type Action = z.infer<typeof Action>

const WorkItem = z
  .object({
    id: z.string().openapi({ description: 'The case, or the cause and port of a group of documents.' }),
    kind: z.string(),
    subject: z.string(),
    orderId: z.string().nullable(),
    orderNumber: z.string().nullable(),
    detail: z.string(),
    cure: z.string(),
    owner: z.string(),
    since: instantOut,
    deadline: instantOut.openapi({
      description: 'The nearest promise to the customer, or until when it should be cured.',
    }),
    valueMinor: z.int(),
    currency: z.string().nullable(),
    estimated: z.boolean().openapi({ description: 'The value is a typical order’s for each document.' }),
    riskPercent: z.int(),
    urgency: z.int().openapi({ description: 'valueMinor × riskPercent: the rank.' }),
    actions: z.array(Action.openapi('WorkAction')),
  })
  .openapi('WorkItem')
type Item = Omit<z.infer<typeof WorkItem>, 'riskPercent' | 'urgency' | 'since' | 'deadline'> & {
  since: Instant
  deadline: Instant
} & Waiting

export function worklistRoutes({ deps, connections }: Shared): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/worklist',
      name: 'listWork',
      tag: 'cases',
      summary: 'All work that needs a person, ranked by the risk to the promise and the money behind it.',
      description:
        'Money of different currencies is compared by its minor units: the hub knows no exchange rates. The ranks move with time; begin again now and then.',
      scopes: ['operations'],
      query: z.object({ owner: z.enum(['operator', 'integrator', 'partner']).optional(), ...pageQuery }),
      answers: { 200: { description: 'The most urgent first.', schema: pageOf(WorkItem).openapi('WorkPage') } },
      problems: ['bad-query'],
      handle: async ({ query: { owner, limit, cursor } }) => {
        const now = deps.clock.now()
        const [cases, causes, typical] = await Promise.all([
          openWork(deps.db),
          openCausesByPort(deps.db),
          typicalOrder(deps.db),
        ])
        const known = await connections.get()
        const holdsOrders = ({ connectionId, port }: OpenCause): boolean =>
          known.get(connectionId)?.connector.ports.some((each) => each.name === port && each.kind === 'order') ?? false
        const ofCauses = causes.map((cause) => itemOfCause(cause, holdsOrders(cause) ? typical : undefined))
        const all = [...cases.map(itemOfCase), ...ofCauses]
          .filter((item) => owner === undefined || item.owner === owner)
          .toSorted(byUrgency(now))
        const after = decodeCursor(cursor, 1)?.[0]
        const from = after === undefined ? 0 : Number(after)
        const page = all.slice(from, from + limit)
        return {
          status: 200,
          json: {
            items: page.map((item) => ({
              ...item,
              riskPercent: riskPercent(item.deadline, now),
              urgency: urgency(item, now),
            })),
            next: from + limit < all.length ? encodeCursor([String(from + limit)]) : null,
          },
        }
      },
    }),
  ]
}

const itemOfCase = (open: OpenCase): Item => ({
  id: open.id,
  kind: open.kind,
  subject: open.subject,
  orderId: open.orderId,
  orderNumber: open.orderNumber,
  detail: open.detail,
  cure: open.cure,
  owner: open.owner,
  since: open.openedAt,
  deadline: open.promisedBy ?? open.dueAt,
  valueMinor: open.totalMinor ?? 0,
  currency: open.currency,
  estimated: false,
  actions: [...(ACTIONS[open.kind]?.(open) ?? []), ...(open.kind === 'feedHeld' ? [] : [resolve(open)])],
})

const itemOfCause = (
  { cause, connectionId, port, items, documents, since, rule, cure, example }: OpenCause,
  typical: { totalMinor: number; currency: string } | undefined,
): Item => ({
  id: `${cause} ${connectionId}/${port}`,
  kind: 'quarantine',
  subject: cause,
  orderId: null,
  orderNumber: null,
  detail: `${items} items in ${documents} documents of ${connectionId}/${port}: ${rule}`,
  cure,
  owner: 'operator',
  since,
  deadline: plusMs(since, QUARANTINE_DUE_MS),
  valueMinor: (typical?.totalMinor ?? 0) * documents,
  currency: typical?.currency ?? null,
  estimated: typical !== undefined,
  actions: [
    { does: 'look at one of them', method: 'GET', path: `/v1/documents/${example}` },
    { does: 'read all of them again, after the cure', method: 'POST', path: '/v1/quarantine/replay' },
    { does: 'say that they are not wanted', method: 'POST', path: '/v1/quarantine/discard' },
  ],
})

const resolve = ({ id, kind }: OpenCase): Action => ({
  does: kind === 'unroutable' ? 'route it again' : 'say what was done',
  method: 'POST',
  path: `/v1/cases/${id}/resolve`,
})

const ofInstruction = ({ instructionId }: OpenCase, does: string, verb: string): Action[] =>
  instructionId === null ? [] : [{ does, method: 'POST', path: `/v1/instructions/${instructionId}/${verb}` }]

/** What can be done beyond saying that it is done. */
const ACTIONS: Partial<Record<CaseKind, (open: OpenCase) => Action[]>> = {
  outcomeUnknown: (open) => [
    ...ofInstruction(open, 'it did arrive', 'confirm'),
    ...ofInstruction(open, 'send it again', 'requeue'),
  ],
  sendRejected: (open) => ofInstruction(open, 'send it again, after the cure', 'requeue'),
  feedHeld: ({ subject }) => [
    { does: 'apply it', method: 'POST', path: `/v1/stock-feeds/${subject}/approve` },
    { does: 'drop it', method: 'POST', path: `/v1/stock-feeds/${subject}/reject` },
  ],
  deliveryException: ({ subject }) => [
    { does: 'tell that it arrived, or goes on', method: 'POST', path: `/v1/shipments/${subject}/tracking` },
  ],
  unroutable: ({ orderId }) =>
    orderId === null ? [] : [{ does: 'see why no node can', method: 'GET', path: `/v1/orders/${orderId}` }],
}
