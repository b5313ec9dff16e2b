import { mkdtemp, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import SftpClient from 'ssh2-sftp-client'
import { afterEach, expect, test } from 'vitest'
import type { ServedSupplier } from './options.ts'
import { startSupplier, type Supplier } from './supplier.ts'
import { answersIn, testInterchange, testSet } from './test-orders.ts'

const undo: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step()
})

const NOW = '2026-11-22T09:30:00.000Z'
const SETTLED_MS = 60_000

async function supplier(options: Partial<ServedSupplier> = {}): Promise<Supplier> {
  const started = await startSupplier({
    name: 'acme',
    identity: { qualifier: 'ZZ', id: 'ACME' },
    login: { username: 'hub', password: 'right' },
    stock: [
      { vendorSku: 'V-1', onHand: 10 },
      { vendorSku: 'V-2', onHand: 1 },
    ],
    random: () => 0.5,
    now: () => NOW as never,
    ...options,
  })
  undo.push(started.close)
  return started
}

/** Lays a file into in/ the way the hub does. */
async function lay({ folder }: Supplier, name: string, bytes: Uint8Array): Promise<void> {
  await writeFile(join(folder, 'in', `.${name}.tmp`), bytes)
  await rename(join(folder, 'in', `.${name}.tmp`), join(folder, 'in', name))
}

const one = (quantity = 3) => [{ id: '1', quantity, vendorSku: 'V-1' }]

test('an 850 laid down by SFTP gives a clean 997, 855 and 856', async () => {
  const acme = await supplier()
  const quiet = () => {}
  const client = new SftpClient('test', { error: quiet, end: quiet, close: quiet })
  const sock = connect({ host: acme.sftp?.host ?? '', port: acme.sftp?.port ?? 0, noDelay: true })
  await client.connect({ sock, username: 'hub', password: 'right' })
  undo.push(() => client.end())
  await client.put(testInterchange(7, [testSet('ful_1', one())]), '/in/.850_7.edi.tmp')
  await client.posixRename('/in/.850_7.edi.tmp', '/in/850_7.edi')
  await expect.poll(async () => (await client.list('/out')).length, { timeout: SETTLED_MS }).toBe(3)

  const { answers, faulty } = await answersIn(acme.folder)
  expect(faulty).toEqual([])
  const sets = Object.fromEntries(answers.map(({ type, segments }) => [type, segments]))
  expect(sets['997']).toEqual(['ST*997*0001', 'AK1*PO*7', 'AK2*850*0001', 'AK5*A', 'AK9*A*1*1*1', 'SE*6*0001'])
  expect(sets['855']).toEqual([
    'ST*855*0001',
    'BAK*00*AD*ful_1*20261122*****20261122',
    'REF*VN*SO000001',
    'PO1*1*3*EA*12.50**VN*V-1',
    'ACK*IA*3*EA*079*20261123',
    'CTT*1',
    'SE*7*0001',
  ])
  expect(sets['856']).toEqual([
    'ST*856*0001',
    'BSN*00*ACMES00000001*20261122*0930*0001',
    'HL*1**S',
    'TD1*CTN25*1****G*1.35*KG',
    'TD5*B*2*UPSN*U',
    'DTM*011*20261122*0930',
    'N1*SF*acme',
    'N1*ST*Zoe Buyer',
    'HL*2*1*O',
    'PRF*ful_1***20261122',
    'HL*3*2*P',
    'MAN*CP*ACME0000000001',
    'HL*4*3*I',
    'LIN*1*VN*V-1',
    'SN1*1*3*EA',
    'CTT*4',
    'SE*17*0001',
  ])
  expect((await client.list('/archive')).map((file) => file.name)).toEqual(['850_7.edi'])
  expect(acme.books()).toMatchObject({
    stock: [{ vendorSku: 'V-1', opening: 10, now: 7, committed: 0, shipped: 3 }, { now: 1 }],
    orders: [{ poNumber: 'ful_1', references: { CO: '#1001' }, state: 'shipped', timesReceived: 1 }],
    documents: { in: { '850': 1 }, out: { '997': 1, '855': 1, '856': 1 } },
    troubles: [],
  })
})

