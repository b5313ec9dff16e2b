import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Instant } from '#core/model/time.ts'
import type { Database } from '#store/database.ts'
import { claimEdiKeys, type NewEdiClaim } from '#store/edi-claims.ts'
import { acceptEnvelopes } from '#store/envelopes.ts'
import { unitOfWork } from '#store/unit.ts'
import { databases } from '../kit/backends.ts'

const NOW = '2026-11-25T12:00:00.000Z' as Instant
const LATER = '2028-01-01T12:00:00.000Z' as Instant

const claim = (key: string, hash = 'h'): NewEdiClaim => ({ kind: 'interchange', key, hash, part: 'ISA 1' })

describe.each(databases)('the ledger of claims on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
    const raw = new Uint8Array()
    const envelopes = Array.from({ length: 40 }, (_, i) => ({
      id: `env_${i}`,
      connectionId: 'acme',
      port: 'documents',
      sourceKey: `k${i}`,
      meta: {},
      raw,
      receivedAt: NOW,
    }))
    await unitOfWork(db, () => undefined)((unit) => acceptEnvelopes(unit, envelopes))
  })
  afterAll(() => db.close())

  const claimAs = (envelopeId: string, claims: NewEdiClaim[], now = NOW, connectionId = 'acme') =>
    unitOfWork(db, () => undefined)((unit) => claimEdiKeys(unit, connectionId, envelopeId, claims, now))
  const verdicts = async (...of: Parameters<typeof claimAs>) => (await claimAs(...of)).map(({ verdict }) => verdict)

  test('a key is the first one’s, again for its own replay, and a repeat or a conflict for others', async () => {
    expect(await verdicts('env_0', [claim('a')])).toEqual(['mine'])
    expect(await verdicts('env_0', [claim('a')])).toEqual(['mine'])
    expect(await claimAs('env_1', [claim('a')])).toMatchObject([{ verdict: 'repeat', firstEnvelopeId: 'env_0' }])
    expect(await verdicts('env_1', [claim('a', 'other')])).toEqual(['conflict'])
    expect(await verdicts('env_1', [claim('a')], NOW, 'another')).toEqual(['mine'])
  })

  test('a key twice in one document is claimed by its first part', async () => {
    expect(await verdicts('env_2', [claim('b'), claim('b'), claim('b', 'other')])).toEqual([
      'mine',
      'repeat',
      'conflict',
    ])
  })

  test('of sixteen workers that claim the same keys at once, in any order, one gets each', async () => {
    const keys = Array.from({ length: 12 }, (_, i) => claim(`race ${i}`))
    const answers = await Promise.all(
      Array.from({ length: 16 }, (_, i) => claimAs(`env_${10 + i}`, i % 2 === 0 ? keys : keys.toReversed())),
    )
    for (const { key } of keys) {
      const mine = answers.flat().filter((each) => each.claim.key === key && each.verdict === 'mine')
      expect(mine).toHaveLength(1)
    }
  })

  test('a claim whose commit fails is nobody’s', async () => {
    const failing = unitOfWork(
      db,
      () => undefined,
    )(async (unit) => {
      await claimEdiKeys(unit, 'acme', 'env_3', [claim('c')], NOW)
      throw new Error('the process died')
    })
    await expect(failing).rejects.toThrow('the process died')
    expect(await verdicts('env_4', [claim('c')])).toEqual(['mine'])
  })

  test('a number that was last claimed more than a year ago may be used anew', async () => {
    expect(await verdicts('env_5', [claim('d')])).toEqual(['mine'])
    expect(await verdicts('env_6', [claim('d', 'other')], LATER)).toEqual(['mine'])
    expect(await verdicts('env_7', [claim('d')], LATER)).toEqual(['conflict'])
  })
})
