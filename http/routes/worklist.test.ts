import { afterEach, beforeEach, expect, test } from 'vitest'
import { openCases } from '#store/quarantine.ts'
import { anOrderBody, openTestHub, type TestHub } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('operations', 'orders:write')
})
afterEach(() => hub.stop())

const order = async (id: string, totalMinor: number): Promise<string> => {
  const told = await hub.ask('POST', '/v1/orders', { key, body: anOrderBody(id, { totalMinor }) })
  return String(told.json['id'])
}

test('cases and quarantined documents stand in one list, by promise and money, each with what can be done', async () => {
  const now = hub.clock.now()
  const small = await order('1001', 1_000)
  const large = await order('1002', 90_000)
  const about = { detail: 'unknown', cure: 'Ask.', owner: 'operator' as const }
  await openCases(
    hub.hub.world.db,
    [
      { id: 'exc_small', kind: 'answerOverdue', subject: 'ful_1', orderId: small, ...about },
      { id: 'exc_large', kind: 'outcomeUnknown', subject: 'ins_1', orderId: large, instructionId: 'ins_1', ...about },
      { id: 'exc_none', kind: 'connectionBroken', subject: 'depot', ...about, owner: 'integrator' },
    ],
    now,
  )
  await hub.deps.accept({
    id: hub.deps.ids.next('env'),
    connectionId: 'shop',
    port: 'documents',
    sourceKey: 'd-1',
    meta: {},
    raw: Buffer.from('{'),
    receivedAt: now,
  })
  await hub.work()
  const page = (await hub.ask('GET', '/v1/worklist', { key })).json as {
    items: {
      id: string
      kind: string
      urgency: number
      estimated: boolean
      valueMinor: number
      actions: { path: string }[]
    }[]
  }
  const ranked = page.items.filter((item) => item.kind !== 'unroutable')
  expect(ranked.map((item) => item.id)).toEqual(['exc_large', 'exc_small', 'json.syntax shop/documents', 'exc_none'])
  expect(ranked[0]?.actions.map((action) => action.path)).toEqual([
    '/v1/instructions/ins_1/confirm',
    '/v1/instructions/ins_1/requeue',
    '/v1/cases/exc_large/resolve',
  ])
  // An order that could not be read is worth what orders usually are.
  expect(ranked[2]).toMatchObject({ estimated: true, valueMinor: 1_000 })
  const mine = (await hub.ask('GET', '/v1/worklist?owner=integrator', { key })).json
  expect(mine['items']).toMatchObject([{ id: 'exc_none' }])
  const first = (await hub.ask('GET', '/v1/worklist?limit=1', { key })).json
  const rest = (await hub.ask('GET', `/v1/worklist?limit=200&cursor=${String(first['next'])}`, { key })).json
  expect(
    [...(first['items'] as { id: string }[]), ...(rest['items'] as { id: string }[])].map((item) => item.id),
  ).toEqual(page.items.map((item) => item.id))
})
