import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import nock from 'nock'
import { afterEach, expect, test } from 'vitest'
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { Transmission } from '../contract/connector.ts'
import { delivery, outcomeOf, readContext, testContext } from '../transport/test-context.ts'
import { cancel } from './cancel.ts'
import { ErpConfig } from './config.ts'
import { erp } from './connector.ts'
import { events } from './events.ts'
import { fulfillment } from './fulfillment.ts'
import { stock } from './stock.ts'

const config = ErpConfig.parse({ baseUrl: 'http://erp.test', allowPrivateAddresses: true })
const secrets = { apiToken: 'canary-token' }
const tables = { nodes: { W1: 'paris', S7: 'store-7' } }
const bytes = (text: string) => new TextEncoder().encode(text)
const at = '2026-11-22T09:00:00.000Z' as Instant
const SECRET = `whsec_${Buffer.from('a key of twenty-four bytes').toString('base64')}`

afterEach(() => nock.cleanAll())

function signed(body: string, { id = 'evt_1', seconds = Date.parse(at) / 1000, secret = SECRET } = {}) {
  const key = Buffer.from(secret.replace('whsec_', ''), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.${body}`).digest('base64')
  return {
    headers: { 'Webhook-Id': id, 'Webhook-Timestamp': String(seconds), 'Webhook-Signature': `v1a,x v1,AAAA v1,${mac}` },
    body: bytes(body),
    receivedAt: at,
  }
}
const secret = (name: string) => (name === 'webhookSecret' ? SECRET : undefined)

test('a signed event is taken; a changed body, id or time, a stale one and a missing secret are not', () => {
  const good = signed('{"a":1}')
  expect(events.verify?.(good, secret)).toEqual({ ok: true })
  expect(events.verify?.({ ...good, body: bytes('{"a":2}') }, secret).ok).toBe(false)
  expect(events.verify?.({ ...good, headers: { ...good.headers, 'Webhook-Id': 'evt_2' } }, secret).ok).toBe(false)
  const seconds = Date.parse(at) / 1000
  expect(events.verify?.(signed('{}', { seconds: seconds - 301 }), secret)).toMatchObject({ ok: false })
  expect(events.verify?.(signed('{}', { seconds: seconds + 301 }), secret)).toMatchObject({ ok: false })
  expect(events.verify?.(signed('{}', { seconds: seconds - 299 }), secret)).toEqual({ ok: true })
  expect(events.verify?.(good, () => undefined).ok).toBe(false)
  expect(events.verify?.({ ...good, headers: {} }, secret).ok).toBe(false)
  expect(events.verify?.(good, (name) => (name === 'webhookSecretPrevious' ? SECRET : 'whsec_bmV3'))).toEqual({
    ok: true,
  })
  expect(events.sourceKey(good)).toBe('event:evt_1')
})

const example = (name: string) => readFileSync(new URL(`../../mappings/erp/examples/${name}`, import.meta.url))
const everyCode = { nodes: tables.nodes, codes: { 'reject-reason': { R17: 'damaged' } } }

test('events are read side by side, and an unknown one is refused alone', () => {
  const list = JSON.parse(example('events.in.json').toString()) as { events: object[] }
  const raw = bytes(JSON.stringify({ events: [...list.events, { type: 'weather.changed' }] }))
  const reading = events.read(raw, {}, readContext(config, everyCode))
  expect(reading.documents).toHaveLength(list.events.length)
  expect(reading.refused).toMatchObject([{ issues: [{ code: 'erp.event-type' }] }])
})

const readStock = (type: string, raw: Uint8Array, meta: Record<string, string> = {}) =>
  stock.read(raw, { contentType: type, ...meta }, readContext(config, tables))

test('the same feed in JSON, CSV and XML reads alike', () => {
  const json = readStock('application/json; charset=utf-8', example('stock.in.json'))
  const csv = readStock('text/csv', example('stock.in.csv'), { mode: 'full', 'as-of': '2026-11-22T06:00:00+01:00' })
  const xml = readStock('application/xml', example('stock.in.xml'))
  for (const reading of [json, csv, xml]) {
    expect(reading.refused).toEqual([])
    expect(reading.documents).toMatchObject([{ kind: 'stock', value: { asOf: '2026-11-22T05:00:00.000Z' } }])
  }
  const rowsOf = (reading: typeof json) => reading.documents.map(({ value }) => ('rows' in value ? value.rows : []))
  expect(rowsOf(csv)).toEqual(rowsOf(json))
})

test('a bad row of a file is refused with its row and column, and its neighbours are read', () => {
  const file = 'sku,node,on_hand,note\r\n00042,W1,7,\r\nB,W1,"1,5",\r\nC,NOPE,1,\r\nD\r\n'
  const reading = readStock('text/csv', bytes(file), { 'as-of': at })
  expect(reading.documents).toMatchObject([
    { value: { mode: 'full', rows: [{ sku: '00042', nodeId: 'paris', onHand: 7 }] } },
  ])
  const places = reading.refused.flatMap(({ issues }) => issues.map((issue) => issue.place.path))
  expect(places.sort()).toEqual(['row 3, column on_hand', 'row 4, column node', 'row 5'])
})

test('an unknown content type and broken documents are told, not thrown', () => {
  expect(readStock('image/png', bytes('x')).refused[0]?.issues[0]).toMatchObject({ code: 'erp.content-type' })
  expect(readStock('application/json', bytes('{"mode":')).refused[0]?.issues[0]).toMatchObject({ code: 'json.syntax' })
  expect(readStock('text/xml', bytes('<!DOCTYPE a><a/>')).refused[0]?.issues[0]).toMatchObject({ code: 'xml.doctype' })
  expect(readStock('text/xml', bytes('<Feed/>')).refused[0]?.issues[0]).toMatchObject({ code: 'erp.xml-root' })
  expect(readStock('text/csv', bytes('a,b\n1,2\n')).refused.length).toBeGreaterThan(0)
})

test('the same feed has the same source key, other content another one', () => {
  const push = (body: string, key?: string) =>
    stock.sourceKey({ headers: key === undefined ? {} : { 'Idempotency-Key': key }, body: bytes(body), receivedAt: at })
  expect(push('a', 'k')).toBe(push('a', 'k'))
  expect(new Set([push('a', 'k'), push('b', 'k'), push('a', 'l'), push('a')]).size).toBe(4)
})

function instruction(requestId: string, nodeId = 'paris'): FulfillmentInstruction {
  return {
    requestId,
    orderId: 'ord_1',
    orderNumber: '#1',
    placedAt: at,
    nodeId,
    method: 'ship',
    shipTo: { line1: 'Rue 1', city: 'Paris', country: 'FR' },
    lines: [{ lineNo: 1, sku: 'A', quantity: 2, unitPriceMinor: 1250, currency: 'EUR' }],
  } as unknown as FulfillmentInstruction
}

async function prepared(context: ReturnType<typeof testContext<ErpConfig>>, ids: string[]) {
  const deliveries = ids.map((id) => delivery<'fulfillmentInstruction'>(id, instruction(`ful_${id}`)))
  const written = await fulfillment.prepare(context, deliveries)
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  return { id: 't', ...written.value, deliveries } satisfies Transmission<'fulfillmentInstruction'>
}

test('every answer of the ERP has its outcome', async () => {
  await using context = testContext({ config, baseUrl: config.baseUrl, secrets, tables })
  const transmission = await prepared(context, ['i1'])
  const send = async (status: number, body: object = {}, headers: Record<string, string> = {}) => {
    nock('http://erp.test', { reqheaders: { 'idempotency-key': 'key-i1', authorization: 'Bearer canary-token' } })
      .post('/fulfillment-requests')
      .reply(status, body, headers)
    return outcomeOf(await fulfillment.send(context, transmission))
  }
  expect(await send(201, { reference: 'R1' })).toEqual({ kind: 'accepted', reference: 'R1' })
  expect(await send(200, { reference: 'R1' })).toEqual({ kind: 'duplicate', reference: 'R1' })
  expect(await send(401)).toMatchObject({ kind: 'unavailable', fault: 'auth' })
  expect(await send(404)).toMatchObject({ kind: 'unavailable', fault: 'config' })
  expect(await send(302)).toMatchObject({ kind: 'unavailable', fault: 'config' })
  expect(await send(422, { code: 'unknown-node', detail: 'No node is called W9' })).toMatchObject({
    kind: 'rejected',
    issues: [{ code: 'erp.unknown-node', rule: 'No node is called W9' }],
  })
  expect(await send(409, { code: 'request-differs' })).toMatchObject({ kind: 'rejected' })
  expect(await send(429, {}, { 'retry-after': '3' })).toEqual({ kind: 'throttled', retryAfterMs: 3000 })
  expect(await send(429, {}, { 'retry-after': 'Sun, 22 Nov 2026 09:00:05 GMT' })).toEqual({
    kind: 'throttled',
    retryAfterMs: 5000,
  })
  expect(await send(429)).toEqual({ kind: 'throttled', retryAfterMs: 1000 })
  expect(await send(503)).toMatchObject({ kind: 'unknown' })
  expect(await send(500)).toMatchObject({ kind: 'unknown' })
})

test('an instruction that cannot be written says why', async () => {
  await using context = testContext({ config, baseUrl: config.baseUrl, secrets, tables })
  const deliveries = [delivery<'fulfillmentInstruction'>('i1', instruction('ful_1', 'nowhere'))]
  expect(await fulfillment.prepare(context, deliveries)).toMatchObject({
    ok: false,
    issues: [{ code: 'request.node-unknown' }],
  })
})

test('a batch is one call with an outcome for each request, and a resend leaves out what is settled', async () => {
  const own = { ...config, batch: true }
  await using context = testContext({ config: own, baseUrl: config.baseUrl, secrets, tables })
  const transmission = await prepared(context, ['i1', 'i2', 'i3', 'i4'])
  const bodies: { requests: { requestId: string }[] }[] = []
  const answer = (results: object[]) =>
    nock('http://erp.test')
      .post('/fulfillment-requests/batch', (body: (typeof bodies)[number]) => bodies.push(body) > 0)
      .reply(200, { results })
  answer([
    { requestId: 'ful_i1', status: 201, reference: 'R1' },
    { requestId: 'ful_i2', status: 422, code: 'unknown-node', detail: 'no' },
    { requestId: 'ful_i3', status: 500 },
  ])
  const sent = await fulfillment.send(context, transmission)
  expect(['i1', 'i2', 'i3', 'i4'].map((id) => outcomeOf(sent, id)?.kind)).toEqual([
    'accepted',
    'rejected',
    'unknown',
    'unknown',
  ])
  answer([
    { requestId: 'ful_i3', status: 201 },
    { requestId: 'ful_i4', status: 200 },
  ])
  const rest = { ...transmission, deliveries: transmission.deliveries.slice(2) }
  const again = await fulfillment.send(context, rest)
  expect([outcomeOf(again, 'i3')?.kind, outcomeOf(again, 'i4')?.kind]).toEqual(['accepted', 'duplicate'])
  expect(bodies.map((body) => body.requests.map((one) => one.requestId))).toEqual([
    ['ful_i1', 'ful_i2', 'ful_i3', 'ful_i4'],
    ['ful_i3', 'ful_i4'],
  ])
})

test('a look-up tells present, absent and undecided apart', async () => {
  await using context = testContext({ config, baseUrl: config.baseUrl, secrets, tables })
  const transmission = await prepared(context, ['i1'])
  const look = async (status: number, body: object) => {
    nock('http://erp.test').get('/fulfillment-requests/ful_i1').reply(status, body)
    return (await fulfillment.lookup?.(context, transmission))?.['i1']
  }
  expect(await look(200, { reference: 'R1', state: 'received' })).toEqual({ kind: 'present', reference: 'R1' })
  expect(await look(404, { code: 'unknown-request' })).toEqual({ kind: 'absent' })
  expect(await look(404, { code: 'not-found' })).toMatchObject({ kind: 'undecided' })
  expect(await look(500, {})).toMatchObject({ kind: 'undecided' })
})

test('a cancel is asked once and found again', async () => {
  await using context = testContext({ config, baseUrl: config.baseUrl, secrets, tables })
  const document = { requestId: 'ful_1', nodeId: 'paris' as FulfillmentInstruction['nodeId'], reason: 'customer' }
  const deliveries = [delivery<'fulfillmentCancel'>('i1', document)]
  const written = await cancel.prepare(context, deliveries)
  if (!written.ok) throw new Error('never')
  const transmission = { id: 't', ...written.value, deliveries }
  nock('http://erp.test')
    .post('/fulfillment-requests/ful_1/cancel', { reason: 'customer' })
    .reply(202, { reference: 'R' })
  expect(outcomeOf(await cancel.send(context, transmission))).toEqual({ kind: 'accepted', reference: 'R' })
  for (const [state, kind] of [
    ['received', 'absent'],
    ['cancelAsked', 'present'],
  ]) {
    nock('http://erp.test').get('/fulfillment-requests/ful_1').reply(200, { state })
    expect((await cancel.lookup?.(context, transmission))?.['i1']).toMatchObject({ kind })
  }
})

test('the check tells a bad token from a dead ERP', async () => {
  await using context = testContext({ config, baseUrl: config.baseUrl, secrets, tables })
  const check = (status: number, body: object) => {
    nock('http://erp.test').get('/fulfillment-requests/ful_crossdock-check').reply(status, body)
    return erp.check(context)
  }
  expect(await check(404, { code: 'unknown-request' })).toMatchObject({ ok: true })
  expect(await check(401, {})).toMatchObject({ ok: false, fault: 'auth' })
  expect(await check(500, {})).toMatchObject({ ok: false, fault: 'transient' })
})
