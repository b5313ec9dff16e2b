import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Database } from '#store/database.ts'
import {
  beginLookup,
  beginSending,
  cancelQueued,
  connectionsWithDueWork,
  dueInstructions,
  insertInstructions,
  loadInstructions,
  loadTransmissions,
  type NewInstruction,
  type NewTransmission,
  settleInstructions,
  type StoredInstruction,
} from '#store/instructions.ts'
import { databases } from '../kit/backends.ts'
import { at, commitTo, countOf } from './kit.ts'

const LEASE = at('09:02')

const instruction = (id: string, more: Partial<NewInstruction> = {}): NewInstruction => ({
  id: `ins_${id}`,
  connectionId: 'depot',
  port: 'fulfillment',
  kind: 'fulfillmentInstruction',
  businessKey: `ful_${id}`,
  subjectId: `ful_${id}`,
  orderId: 'ord_1',
  document: { requestId: `ful_${id}` },
  createdAt: at('09:00'),
  ...more,
})

const transmission = (id: string, instructionIds: string[], more: Partial<NewTransmission> = {}): NewTransmission => ({
  id: `trm_${id}`,
  connectionId: 'depot',
  port: 'fulfillment',
  name: `file-${id}`,
  bytes: Buffer.from(`bytes of ${id}`),
  instructionIds,
  again: false,
  ...more,
})

