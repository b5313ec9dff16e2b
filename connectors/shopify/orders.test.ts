import { createHmac } from 'node:crypto'
import { readFileSync, readdirSync } from 'node:fs'
import { expect, test } from 'vitest'
import type { Instant } from '#core/model/time.ts'
import { readContext } from '../transport/test-context.ts'
import { ShopifyConfig } from './config.ts'
import { orders } from './orders.ts'

const config = ShopifyConfig.parse({ shop: 'crossdock-test.myshopify.com' })
const secrets: Record<string, string> = { webhookSecret: 'new', webhookSecretPrevious: 'old' }
const secret = (name: string) => secrets[name]

function signed(body: Uint8Array, key: string) {
  return {
    headers: {
      'X-Shopify-Hmac-SHA256': createHmac('sha256', key).update(body).digest('base64'),
      'X-Shopify-Topic': 'orders/create',
      'X-Shopify-Shop-Domain': 'crossdock-test.myshopify.com',
      'X-Shopify-Webhook-Id': 'w-1',
      'X-Shopify-Event-Id': 'e-1',
      'X-Shopify-Triggered-At': '2026-11-22T09:00:00Z',
      'X-Shopify-API-Version': '2026-10',
    },
    body,
    receivedAt: '2026-11-22T09:00:00.000Z' as Instant,
  }
}
const bytes = (text: string) => new TextEncoder().encode(text)

test('a genuine webhook is taken, also when the secret before the rotation signed it', () => {
  expect(orders.verify?.(signed(bytes('{}'), 'new'), secret)).toEqual({ ok: true })
  expect(orders.verify?.(signed(bytes('{}'), 'old'), secret)).toEqual({ ok: true })
})

test('every flipped bit of body or signature is refused, and so is a missing secret or header', () => {
  const body = bytes('{"id":1}')
  const request = signed(body, 'new')
  for (let bit = 0; bit < body.length * 8; bit++) {
    const flipped = Uint8Array.from(body)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    expect(orders.verify?.({ ...request, body: flipped }, secret).ok).toBe(false)
  }
  const digest = Buffer.from(request.headers['X-Shopify-Hmac-SHA256'], 'base64')
  for (let bit = 0; bit < digest.length * 8; bit++) {
    const flipped = Buffer.from(digest)
    flipped[bit >> 3] = (flipped[bit >> 3] ?? 0) ^ (1 << (bit & 7))
    const headers = { ...request.headers, 'X-Shopify-Hmac-SHA256': flipped.toString('base64') }
    expect(orders.verify?.({ ...request, headers }, secret).ok).toBe(false)
  }
  expect(orders.verify?.(request, () => undefined).ok).toBe(false)
  expect(orders.verify?.(request, () => '').ok).toBe(false)
  expect(orders.verify?.({ ...request, headers: {} }, secret).ok).toBe(false)
})

test('the same delivery has the same source key, and what the headers said is kept', () => {
  const request = signed(bytes('{}'), 'new')
  expect(orders.sourceKey(request)).toBe('crossdock-test.myshopify.com:w-1')
  expect(orders.meta(request)).toEqual({
    topic: 'orders/create',
    shop: 'crossdock-test.myshopify.com',
    webhookId: 'w-1',
    eventId: 'e-1',
    triggeredAt: '2026-11-22T09:00:00Z',
    apiVersion: '2026-10',
  })
})

test('an order body becomes a canonical order', () => {
  const folder = new URL('../../mappings/shopify/examples/', import.meta.url)
  const example = readdirSync(folder).find((name) => /order.*\.in\.json$/.test(name) && !/graphql|node/.test(name))
  const raw = readFileSync(new URL(example ?? '', folder))
  const meta = { topic: 'orders/create', shop: config.shop }
  const reading = orders.read(raw, meta, readContext(config))
  expect(reading.ignored).toBeUndefined()
  expect([...reading.documents, ...reading.refused].length).toBeGreaterThan(0)
})

test('another topic is of no interest, another shop is a setting to correct, and broken JSON is told with its place', () => {
  const read = (topic: string, shop: string, body: string) =>
    orders.read(bytes(body), { topic, shop }, readContext(config))
  expect(read('products/update', config.shop, '{}').ignored).toContain('products/update')
  expect(read('orders/create', 'other.myshopify.com', '{}').refused[0]?.issues[0]).toMatchObject({
    code: 'shopify.shop',
  })
  expect(read('orders/create', config.shop, '{"id":1,').refused[0]?.issues[0]).toMatchObject({ code: 'json.syntax' })
})
