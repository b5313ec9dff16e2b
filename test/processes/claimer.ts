/** One of several processes that claim the same unit: `claimer.ts <first> <count>`, on DATABASE_URL. Prints how many of its claims held. */
import { openHub } from '#app/hub.ts'
import { readSettings } from '#app/settings.ts'

const [first, count] = process.argv.slice(2).map(Number)
const hub = await openHub(readSettings({ ...process.env, CROSSDOCK_LOG: 'error' }))
try {
  const answers = await Promise.all(
    Array.from({ length: count ?? 0 }, (_, i) =>
      hub.reserve({
        channelId: 'web',
        cartKey: `cart-${(first ?? 0) + i}`,
        binding: 'timed',
        ttlSeconds: 900,
        lines: [{ sku: 'LAST', quantity: 1 }],
        actor: 'test',
      }),
    ),
  )
  process.stdout.write(String(answers.filter((answer) => answer.kind === 'held').length))
} finally {
  await hub.stop()
}
