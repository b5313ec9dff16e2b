import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { aPaperFeed, openTestHub, paperWebhook, problemOf, type TestHub, type Told } from '../test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('stock:write', 'operations')
})
afterEach(() => hub.stop())

const COMMENT = 'x'.repeat(3_000)

/** More than a megabyte, so that it is streamed: a column that nobody reads makes it large. */
const csv = (rows: readonly (readonly [sku: string, node: string, onHand: number | string])[], filler = 400): string =>
  [
    'sku,node,on_hand,comment',
    ...rows.map((row) => `${row.join(',')},`),
    ...Array.from({ length: filler }, (_, i) => `FILL-${i},north,1,${COMMENT}`),
    '',
  ].join('\n')

const put = (raw: string, headers: Record<string, string> = {}): Promise<Told> =>
  hub.ask('PUT', '/v1/stock/erp', {
    key,
    raw,
    headers: { 'content-type': 'text/csv', 'stock-as-of': '2026-11-22T08:00:00Z', ...headers },
  })

const products = async (): Promise<void> => {
  await hub.hub.world.db.query(
    `INSERT INTO product (sku, document) SELECT 'FILL-' || n, jsonb_build_object('sku', 'FILL-' || n, 'name', 'filler') FROM generate_series(0, 499) n`,
  )
  await hub.hub.world.db.query('UPDATE master_version SET version = version + 1')
}

const feedOf = async (told: Told): Promise<Record<string, unknown>> =>
  (await hub.ask('GET', String(told.json['feed']), { key })).json

test('a large feed is 202 while nothing of it is applied yet, and its address tells how it went', async () => {
  await products()
  const told = await put(csv([['00123', 'north', 7]]))
  expect(told.status).toBe(202)
  expect(await feedOf(told)).toMatchObject({ state: 'staging', connectionId: 'erp', rows: { read: 0 } })
  await hub.work()
  expect(await feedOf(told)).toMatchObject({
    state: 'applied',
    mode: 'full',
    nodes: ['north'],
    rows: { read: 401, staged: 401, applied: 401, late: 0, refused: 0 },
  })
  expect((await hub.ask('GET', String(told.json['document']), { key })).json).toMatchObject({ state: 'applied' })
  expect(await hub.rows(`SELECT available, source FROM stock_position WHERE sku = '00123'`)).toEqual([
    { available: 7, source: 'erp' },
  ])
})

test('the same large feed again is known by its content, and leaves nothing behind', async () => {
  const content = csv([['00123', 'north', 7]])
  const first = await put(content)
  const again = await put(content)
  expect(again.json).toMatchObject({ fresh: false, id: first.json['id'] })
  expect(await hub.rows('SELECT count(*)::int AS n FROM stock_feed')).toEqual([{ n: 1 }])
})

test('bad rows wait in quarantine with their place, the others are applied, and the cured replay applies the rest', async () => {
  await products()
  const told = await put(
    csv([
      ['00123', 'north', 7],
      ['NEW-1', 'north', 4],
      ['SHOE-1', 'moon', 4],
      ['SHOE-2', 'north', 'many'],
    ]),
  )
  await hub.work()
  expect(await feedOf(told)).toMatchObject({ state: 'quarantined', rows: { applied: 401, refused: 3 } })
  const document = await hub.ask('GET', String(told.json['document']), { key })
  expect(document.json).toMatchObject({ state: 'quarantined' })
  expect(document.json['quarantine']).toMatchObject([
    { cause: 'stock.sku-unknown:NEW-1', place: 'row 3, column sku', value: 'NEW-1' },
    { cause: 'stock.node-unknown:moon', place: 'row 4, column node' },
    { code: 'map.whole-number', place: 'row 5, column on_hand', value: 'many' },
  ])
  await hub.hub.world.db.query(`INSERT INTO product (sku, document) VALUES ('NEW-1', '{"sku":"NEW-1","name":"new"}')`)
  await hub.hub.world.db.query('UPDATE master_version SET version = version + 1')
  const replayed = await hub.ask('POST', '/v1/quarantine/replay', { key, body: { cause: 'stock.sku-unknown:NEW-1' } })
  expect(replayed.json).toMatchObject({ documents: 1 })
  await hub.work()
  expect(await feedOf(told)).toMatchObject({ state: 'quarantined', rows: { applied: 402, refused: 2 } })
  expect(await hub.rows(`SELECT available FROM stock_position WHERE sku = 'NEW-1'`)).toEqual([{ available: 4 }])
  expect(await hub.rows(`SELECT cause, state FROM quarantine_item ORDER BY state, cause`)).toEqual([
    { cause: 'map.whole-number', state: 'open' },
    { cause: 'stock.node-unknown:moon', state: 'open' },
    { cause: 'stock.sku-unknown:NEW-1', state: 'resolved' },
  ])
})