test('orders of one file are answered together, and control numbers are never used twice', async () => {
  const acme = await supplier({ stock: [{ vendorSku: 'V-1', onHand: 1000 }], setsPerFile: 40 })
  const sets = Array.from({ length: 100 }, (_, i) => testSet(`ful_${i}`, one(2)))
  await lay(acme, 'a.edi', testInterchange(1, sets))
  expect(await acme.settled(SETTLED_MS)).toBe(true)
  const { files, answers, faulty } = await answersIn(acme.folder)
  expect(faulty).toEqual([])
  expect(answers.filter((answer) => answer.type === '855')).toHaveLength(100)
  expect(answers.filter((answer) => answer.type === '856')).toHaveLength(100)
  const numbers = files.map((file) => file.slice(-13, -4))
  expect(new Set(numbers).size).toBe(files.length)
  expect(acme.books().stock).toMatchObject([{ now: 800, shipped: 200 }])
})

test('what is missing is refused by line: fewer as IQ, none as IR', async () => {
  const acme = await supplier()
  const lines = [
    { id: '1', quantity: 12, vendorSku: 'V-1' },
    { id: '2', quantity: 1, vendorSku: 'V-2' },
    { id: '3', quantity: 4, vendorSku: 'UNKNOWN' },
  ]
  await lay(acme, 'a.edi', testInterchange(1, [testSet('ful_1', lines)]))
  await acme.settled(SETTLED_MS)
  const { answers } = await answersIn(acme.folder)
  const acknowledged = answers.find((answer) => answer.type === '855')?.segments ?? []
  expect(acknowledged[1]).toMatch(/^BAK\*00\*AC\*ful_1/)
  expect(acknowledged.filter((segment) => segment.startsWith('ACK'))).toEqual([
    'ACK*IQ*10*EA*079*20261123',
    'ACK*IA*1*EA*079*20261123',
    'ACK*IR*4*EA',
  ])
  expect(acme.books().orders[0]?.lines).toMatchObject([
    { requested: 12, accepted: 10, rejected: 2, shipped: 10 },
    { requested: 1, accepted: 1, rejected: 0, shipped: 1 },
    { requested: 4, accepted: 0, rejected: 4, shipped: 0 },
  ])
})

test('refusing, holding a unit back, promising late and never answering are manners of their own', async () => {
  const acme = await supplier({ manners: { rejectShare: 1 } })
  const trade = async (number: number) => {
    await lay(acme, `${number}.edi`, testInterchange(number, [testSet(`ful_${number}`, one())]))
    expect(await acme.settled(SETTLED_MS)).toBe(true)
    const { answers } = await answersIn(acme.folder)
    const mine = answers.filter((answer) => answer.segments.join('~').includes(`ful_${number}`))
    return mine.flatMap((answer) => answer.segments.filter((segment) => /^(ACK|SN1)/.test(segment)))
  }
  expect(await trade(1)).toEqual(['ACK*IR*3*EA'])
  acme.behave({ rejectShare: 0, partialShare: 1 })
  expect(await trade(2)).toEqual(['ACK*IQ*2*EA*079*20261123', 'SN1*1*2*EA'])
  acme.behave({ partialShare: 0, backorderShare: 1 })
  expect(await trade(3)).toEqual(['ACK*IB*3*EA*079*20261130', 'SN1*1*3*EA'])
  acme.behave({ backorderShare: 0, neverAnswerShare: 1 })
  expect(await trade(4)).toEqual([])
  expect(acme.books().orders.map((order) => order.state)).toEqual(['rejected', 'shipped', 'shipped', 'ignored'])
  expect(acme.books().documents.out['997']).toBe(4)
})

test('a purchase order number makes one order, and the repeat is counted', async () => {
  const acme = await supplier()
  const first = testInterchange(1, [testSet('ful_1', one())])
  await lay(acme, 'a.edi', first)
  await lay(acme, 'b.edi', first)
  await lay(acme, 'c.edi', testInterchange(2, [testSet('ful_1', one())]))
  await lay(acme, 'd.edi', testInterchange(2, [testSet('ful_9', one())]))
  await acme.settled(SETTLED_MS)
  expect(acme.books()).toMatchObject({
    orders: [{ poNumber: 'ful_1', timesReceived: 2, state: 'shipped' }],
    repeats: { orders: 1, interchanges: 1, conflicts: 1 },
    documents: { out: { '997': 3, '855': 1, '856': 1 } },
  })
  expect(acme.books().stock[0]).toMatchObject({ shipped: 3 })
})

test('a bad set is refused in the 997 with its codes, and its good neighbour is served', async () => {
  const acme = await supplier()
  const bad = testSet('', [{ id: '1', quantity: 0, vendorSku: 'V-1' }], '01')
  await lay(acme, 'a.edi', testInterchange(1, [bad, testSet('ful_2', one())]))
  await acme.settled(SETTLED_MS)
  const { answers } = await answersIn(acme.folder)
  expect(answers.find((answer) => answer.type === '997')?.segments.slice(1, -1)).toEqual([
    'AK1*PO*1',
    'AK2*850*0001',
    'AK3*BEG*2**8',
    'AK4*1**7*01',
    'AK4*3**1',
    'AK3*PO1*5**8',
    'AK4*2**7*0',
    'AK5*R*5',
    'AK2*850*0002',
    'AK5*A',
    'AK9*P*2*2*1',
  ])
  expect(acme.books().orders.map((order) => order.poNumber)).toEqual(['ful_2'])
})

