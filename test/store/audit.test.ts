import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { chainHead, linkWaiting, recordAction, unlinked, verifyLinks } from '#store/audit.ts'
import type { Database } from '#store/database.ts'
import { appendFacts } from '#store/facts.ts'
import { databases } from '../kit/backends.ts'
import { at } from './kit.ts'

describe.each(databases)('the audit chain on $name', (backend) => {
  let db: Database
  beforeEach(async () => {
    db = await backend.database()
  })
  afterEach(() => db.close())

  const append = (...ids: string[]) =>
    appendFacts(
      db,
      ids.map((id) => ({
        id,
        orderId: 'ord_1',
        kind: 'captured' as const,
        at: at('09:00'),
        actor: 'shop',
        data: { id },
      })),
    )
  const act = (id: string) =>
    recordAction(db, {
      id,
      at: at('09:01'),
      actor: 'api:ops',
      action: 'resolveCase',
      subject: '/v1/cases/exc_1/resolve',
    })
  const link = (max = 1_000) => db.transaction((tx) => linkWaiting(tx, max))
  /** As somebody with the server in hand could. */
  const behindItsBack = (sql: string) =>
    db.script(`ALTER TABLE fact DISABLE TRIGGER USER; ${sql}; ALTER TABLE fact ENABLE TRIGGER USER`)

  test('links facts and actions in the order in which they came, and finds them whole', async () => {
    await append('fct_b', 'fct_a')
    await act('act_1')
    await append('fct_c')
    expect(await link()).toBe(4)
    expect(await link()).toBe(0)
    expect(await db.query('SELECT source_id FROM audit_link ORDER BY seq')).toEqual(
      ['fct_b', 'fct_a', 'act_1', 'fct_c'].map((source_id) => ({ source_id })),
    )
    const { broken, checked, done, head } = await verifyLinks(db)
    expect({ broken, checked, done, seq: head.seq }).toEqual({ broken: [], checked: 4, done: true, seq: 4 })
    expect(Buffer.from(head.hash)).toEqual(Buffer.from((await chainHead(db)).hash))
  })

  test('gives the same links whether they are made at once or one by one, by one worker or by several', async () => {
    await append('fct_1', 'fct_2', 'fct_3', 'fct_4', 'fct_5', 'fct_6')
    await link(1)
    await Promise.all([link(2), link(2), link(2)])
    const piecewise = await chainHead(db)
    await db.script(
      "TRUNCATE audit_link; INSERT INTO audit_waiting (source, source_id) SELECT 'fact', id FROM fact ORDER BY id",
    )
    await link()
    expect(Buffer.from((await chainHead(db)).hash)).toEqual(Buffer.from(piecewise.hash))
  })

  test('refuses to have a fact or an action changed or removed', async () => {
    await append('fct_1')
    await act('act_1')
    for (const statement of [
      `UPDATE fact SET actor = 'nobody'`,
      'DELETE FROM fact',
      `UPDATE operator_action SET actor = 'nobody'`,
      'DELETE FROM operator_action',
    ])
      await expect(db.query(statement)).rejects.toThrow('never changed')
  })

  test('names each row that was changed or removed behind its back, and where links are gone', async () => {
    await append('fct_1', 'fct_2', 'fct_3', 'fct_4', 'fct_5')
    await link()
    await behindItsBack(
      `UPDATE fact SET data = '{"id": "other"}' WHERE id = 'fct_2'; DELETE FROM fact WHERE id = 'fct_3'`,
    )
    expect((await verifyLinks(db)).broken).toEqual([
      { seq: 2, source: 'fact', id: 'fct_2', problem: 'changed' },
      { seq: 3, source: 'fact', id: 'fct_3', problem: 'removed' },
    ])
    await db.script(
      'ALTER TABLE audit_link DISABLE TRIGGER USER; DELETE FROM audit_link WHERE seq = 4; ALTER TABLE audit_link ENABLE TRIGGER USER',
    )
    expect((await verifyLinks(db)).broken.at(-1)).toEqual({ seq: 5, source: 'fact', id: 'fct_5', problem: 'gap' })
  })

  test('a row that was slipped in later has no link, and a chain written anew has another head', async () => {
    await append('fct_1', 'fct_2')
    await link()
    const kept = await chainHead(db)
    await behindItsBack(
      `INSERT INTO fact (id, order_id, kind, at, actor) VALUES ('fct_0', 'ord_1', 'shipped', now(), 'shop')`,
    )
    expect(await unlinked(db, 10)).toEqual([{ source: 'fact', id: 'fct_0' }])
    await db.script(
      `TRUNCATE audit_link; INSERT INTO audit_waiting (source, source_id) SELECT 'fact', id FROM fact ORDER BY id`,
    )
    await link()
    const { broken, head } = await verifyLinks(db)
    expect(broken).toEqual([])
    expect(Buffer.from(head.hash)).not.toEqual(Buffer.from(kept.hash))
  })

  test('is checked piece by piece from any link on', async () => {
    await append('fct_1', 'fct_2', 'fct_3')
    await link()
    const first = await verifyLinks(db, undefined, 2)
    expect(first).toMatchObject({ checked: 2, done: false, head: { seq: 2 } })
    expect(await verifyLinks(db, first.head, 2)).toMatchObject({ checked: 1, broken: [], done: true })
    const wrong = { seq: 2, hash: new Uint8Array(32) }
    expect((await verifyLinks(db, wrong, 2)).broken).toMatchObject([{ seq: 3, problem: 'changed' }])
  })
})