test('a feed of nothing but unknown SKUs lists a thousand, and says how many more there are', async () => {
  const told = await put(csv([], 1_500))
  await hub.work()
  expect(await feedOf(told)).toMatchObject({ state: 'quarantined', rows: { applied: 0, refused: 1_500 } })
  expect(await hub.rows(`SELECT count(*)::int AS n FROM quarantine_item WHERE code = 'stock.sku-unknown'`)).toEqual([
    { n: 1_000 },
  ])
  expect(await hub.rows(`SELECT rule FROM quarantine_item WHERE code = 'stock.more-refused'`)).toEqual([
    { rule: '500 more rows were refused than the 1000 that are listed' },
  ])
})

test('a position that a feed states twice is taken once; the second row is refused by its place', async () => {
  await products()
  const told = await put(`${csv([['00123', 'north', 7]])}00123,north,9,\n`)
  await hub.work()
  expect(await feedOf(told)).toMatchObject({ state: 'quarantined', rows: { applied: 401, refused: 1 } })
  expect(await hub.rows(`SELECT available FROM stock_position WHERE sku = '00123'`)).toEqual([{ available: 7 }])
  expect(await hub.rows('SELECT code, place FROM quarantine_item')).toEqual([
    { code: 'stock.position-repeated', place: 'row 403' },
  ])
})

test('a fault that makes the rest unreadable refuses the whole feed: nothing of it is applied', async () => {
  await products()
  const rows = Array.from({ length: 500 }, (_, i) => `<Row sku="FILL-${i}" node="north" onHand="3" note="${COMMENT}"/>`)
  const told = await put(`<StockFeed mode="full" asOf="2026-11-22T08:00:00Z">${rows.join('\n')}</StockFee>`, {
    'content-type': 'application/xml',
  })
  await hub.work()
  expect(await feedOf(told)).toMatchObject({ state: 'quarantined', rows: { applied: 0 } })
  expect(await hub.rows('SELECT 1 FROM stock_position')).toEqual([])
  expect(await hub.rows('SELECT code FROM quarantine_item')).toEqual([{ code: 'xml.syntax' }])
  expect(await hub.rows('SELECT 1 FROM stock_feed_piece')).toEqual([])
})

