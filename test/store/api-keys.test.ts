import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createApiKey, findApiKey, listApiKeys, revokeApiKey } from '#store/api-keys.ts'
import type { Database } from '#store/database.ts'
import { databases } from '../kit/backends.ts'
import { at } from './kit.ts'

/** Every row of every table as text, as a thief of a backup would read it. */
async function everythingIn(db: Database): Promise<string> {
  const tables = await db.query<{ name: string }>(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname IN ('public', 'bullmq')`,
  )
  const texts: string[] = []
  for (const { name } of tables)
    texts.push(...(await db.query<{ text: string }>(`SELECT t::text AS text FROM ${name} t`)).map((row) => row.text))
  return texts.join('\n')
}

describe.each(databases)('an API key on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())

  test('opens what its scopes say and is written nowhere in clear', async () => {
    const { id, key } = await createApiKey(db, 'erp', ['stock:write', 'stock:read'], at('09:00'))
    expect(key).toMatch(/^dom_[0-9a-f]{12}_[A-Za-z0-9_-]{43}$/)
    expect(await findApiKey(db, key)).toEqual({ id, name: 'erp', scopes: ['stock:write', 'stock:read'] })
    const all = await everythingIn(db)
    expect(all).toContain(id)
    expect(all).not.toContain(key.slice(`dom_${id}_`.length))
    const hex = Buffer.from(key.slice(`dom_${id}_`.length), 'base64url').toString('hex')
    expect(all).not.toContain(hex)
  })

  test('of another id, another secret or another shape opens nothing', async () => {
    const one = await createApiKey(db, 'one', ['orders:read'], at('09:00'))
    const two = await createApiKey(db, 'two', ['orders:read'], at('09:00'))
    const secret = (made: { id: string; key: string }): string => made.key.slice(`dom_${made.id}_`.length)
    const last = one.key.at(-1) === 'A' ? 'Q' : 'A'
    for (const wrong of [
      `dom_${one.id}_${secret(two)}`,
      `dom_${two.id}_${secret(one)}`,
      one.key.slice(0, -1) + last,
      one.key.slice(0, -1),
      `${one.key}A`,
      one.key.toUpperCase(),
      ` ${one.key}`,
      secret(one),
      `dom_000000000000_${secret(one)}`,
      '',
    ])
      expect(await findApiKey(db, wrong), wrong).toBeUndefined()
  })

  test('that is revoked opens nothing any more, and stays on the list', async () => {
    const { id, key } = await createApiKey(db, 'gone', ['orders:write'], at('09:00'))
    expect(await revokeApiKey(db, id, at('10:00'))).toBe(true)
    expect(await revokeApiKey(db, id, at('11:00'))).toBe(false)
    expect(await findApiKey(db, key)).toBeUndefined()
    expect((await listApiKeys(db)).find((each) => each.id === id)).toMatchObject({ revokedAt: at('10:00') })
  })
})