test('a 997 of the hub is matched with the group it is about, and never answered', async () => {
  const acme = await supplier()
  await lay(acme, 'a.edi', testInterchange(1, [testSet('ful_1', one())]))
  await acme.settled(SETTLED_MS)
  const { answers } = await answersIn(acme.folder)
  const file = answers.find((answer) => answer.type === '855')?.file ?? ''
  const number = Number(file.slice(-13, -4))
  const fa = { type: '997', functionalId: 'FA' }
  const receipt = (group: number) => [`AK1*PR*${group}`, 'AK2*855*0001', 'AK5*A', 'AK9*A*1*1*1']
  await lay(acme, 'b.edi', testInterchange(2, [receipt(number)], fa))
  await lay(acme, 'c.edi', testInterchange(3, [receipt(4711)], fa))
  await acme.settled(SETTLED_MS)
  expect(acme.books().receipts).toEqual({ waiting: 1, accepted: 1, partly: 0, rejected: 0, unexpected: 1 })
  expect(acme.books().documents).toEqual({ in: { '850': 1, '997': 2 }, out: { '997': 1, '855': 1, '856': 1 } })
})

test('copies, broken files and garbage appear beside the right files', async () => {
  const acme = await supplier({ manners: { duplicateFiles: 1, wrongControlNumber: 1, garbageFile: 1 } })
  await lay(acme, 'a.edi', testInterchange(1, [testSet('ful_1', one())]))
  await acme.settled(SETTLED_MS)
  const { files, faulty } = await answersIn(acme.folder)
  expect(acme.books().filesOut).toEqual({ garbage: 3, broken: 3, whole: 3, copy: 3 })
  expect(files).toHaveLength(12)
  expect(faulty).toHaveLength(6)
  const [copy] = files.filter((file) => file.endsWith('_again.edi'))
  const original = copy?.replace('_again', '') ?? ''
  const bytesOf = (file: string) => readFile(join(acme.folder, 'out', file), 'latin1')
  expect(await bytesOf(copy ?? '')).toBe(await bytesOf(original))
})

test('a half-written file stands under its final name before it is whole', async () => {
  const acme = await supplier({ manners: { halfWritten: 1, halfWrittenMs: 1_500 } })
  await lay(acme, 'a.edi', testInterchange(1, [testSet('ful_1', one())]))
  await expect
    .poll(async () => (await answersIn(acme.folder)).faulty.length, { timeout: SETTLED_MS, interval: 20 })
    .toBeGreaterThan(0)
  expect(await acme.settled(SETTLED_MS)).toBe(true)
  expect((await answersIn(acme.folder)).faulty).toEqual([])
})

test('files under temporary names are left alone, and what is no X12 is archived and told', async () => {
  const acme = await supplier()
  for (const name of ['.a.edi', 'b.edi.tmp', 'c.filepart']) await writeFile(join(acme.folder, 'in', name), 'half')
  await lay(acme, 'd.edi', Buffer.from('hello'))
  await acme.settled(SETTLED_MS)
  expect((await readdir(join(acme.folder, 'in'))).toSorted()).toEqual(['.a.edi', 'b.edi.tmp', 'c.filepart'])
  expect(await readdir(join(acme.folder, 'archive'))).toEqual(['d.edi'])
  expect(acme.books().troubles).toEqual([expect.stringMatching(/^d\.edi: /)])
})

test('it also works on a folder that someone else serves, and leaves it there', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'crossdock-shared-'))
  undo.push(() => rm(folder, { recursive: true }))
  const common = { name: 'acme', identity: { qualifier: 'ZZ', id: 'ACME' }, random: () => 0.5 }
  const acme = await startSupplier({ ...common, serve: false, folder, stock: [{ vendorSku: 'V-1', onHand: 5 }] })
  expect(acme.sftp).toBeUndefined()
  await lay(acme, 'a.edi', testInterchange(1, [testSet('ful_1', one())]))
  expect(await acme.settled(SETTLED_MS)).toBe(true)
  await acme.close()
  expect((await answersIn(folder)).answers.map((answer) => answer.type).toSorted()).toEqual(['855', '856', '997'])
})
