/** A 3PL whose CSV files are described by docs/examples/3pl-profile.json, over its own SFTP server: good days and bad manners. */
import { readFileSync } from 'node:fs'
import { readdir, writeFile } from 'node:fs/promises'
import { afterEach, describe, expect, test } from 'vitest'
import type { Connector } from '#connectors/contract/connector.ts'
import { sftp3pl } from '#connectors/sftp-3pl/connector.ts'
import { startThreePl, type ThreePl, type ThreePlManners } from '#simulators/sftp-3pl/threepl.ts'
import { databases, hubs } from '../kit/backends.ts'
import type { Backend } from '../kit/backends.ts'
import { FILE_LOGIN, machineTime, openFilePartnerHub, type FilePartnerHub } from '../kit/file-partner-hub.ts'

const profile = JSON.parse(readFileSync('docs/examples/3pl-profile.json', 'utf8')) as Record<string, unknown>
let partner: ThreePl
let hub: FilePartnerHub
afterEach(async () => {
  await partner.close()
  await hub.stop()
})

async function open(backend: Backend, units: number, manners: Partial<ThreePlManners>, byHand = true): Promise<void> {
  partner = await startThreePl({
    stock: { 'SHOE-1': units },
    login: FILE_LOGIN,
    random: () => 0.5,
    now: machineTime,
    manners,
  })
  const connector = sftp3pl as unknown as Connector
  hub = await openFilePartnerHub(backend, partner, { connector, config: { profile }, crosswalks: [], byHand })
  partner.tellStock()
  await hub.until('the count is known', async () => (await hub.positionOf('north')) === units)
}

const archived = async (folder = 'out/archive'): Promise<string[]> =>
  (await readdir(`${partner.folder}/${folder}`).catch((): string[] => [])).filter((name) => name.endsWith('.csv'))
const ends = hubs.filter((_, index) => index === 0 || index === hubs.length - 1)

describe.each(ends)('on $name', (backend) => {
  test('an order goes out as CSV, is confirmed, comes back short, and what was missing is sent from elsewhere', async () => {
    await open(backend, 5, { shortPickShare: 1 }, false)
    await hub.stockSouth(5)
    await hub.order('1001', 4)
    await hub.until(
      'south ships the rest',
      async () => (await hub.count(`fulfillment_request WHERE node_id = 'south'`)) === 1,
    )
    expect(
      await hub.rows(`SELECT shipped, rejected FROM fulfillment_request_line l
        JOIN fulfillment_request r ON r.id = l.request_id WHERE node_id = 'north'`),
    ).toEqual([{ shipped: 3, rejected: 1 }])
    await hub.until('the shop is told', () => hub.shop.shipmentsTold.length === 1)
    expect(hub.shop.shipmentsTold[0]?.document).toMatchObject({
      carrier: 'DHL',
      trackingNumbers: ['9405510200000000000001'],
    })
    await hub.until('every file of theirs is confirmed', () => (partner.books().receipts['OK'] ?? 0) >= 3)
    expect(partner.books()).toMatchObject({ orders: [{ state: 'shipped', timesReceived: 1 }], troubles: [] })
    expect(await hub.count('quarantine_item')).toBe(0)
  })
})

const [embedded] = databases
if (embedded === undefined) throw new Error('there is always PGlite')

test('half files, copies, bad rows, changed files and rejected ones: each lands where it belongs, and the partner is told', async () => {
  await open(embedded, 9, { halfWritten: 1, halfWrittenMs: 300, duplicateFiles: 1, badRowShare: 1 })
  await Promise.all(['1', '2'].map((number) => hub.order(number, 2)))
  // A row that nobody can read may have been of any order: nothing is called short for it.
  await hub.until('both have left', async () => (await hub.count(`fulfillment_request WHERE work = 'closed'`)) === 2)
  expect(await hub.count('shipment')).toBe(2)
  expect(await hub.positionOf('north')).toBe(5)
  expect(await hub.count(`quarantine_item WHERE part = 'row 2'`)).toBeGreaterThan(2)
  // A file is moved away after what it says is stored.
  await hub.until('its file is put away', async () => (await archived()).some((each) => each.startsWith('VERSAND')))
  partner.behave({ halfWritten: 0, duplicateFiles: 0, badRowShare: 0 })

  // The same name with other content is another file; one that lacks a column is used for nothing, and is told as an error.
  const name = (await archived()).find((each) => each.startsWith('VERSAND')) ?? ''
  await writeFile(`${partner.folder}/out/${name}`, 'Auftrag;Pos\nful_1;1\n')
  await writeFile(`${partner.folder}/out/ABLEHNUNG_1.csv`, 'Datei;Grund\nAUFTRAG_x.csv;Artikel fehlt\n')
  await hub.until(
    'both wait',
    async () => (await hub.count(`quarantine_item WHERE code IN ('csv.missing-column', 'sftp-3pl.error-file')`)) > 1,
  )
  await hub.until('the partner has its error file', () => partner.books().receipts['FEHLER'] === 1)
  expect(await hub.count(`exception_case WHERE state = 'open'`)).toBe(0)
})

test('a late parcel closes what was overdue; a cancel is heard', async () => {
  await open(embedded, 5, { neverShipShare: 1 })
  await hub.stockSouth(5)
  await hub.order('1', 2)
  await hub.until(
    'north has confirmed',
    async () => (await hub.count(`fulfillment_request WHERE negotiation = 'accepted'`)) === 1,
  )
  const request = await hub.requestAt('north')
  hub.clock.aheadMs += 25 * 3_600_000
  await hub.until(
    'somebody is told',
    async () => (await hub.count(`exception_case WHERE kind = 'answerOverdue' AND state = 'open'`)) === 1,
  )
  await writeFile(
    `${partner.folder}/out/VERSAND_late.csv`,
    `Lieferschein;Auftrag;Pos;Menge;Versandt;Spediteur;Sendung\nL9;${request};1;2;27.11.2026 08:00:00;DHL;1\n`,
  )
  await hub.until(
    'the late parcel closes both',
    async () => (await hub.count(`fulfillment_request WHERE work = 'closed'`)) === 1,
  )
  expect(await hub.count(`exception_case WHERE state = 'open'`)).toBe(0)
  await hub.order('2', 1)
  await hub.until(
    'north has it',
    async () => (await hub.count(`fulfillment_request WHERE negotiation = 'accepted' AND work = 'open'`)) === 1,
  )
  await hub.order('2', 1, { revisedAt: '2026-11-22T11:00:00.000Z', cancelledAt: '2026-11-22T11:00:00.000Z' })
  await hub.until('the partner agreed to cancel', async () => (await hub.count('order_line WHERE cancelled = 1')) === 1)
  expect(partner.books().orders.map(({ state }) => state)).toEqual(['ignored', 'cancelled'])
})
