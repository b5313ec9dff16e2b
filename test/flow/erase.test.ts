import { afterAll, beforeAll, expect, test } from 'vitest'
import { erasePerson } from '#workers/erase.ts'
import { databases } from '../kit/backends.ts'
import { aFeed, anOrder, aShipment } from '../kit/builders.ts'
import { openSteppedHub, type SteppedHub } from '../kit/stepped-hub.ts'

const [pglite] = databases
if (pglite === undefined) throw new Error('there is always PGlite')

let hub: SteppedHub
beforeAll(async () => {
  hub = await openSteppedHub(pglite)
  await hub.say('depot', aFeed([['SHOE-1', 'north', 9]]))
})
afterAll(() => hub.stop())

const CANARY = 'Zilpzalp'
const person = {
  name: `Ann ${CANARY}`,
  line1: `1 ${CANARY} Street`,
  city: 'Paris',
  postcode: '07500',
  country: 'FR',
  email: `Ann@${CANARY}.example`,
}
const order = (id: string, minute = 0) =>
  anOrder(id, `2026-11-22T09:${String(minute).padStart(2, '0')}:00.000Z`)
    .with({ shipTo: person, billTo: person })
    .line('SHOE-1', 1)

/** Every row of every table that holds the word, in text or in bytes. */
async function rowsWith(word: string): Promise<string[]> {
  const tables = await hub.rows<{ name: string }>(
    `SELECT quote_ident(table_schema) || '.' || quote_ident(table_name) AS name FROM information_schema.tables
     WHERE table_type = 'BASE TABLE' AND table_schema NOT IN ('pg_catalog', 'information_schema')`,
  )
  const hex = Buffer.from(word).toString('hex')
  const found: string[] = []
  for (const { name } of tables) {
    const [row] = await hub.rows<{ n: number }>(
      `SELECT count(*)::int AS n FROM ${name} AS t WHERE t::text ILIKE $1 OR t::text ILIKE $2`,
      [`%${word}%`, `%${hex}%`],
    )
    if ((row?.n ?? 0) > 0) found.push(name)
  }
  return found
}

test('after a person is erased no table holds a word of him, and every sum is what it was', async () => {
  await hub.say('shop', order('1').document)
  await hub.say('shop', order('1').document)
  await hub.say('shop', order('1', 5).with({ totalMinor: 9_000 }).document)
  await hub.say('shop', order('1', 2).document)
  await hub.say('shop', order('2').document)
  await hub.route()
  await hub.deliver()
  const [first] = await hub.rows<{ id: string }>(
    `SELECT f.id FROM fulfillment_request f JOIN sales_order o ON o.id = f.order_id WHERE o.external_id = '1'`,
  )
  await hub.say('depot', aShipment(first?.id ?? '', 'S1', [[1, 1]]))
  await hub.deliver('shop')
  expect(await rowsWith(CANARY)).toContain('public.envelope')
  const erase = () => erasePerson(hub.hub.world, { email: person.email.toUpperCase() }, 'api:desk')

  const begun = await erase()
  expect(begun).toMatchObject({ erased: [await hub.orderId('1')], left: [{ orderId: await hub.orderId('2') }] })
  // The other one is still on its way: its address is needed.
  expect(await hub.rows(`SELECT document #>> '{shipTo,line1}' AS line FROM sales_order ORDER BY external_id`)).toEqual([
    { line: 'erased' },
    { line: person.line1 },
  ])

  const [second] = await hub.rows<{ id: string }>(
    `SELECT f.id FROM fulfillment_request f JOIN sales_order o ON o.id = f.order_id WHERE o.external_id = '2'`,
  )
  await hub.say('depot', aShipment(second?.id ?? '', 'S2', [[1, 1]]))
  await hub.deliver('shop')
  expect(await erase()).toMatchObject({ erased: [await hub.orderId('2')], left: [] })
  expect(await rowsWith(CANARY)).toEqual([])
  expect(await hub.rows('SELECT sum(total_minor)::int AS total, count(*)::int AS n FROM sales_order')).toEqual([
    { total: 19_000, n: 2 },
  ])
  expect(await hub.timeline('1')).toContain('erased')
  expect(await hub.broken()).toEqual([])
})

test('a later revision of an erased order brings nothing back', async () => {
  await hub.say('shop', order('1', 30).document)
  expect(await hub.rows(`SELECT state FROM envelope ORDER BY id DESC LIMIT 1`)).toEqual([{ state: 'superseded' }])
  expect(
    await hub.rows(`SELECT document #>> '{shipTo,line1}' AS line FROM sales_order WHERE external_id = '1'`),
  ).toEqual([{ line: 'erased' }])
})

test('a document of another order stays as it came, also when its number begins like that of an erased one', async () => {
  const other = { ...person, name: 'Bob', email: 'bob@neighbour.example' }
  await hub.say('shop', anOrder('401').with({ shipTo: other }).line('SHOE-1', 1).document)
  await hub.say('shop', order('40').with({ cancelledAt: '2026-11-22T09:00:00.000Z' }).document)
  await erasePerson(hub.hub.world, { email: person.email }, 'api:desk')
  const raws = await hub.rows<{ raw: string }>(`SELECT encode(raw, 'escape') AS raw FROM envelope`)
  expect(raws.some(({ raw }) => raw.includes('"externalId":"401"'))).toBe(true)
  expect(raws.some(({ raw }) => raw.includes('"externalId":"40"'))).toBe(false)
})