describe.each(databases)('instructions on $name', (backend) => {
  let db: Database
  beforeAll(async () => {
    db = await backend.database()
  })
  afterAll(() => db.close())

  const insert = (...all: NewInstruction[]) => commitTo(db)((unit) => insertInstructions(unit, all))
  const begin = (each: NewTransmission, now = at('09:00')) =>
    commitTo(db)((unit) => beginSending(unit, [each], LEASE, now))
  const load = async (id: string): Promise<StoredInstruction> =>
    (await loadInstructions(db, [`ins_${id}`]))[0] ?? expect.fail(`there is no instruction ${id}`)
  const bytesOf = async (id: string): Promise<string | undefined> => {
    const [found] = await loadTransmissions(db, [(await load(id)).transmissionId ?? ''])
    return found === undefined ? undefined : Buffer.from(found.bytes).toString()
  }

  test('are one for each business key, for ever, and queued only when they are new', async () => {
    await insert(instruction('key'), instruction('key', { id: 'ins_key2' }))
    await insert(instruction('key', { id: 'ins_key3' }))
    await insert(instruction('key', { id: 'ins_key4', connectionId: 'other' }))
    expect(await countOf(db, `instruction WHERE business_key = 'ful_key'`)).toBe(2)
    expect(
      await db.query(
        `SELECT queue, ids FROM outbox WHERE ids && '{ins_key,ins_key2,ins_key3,ins_key4}' ORDER BY queue`,
      ),
    ).toEqual([
      { queue: 'deliver-depot', ids: ['ins_key'] },
      { queue: 'deliver-other', ids: ['ins_key4'] },
    ])
  })

  test('are taken for sending by one of two workers, with their bytes', async () => {
    await insert(instruction('race1'), instruction('race2'))
    const taken = await Promise.all(
      ['a', 'b', 'c'].map((worker) => begin(transmission(`race-${worker}`, ['ins_race1', 'ins_race2']))),
    )
    expect(taken.map((ids) => ids.size).toSorted((a, b) => a - b)).toEqual([0, 0, 1])
    const winner = ['a', 'b', 'c'][taken.findIndex((ids) => ids.size > 0)]
    expect(await load('race1')).toMatchObject({ state: 'sending', attempts: 1, transmissionId: `trm_race-${winner}` })
    expect(await bytesOf('race1')).toBe(`bytes of race-${winner}`)
  })

  test('keep their bytes for a second attempt, whatever is prepared meanwhile', async () => {
    await insert(instruction('again'))
    const first = transmission('again', ['ins_again'])
    await begin(first)
    await settleInstructions(db, [{ id: 'ins_again', state: 'queued', nextAt: at('09:01') }], at('09:00'))
    expect((await begin(transmission('other', ['ins_again']))).size).toBe(0)
    expect((await begin({ ...first, again: true })).size).toBe(1)
    expect(await load('again')).toMatchObject({ state: 'sending', attempts: 2, transmissionId: 'trm_again' })
    expect(await bytesOf('again')).toBe('bytes of again')
  })

  test('leave only whole: what lost a companion to a cancel goes back to be prepared without it', async () => {
    await insert(instruction('whole1'), instruction('whole2'), instruction('whole3'))
    await commitTo(db)((unit) => cancelQueued(unit, ['ful_whole2'], 'fulfillmentInstruction', at('09:00')))
    const taken = await begin(transmission('whole', ['ins_whole1', 'ins_whole2', 'ins_whole3']))
    expect(taken.size).toBe(0)
    for (const id of ['whole1', 'whole3']) {
      expect(await load(id)).toMatchObject({ state: 'queued', transmissionId: null, attempts: 0 })
    }
    expect(await load('whole2')).toMatchObject({ state: 'cancelled' })
  })

  test('that were to be prepared afresh have the fresh bytes, also under the old name', async () => {
    await insert(instruction('fresh'))
    await begin(transmission('fresh', ['ins_fresh']))
    const forgotten = { id: 'ins_fresh', state: 'queued', nextAt: at('09:01'), forgetTransmission: true } as const
    await settleInstructions(db, [forgotten], at('09:00'))
    expect(await load('fresh')).toMatchObject({ transmissionId: null })
    const second = transmission('fresh2', ['ins_fresh'], { name: 'file-fresh', bytes: Buffer.from('corrected') })
    expect((await begin(second)).size).toBe(1)
    expect(await bytesOf('fresh')).toBe('corrected')
  })

  test('of a worker that came too late leave the bytes of the winner alone', async () => {
    await insert(instruction('stale'))
    await begin(transmission('stale', ['ins_stale']))
    const late = transmission('stale2', ['ins_stale'], { name: 'file-stale', bytes: Buffer.from('of the loser') })
    expect((await begin(late)).size).toBe(0)
    expect(await bytesOf('stale')).toBe('bytes of stale')
  })

  test('whose worker died are due when their lease has ended, and looked up by one worker', async () => {
    await insert(instruction('dead'))
    await begin(transmission('dead', ['ins_dead']))
    const dueAt = async (time: string): Promise<string[]> =>
      (await dueInstructions(db, 'depot', at(time), 1_000)).map((each) => each.id)
    expect(await dueAt('09:01')).not.toContain('ins_dead')
    expect((await beginLookup(db, ['ins_dead'], at('09:05'), at('09:01'))).size).toBe(0)
    expect(await dueAt('09:03')).toContain('ins_dead')
    const looked = await Promise.all(
      [1, 2, 3].map(() => commitTo(db)((unit) => beginLookup(unit, ['ins_dead'], at('09:05'), at('09:03')))),
    )
    expect(looked.map((ids) => ids.size).toSorted((a, b) => a - b)).toEqual([0, 0, 1])
    expect(await load('dead')).toMatchObject({ state: 'unknown', lookups: 1, attempts: 1 })
    // The look-up has a lease of its own: when its worker dies too, the next one looks after that.
    expect((await beginLookup(db, ['ins_dead'], at('09:10'), at('09:04'))).size).toBe(0)
    expect((await beginLookup(db, ['ins_dead'], at('09:10'), at('09:06'))).size).toBe(1)
    // What may have arrived is never simply sent.
    expect((await begin(transmission('dead', ['ins_dead']))).size).toBe(0)
  })

  test('that a partner asked to wait for are not due before, and cost no attempt', async () => {
    await insert(instruction('wait', { connectionId: 'slow' }))
    await begin(transmission('wait', ['ins_wait'], { connectionId: 'slow' }))
    const waiting = { id: 'ins_wait', state: 'queued', nextAt: at('09:30'), refundAttempt: true } as const
    await settleInstructions(db, [waiting], at('09:00'))
    expect(await load('wait')).toMatchObject({ state: 'queued', attempts: 0 })
    expect(await dueInstructions(db, 'slow', at('09:29'), 10)).toEqual([])
    expect(await dueInstructions(db, 'slow', at('09:30'), 10)).toMatchObject([{ id: 'ins_wait' }])
    const due = async (time: string) =>
      (await connectionsWithDueWork(db, at(time))).filter((each) => each.connectionId === 'slow')
    expect(await due('09:29')).toEqual([])
    expect(await due('09:31')).toEqual([{ connectionId: 'slow', ids: ['ins_wait'] }])
  })

  test('that arrived are settled and never due again', async () => {
    await insert(instruction('sent', { connectionId: 'done' }))
    await begin(transmission('sent', ['ins_sent'], { connectionId: 'done' }))
    await settleInstructions(
      db,
      [{ id: 'ins_sent', state: 'sent', reference: 'PO-1', nextAt: at('09:00') }],
      at('09:00'),
    )
    expect(await dueInstructions(db, 'done', at('23:00'), 10)).toEqual([])
    expect(await db.query(`SELECT reference, settled_at, lease_until FROM instruction WHERE id = 'ins_sent'`)).toEqual([
      { reference: 'PO-1', settled_at: at('09:00'), lease_until: null },
    ])
  })

  test('are taken back only while nothing of them can have left', async () => {
    await insert(instruction('back1'), instruction('back2'))
    await begin(transmission('back2', ['ins_back2']))
    const taken = await cancelQueued(db, ['ful_back1', 'ful_back2'], 'fulfillmentInstruction', at('09:01'))
    expect(taken).toEqual(new Set(['ful_back1']))
    expect((await load('back1')).state).toBe('cancelled')
    expect((await load('back2')).state).toBe('sending')
    expect((await begin(transmission('back1', ['ins_back1']))).size).toBe(0)
  })
})