describe('a feed that would take most positions to zero', () => {
  const stocked = async (): Promise<void> => {
    await products()
    await put(csv([]))
    await hub.work()
  }
  const zeroed = Array.from({ length: 400 }, (_, i) => `FILL-${i},north,${i < 300 ? 0 : 2},${COMMENT}`).join('\n')
  const putZeroes = () => put(`sku,node,on_hand,comment\n${zeroed}\n`, { 'stock-as-of': '2026-11-22T09:00:00Z' })
  const onHand = () => hub.rows('SELECT sum(on_hand)::int AS units FROM stock_position')

  test('is held with a case that says what it would do, and an approval applies it', async () => {
    await stocked()
    const told = await putZeroes()
    await hub.work()
    const feed = await feedOf(told)
    expect(feed).toMatchObject({ state: 'held', effect: { stated: 400, wouldZero: 300 } })
    expect(feed['reason']).toContain('it would set 300 of 400 positions to zero (75 %')
    expect(await onHand()).toEqual([{ units: 400 }])
    expect((await hub.ask('GET', String(told.json['document']), { key })).json).toMatchObject({ state: 'held' })
    const { json: cases } = await hub.ask('GET', '/v1/cases?kind=feedHeld', { key })
    expect(cases['items']).toMatchObject([{ subject: feed['id'], state: 'open', owner: 'operator' }])
    const [held] = cases['items'] as { id: string }[]
    const talkedAway = await hub.ask('POST', `/v1/cases/${held?.id}/resolve`, {
      key,
      body: { resolution: 'looks fine' },
    })
    expect(problemOf(talkedAway)).toMatchObject({ status: 409, detail: expect.stringContaining('Approve or reject') })

    const approved = await hub.ask('POST', `/v1/stock-feeds/${String(feed['id'])}/approve`, {
      key,
      body: { reason: 'the warehouse moves' },
    })
    expect(approved.json).toMatchObject({ state: 'applying', decidedBy: 'api:tester' })
    await hub.work()
    expect(await feedOf(told)).toMatchObject({ state: 'applied', decidedBy: 'api:tester', rows: { applied: 400 } })
    expect(await onHand()).toEqual([{ units: 200 }])
    expect(await hub.rows(`SELECT state, resolution FROM exception_case WHERE kind = 'feedHeld'`)).toEqual([
      { state: 'resolved', resolution: 'approved by api:tester: the warehouse moves' },
    ])
    const twice = await hub.ask('POST', `/v1/stock-feeds/${String(feed['id'])}/approve`, { key, body: {} })
    expect(problemOf(twice)).toMatchObject({ status: 409 })
  })

  test('is never applied when it is rejected', async () => {
    await stocked()
    const told = await putZeroes()
    await hub.work()
    const { id } = await feedOf(told)
    const rejected = await hub.ask('POST', `/v1/stock-feeds/${String(id)}/reject`, { key, body: {} })
    expect(rejected.json).toMatchObject({ state: 'rejected', reason: 'rejected by api:tester' })
    await hub.work()
    expect(await onHand()).toEqual([{ units: 400 }])
    expect((await hub.ask('GET', String(told.json['document']), { key })).json).toMatchObject({
      state: 'ignored',
      reason: 'rejected by api:tester',
    })
  })

  test('is superseded when a newer full feed comes', async () => {
    await stocked()
    const told = await putZeroes()
    await hub.work()
    await put(csv([['00123', 'north', 7]]), { 'stock-as-of': '2026-11-22T10:00:00Z' })
    await hub.work()
    expect(await feedOf(told)).toMatchObject({ state: 'superseded' })
    expect(await hub.rows(`SELECT state FROM exception_case WHERE kind = 'feedHeld'`)).toEqual([{ state: 'resolved' }])
    expect(await onHand()).toEqual([{ units: 407 }])
  })

  test('is held also when it is small, and is applied by the same hands', async () => {
    await products()
    const rows = (onHand: number) =>
      Array.from({ length: 100 }, (_, i) => ({ sku: `FILL-${i}`, node: 'north', onHand }))
    const putJson = (hour: number, units: number) =>
      put(JSON.stringify({ mode: 'full', asOf: `2026-11-22T0${hour}:00:00Z`, rows: rows(units) }), {
        'content-type': 'application/json',
      })
    await putJson(7, 3)
    await hub.work()
    const told = await putJson(8, 0)
    await hub.work()
    expect(await onHand()).toEqual([{ units: 300 }])
    const { json } = await hub.ask('GET', '/v1/stock-feeds?state=held', { key })
    const [held] = json['items'] as Record<string, unknown>[]
    expect(held).toMatchObject({ effect: { stated: 100, wouldZero: 100 }, document: told.json['document'] })
    await hub.ask('POST', `/v1/stock-feeds/${String(held?.['id'])}/approve`, { key, body: {} })
    await hub.work()
    expect(await onHand()).toEqual([{ units: 0 }])
    expect((await hub.ask('GET', String(told.json['document']), { key })).json).toMatchObject({ state: 'applied' })
  })

  test('holds only its part of a document of many parts, which ends when it is decided', async () => {
    await products()
    const skus = Array.from({ length: 60 }, (_, i) => `FILL-${i}`)
    const receive = (id: string, hour: number, units: number) => {
      const parts = [
        aPaperFeed(skus.map((sku): [string, string, number] => [sku, 'north', units])),
        aPaperFeed([['00123', 'south', units + 1]]),
      ]
      const dated = JSON.parse(JSON.stringify(parts).replaceAll('T08:', `T0${hour}:`)) as unknown
      return hub.ask('POST', '/webhooks/depot/documents', paperWebhook(id, dated))
    }
    await receive('first', 6, 3)
    await hub.work()
    await receive('second', 7, 0)
    await hub.work()
    const state = () => hub.rows(`SELECT state FROM envelope WHERE source_key = 'second'`)
    expect(await state()).toEqual([{ state: 'held' }])
    expect(await hub.rows(`SELECT available FROM stock_position WHERE node_id = 'south'`)).toEqual([{ available: 1 }])
    const [held] = await hub.rows(`SELECT id FROM stock_feed WHERE state = 'held'`)
    await hub.ask('POST', `/v1/stock-feeds/${String(held?.['id'])}/approve`, { key, body: {} })
    await hub.work()
    expect(await state()).toEqual([{ state: 'applied' }])
    expect(await onHand()).toEqual([{ units: 1 }])
  })

  test('counts the positions that a full feed leaves out, where its source says that absent means zero', async () => {
    await stocked()
    const few = Array.from({ length: 100 }, (_, i) => `FILL-${i},north,1,${COMMENT.repeat(4)}`).join('\n')
    const told = await put(`sku,node,on_hand,comment\n${few}\n`, {
      'stock-as-of': '2026-11-22T09:00:00Z',
      'stock-absent-means-zero': 'true',
    })
    await hub.work()
    expect(await feedOf(told)).toMatchObject({ state: 'held', effect: { stated: 400, wouldZero: 300 } })
    const { id } = await feedOf(told)
    await hub.ask('POST', `/v1/stock-feeds/${String(id)}/approve`, { key, body: {} })
    await hub.work()
    expect(await feedOf(told)).toMatchObject({ state: 'applied', rows: { applied: 100, absentZeroed: 300 } })
    expect(await onHand()).toEqual([{ units: 100 }])
  })
})
