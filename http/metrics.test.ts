import { afterEach, beforeEach, expect, test } from 'vitest'
import { handleCheck } from '#workers/check.ts'
import { aPaperFeed, openTestHub, paperWebhook, type TestHub } from './test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('operations')
})
afterEach(() => hub.stop())

const BROKEN = 'crossdock_invariant_violations{invariant="i5-stock-is-the-sum-of-its-postings"}'

test('a broken invariant is a case and a figure until it is cured', async () => {
  await hub.ask('POST', '/webhooks/shop/documents', paperWebhook('feed', aPaperFeed([['SHOE-1', 'north', 10]])))
  await hub.work()
  const { world } = hub.hub
  const metrics = async (): Promise<string> => (await hub.ask('GET', '/metrics', { key })).text
  const cases = async (state: string) =>
    (await hub.ask('GET', `/v1/cases?kind=invariantBroken&state=${state}`, { key })).json['items']
  /** A whole round: the SKUs there are, and the end behind them. */
  const round = async (): Promise<void> => {
    await handleCheck(world)
    await handleCheck(world)
  }
  await round()
  expect(await metrics()).toContain(`${BROKEN} 0`)
  expect(await metrics()).toMatch(/crossdock_invariants_checked_timestamp_seconds\{by="SKU"\} \d+/)
  await hub.rows('UPDATE stock_position SET available = 12')
  await round()
  await round()
  expect(await metrics()).toContain(`${BROKEN} 1`)
  expect(await cases('open')).toMatchObject([
    {
      subject: 'i5-stock-is-the-sum-of-its-postings: SHOE-1 at north, available',
      detail: 'available is 12, its postings add up to 10',
      owner: 'operator',
    },
  ])
  await hub.rows('UPDATE stock_position SET available = 10')
  await round()
  expect(await metrics()).toContain(`${BROKEN} 0`)
  expect(await cases('open')).toEqual([])
  expect(await cases('resolved')).toMatchObject([{ resolution: 'the invariant holds again' }])
})
