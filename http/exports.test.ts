import { afterEach, beforeEach, expect, test } from 'vitest'
import { anOrderBody, openTestHub, type TestHub } from './test-kit.ts'

let hub: TestHub
let key: string
beforeEach(async () => {
  hub = await openTestHub()
  key = await hub.key('orders:write', 'orders:read', 'operations')
  for (const id of ['1001', '=1+1', '1003'])
    await hub.ask('POST', '/v1/orders', { key, body: anOrderBody('x', { externalId: id, number: id }) })
})
afterEach(() => hub.stop())

const get = (path: string, accept: string) => hub.ask('GET', path, { key, headers: { accept } })

test('a list comes as CSV with the same columns on every page, and the next page’s address in the Link header', async () => {
  const first = await get('/v1/orders?limit=2', 'text/csv')
  expect(first.headers.get('content-type')).toBe('text/csv; charset=utf-8')
  const link = /^<(.+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1]
  const second = await get(String(link), 'text/csv')
  const [header, ...rows] = [...first.text.trimEnd().split('\r\n'), ...second.text.trimEnd().split('\r\n').slice(1)]
  expect(second.text.startsWith(String(header))).toBe(true)
  expect(second.headers.get('link')).toBeNull()
  const column = String(header).split(',').indexOf('number')
  expect(rows.map((row) => row.split(',')[column] ?? '').toSorted()).toEqual(["'=1+1", '1001', '1003'])
})

test('a list comes as NDJSON, one item a line, the very items of the JSON page', async () => {
  const lines = (await get('/v1/orders', 'application/x-ndjson')).text.trimEnd().split('\n')
  const page = await get('/v1/orders', 'application/json')
  expect(`[${lines.join(',')}]`).toBe(JSON.stringify(page.json['items']))
})

test('what is no list stays JSON, and so does an error', async () => {
  expect((await get('/v1/quarantine', 'text/csv')).headers.get('content-type')).toBe('application/json')
  const wrong = await get('/v1/orders?limit=x', 'text/csv')
  expect(wrong.headers.get('content-type')).toBe('application/problem+json')
})
