import { expect, test } from 'vitest'
import { testContext } from '../transport/test-context.ts'
import { answerJson, testHttpServer } from '../transport/test-http-server.ts'
import { SquareConfig } from './config.ts'
import { counts } from './counts.ts'

const config = SquareConfig.parse({ locationIds: ['L1'], notificationUrl: 'https://hub.example.com/events' })
const SHOES = {
  catalog_object_id: 'VAR-SHOE',
  location_id: 'L1',
  state: 'IN_STOCK',
  quantity: '7',
  calculated_at: '2026-11-22T07:00:00Z',
}

test('when the orders that wait cannot be read, it is for the reason that Square gives', async () => {
  await using server = await testHttpServer(({ url }, response) => {
    if (url === '/v2/inventory/counts/batch-retrieve') answerJson(response, { counts: [SHOES] })
    else response.writeHead(429, { 'retry-after': '7' }).end()
  })
  await using context = testContext({ config, baseUrl: server.baseUrl, secrets: { accessToken: 't' } })
  await expect(counts.pull(context, undefined)).rejects.toMatchObject({ kind: 'throttled', retryAfterMs: 7_000 })
})
