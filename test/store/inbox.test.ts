import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '#store/database.ts'
import {
  acceptEnvelopes,
  loadEnvelopes,
  type NewEnvelope,
  settleEnvelopes,
  sourceKeyIsStored,
} from '#store/envelopes.ts'
import { databases } from '../kit/backends.ts'
import { at, commitTo, countOf } from './kit.ts'

const envelope = (id: string, sourceKey: string, more: Partial<NewEnvelope> = {}): NewEnvelope => ({
  id: `env_${id}`,
  connectionId: 'shop',
  port: 'orders',
  sourceKey,
  meta: { 'x-topic': 'orders/create' },
  raw: Buffer.from('{"id": 1}'),
  receivedAt: at('09:00'),
  ...more,
})

describe.each(databases)('the inbox on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())

  const accept = (...envelopes: NewEnvelope[]): Promise<Set<string>> =>
    commitTo(db)((unit) => acceptEnvelopes(unit, envelopes))

  test('takes one delivery, sent a hundred times at once, once', async () => {
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => accept(envelope(`a${i}`, 'delivery-a'))))
    const fresh = answers.flatMap((answer) => [...answer])
    expect(fresh).toHaveLength(1)
    expect(await countOf(db, `envelope WHERE source_key = 'delivery-a'`)).toBe(1)
    expect(await db.query(`SELECT ids FROM outbox WHERE ids && $1::text[]`, [fresh])).toEqual([{ ids: fresh }])
  })

  test('takes the same key twice in one commit once', async () => {
    expect(
      await accept(envelope('b1', 'delivery-b'), envelope('b2', 'delivery-b'), envelope('b3', 'delivery-c')),
    ).toEqual(new Set(['env_b1', 'env_b3']))
  })

  test('knows a source key only in its own connection', async () => {
    const both = await accept(envelope('d1', 'delivery-d'), envelope('d2', 'delivery-d', { connectionId: 'erp' }))
    expect(both.size).toBe(2)
    expect(await sourceKeyIsStored(db, 'erp', 'delivery-d')).toBe(true)
    expect(await sourceKeyIsStored(db, 'depot', 'delivery-d')).toBe(false)
  })

  test('gives the raw bytes back as they came, every byte of them', async () => {
    const raw = Uint8Array.from({ length: 1024 }, (_, i) => i % 256)
    await accept(envelope('e1', 'delivery-e', { raw, meta: { name: 'über.x12' } }))
    const [stored] = await loadEnvelopes(db, ['env_e1'])
    expect(Buffer.compare(stored?.raw ?? new Uint8Array(), raw)).toBe(0)
    expect(stored).toMatchObject({
      state: 'received',
      meta: { name: 'über.x12' },
      receivedAt: at('09:00'),
      attempts: 0,
      connectionId: 'shop',
      port: 'orders',
    })
  })

  test('gives documents back in the order they came, and keeps what became of them', async () => {
    await accept(envelope('f2', 'delivery-f2'), envelope('f1', 'delivery-f1'))
    await commitTo(db)((unit) =>
      settleEnvelopes(
        unit,
        [
          { id: 'env_f1', state: 'ignored', reason: 'it says nothing' },
          { id: 'env_f2', state: 'applied' },
        ],
        at('09:01'),
      ),
    )
    expect((await loadEnvelopes(db, ['env_f2', 'env_f1'])).map((each) => [each.id, each.state, each.attempts])).toEqual(
      [
        ['env_f1', 'ignored', 1],
        ['env_f2', 'applied', 1],
      ],
    )
  })

  test('refuses a state it does not know', async () => {
    await accept(envelope('g1', 'delivery-g'))
    await expect(db.query(`UPDATE envelope SET state = 'lost' WHERE id = 'env_g1'`)).rejects.toThrow(
      'envelope_state_check',
    )
  })
})
