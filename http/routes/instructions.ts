/** Parked instructions: a person says that one arrived after all, or that it shall be sent again. */
import { z } from '@hono/zod-openapi'
import { step } from '#core/model/chart.ts'
import { instructionChart } from '#core/model/charts.ts'
import { INSTRUCTION_STATES } from '#core/model/document.ts'
import { stopHeld } from '#store/instructions.ts'
import { lockOrderHeads } from '#store/orders.ts'
import { resolveCases } from '#store/quarantine.ts'
import { HttpProblem } from '../problem.ts'
import { instructionOf, type InstructionRow, lockInstruction, requeueInstruction } from '../queries/instructions.ts'
import { type Route, route } from '../route.ts'
import type { Shared } from '../shared.ts'
import { idParam } from '../wire/basics.ts'

const Instruction = z
  .object({
    id: z.string(),
    connectionId: z.string(),
    kind: z.string(),
    businessKey: z.string(),
    subjectId: z.string(),
    orderId: z.string().nullable(),
    state: z.enum(INSTRUCTION_STATES),
    attempts: z.int(),
    detail: z.string().nullable(),
  })
  .openapi('Instruction')

const common = {
  method: 'post',
  tag: 'instructions',
  scopes: ['operations'],
  params: idParam,
  answers: { 200: { description: 'The instruction as it is now.', schema: Instruction } },
  problems: ['malformed-json', 'not-found', 'wrong-state', 'invalid-body'],
} as const

export function instructionRoutes({ deps }: Shared): Route[] {
  return [
    route({
      ...common,
      path: '/v1/instructions/{id}/requeue',
      name: 'requeueInstruction',
      summary: 'Send a parked or rejected instruction again: it certainly took no effect.',
      handle: async ({ params, actor }) => {
        const now = deps.clock.now()
        const json = await deps.commit(async (unit) => {
          const row = waiting(await lockInstruction(unit, params.id), 'requeue')
          const detail = `sent again by ${actor}`
          if (row.orderId !== null) await lockOrderHeads(unit, [row.orderId])
          await requeueInstruction(unit, row, detail, now)
          if (row.orderId !== null) await stopHeld(unit, [row.orderId])
          await resolveCases(unit, 'outcomeUnknown', [row.id], detail, now)
          await resolveCases(unit, 'sendRejected', [row.id], detail, now)
          return instructionOf(unit, row.id)
        })
        return { status: 200, json }
      },
    }),
    route({
      ...common,
      path: '/v1/instructions/{id}/confirm',
      name: 'confirmInstruction',
      summary: 'A parked instruction did arrive.',
      body: z
        .strictObject({ reference: z.string().min(1).max(200).optional() })
        .openapi('Confirmation', { description: 'The partner’s own name for it, where there is one.' }),
      handle: async ({ params, body, actor }) => {
        const row = waiting(await instructionOf(deps.db, params.id), 'confirm')
        await deps.confirmInstruction(row.id, body.reference, actor)
        await deps.commit((unit) =>
          resolveCases(unit, 'outcomeUnknown', [row.id], `confirmed by ${actor}`, deps.clock.now()),
        )
        return { status: 200, json: await instructionOf(deps.db, row.id) }
      },
    }),
  ]
}

/** Workers move instructions by themselves; people only move those that wait for a person. */
function waiting(row: InstructionRow | undefined, event: 'requeue' | 'confirm'): InstructionRow {
  if (row === undefined) throw new HttpProblem('not-found', 'There is no instruction with this id.')
  if (row.state !== 'parked' && row.state !== 'rejected') {
    throw new HttpProblem(
      'wrong-state',
      `It is ${row.state}; only a parked or rejected instruction waits for a person.`,
    )
  }
  const stepped = step(instructionChart, row.state, event)
  if (!stepped.ok) throw new HttpProblem('wrong-state', stepped.reason)
  return row
}
