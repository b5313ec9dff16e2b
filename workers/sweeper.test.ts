import { afterEach, describe, expect, test } from 'vitest'
import { hubs } from '#test/kit/backends.ts'
import { aFeed, anOrder } from '#test/kit/builders.ts'
import { openPaperHub, type PaperHub } from '#test/kit/paper-hub.ts'
import { handleInbound } from './inbound.ts'
import { handleSweep } from './sweeper.ts'

describe.each(hubs)('the sweeper on $name', (backend) => {
  let paper: PaperHub
  afterEach(async () => paper.stop())

  test('relays what a dead process left in the outbox, and stays able to work', async () => {
    paper = await openPaperHub(backend, { start: false })
    const { world } = paper.hub
    await paper.receive('depot', 'feed', aFeed([['SHOE-1', 'north', 5]]))
    await paper.receive('shop', 'order', anOrder('1001').line('SHOE-1', 2).document)
    await paper.hub.flusher.idle()
    for (const queue of ['inbound', 'route']) await world.pump.destroy(queue)
    const ids = (await world.db.query<{ id: string }>('SELECT id FROM envelope ORDER BY id')).map((row) => row.id)
    await handleInbound(world, ids.slice(0, 1), false)
    // What a process wrote that died before it could flush: the row is there, the job is not.
    await world.db.query(
      `INSERT INTO outbox (queue, ids, created_at) VALUES ('inbound', $1, clock_timestamp() - interval '1 minute')`,
      [ids],
    )
    await handleSweep(world, { outboxMs: 2_000, workMs: 3_600_000, instructionMs: 3_600_000 })
    expect(await world.db.query('SELECT 1 FROM outbox')).toEqual([])
    expect(await world.pump.waiting('inbound')).toBe(1)
  })
})
