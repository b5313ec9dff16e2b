/** The ports over real SFTP folders: an in-process server and, where it is installed, OpenSSH. */
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import type { Fetched } from '../contract/connector.ts'
import { delivery, outcomeOf, testContext } from '../transport/test-context.ts'
import { hasOpenSsh, inProcessSftpServer, openSshServer } from '../transport/test-sftp-server.ts'
import { acknowledgements, receiptText } from './acknowledgements.ts'
import { EdiConfig } from './config.ts'
import { ediSupplier } from './connector.ts'
import { documents } from './documents.ts'
import { fulfillment } from './fulfillment.ts'
import { answerSet, PARTNER, partnerFile, US } from './test-files.ts'

const servers: [name: string, start: () => ReturnType<typeof inProcessSftpServer>][] = [
  ['the ssh2 server', inProcessSftpServer],
]
if (hasOpenSsh()) servers.push(['OpenSSH', openSshServer])
else test('OpenSSH is not installed on this machine: its tests run in CI only', () => expect(hasOpenSsh()).toBe(false))

async function exchange(start: () => ReturnType<typeof inProcessSftpServer>, settings: object = {}) {
  const server = await start()
  for (const folder of ['in', 'out']) await mkdir(`${server.root}/${folder}`)
  const config = EdiConfig.parse({
    host: server.target.host,
    port: server.target.port,
    username: server.target.username,
    hostKeySha256: server.target.hostKeySha256,
    allowPrivateAddresses: true,
    inFolder: `${server.root}/in`,
    outFolder: `${server.root}/out`,
    archiveFolder: `${server.root}/out/archive`,
    errorFolder: `${server.root}/out/error`,
    isaSender: US,
    isaReceiver: PARTNER,
    ...settings,
  })
  let nowMs = Date.parse('2026-11-22T09:00:00Z')
  const context = testContext({
    config,
    sftp: server.target,
    tables: { nodes: { SUP: 'supplier' } },
    now: () => new Date(nowMs).toISOString(),
  })
  const stored = new Set<string>()
  return {
    context,
    stored,
    root: server.root,
    wait: (ms: number) => {
      nowMs += ms
    },
    /** One look of the runtime: fetch and store, then settle unless it `crashes`. */
    look: async (crashes = false): Promise<Fetched[]> => {
      nowMs += 30_000
      const taken: Fetched[] = []
      for await (const fetched of documents.fetch(context, (key) => Promise.resolve(stored.has(key)))) {
        stored.add(fetched.sourceKey)
        taken.push(fetched)
        if (!crashes) await documents.settle(context, fetched)
      }
      return taken
    },
    files: async (folder: string): Promise<string[]> => {
      const names: string[] = await readdir(`${server.root}/${folder}`).catch(() => [])
      return names.sort()
    },
    [Symbol.asyncDispose]: async () => {
      await context[Symbol.asyncDispose]()
      await server[Symbol.asyncDispose]()
    },
  }
}

const instruction = (id: string): FulfillmentInstruction =>
  ({
    requestId: `ful_${id}`,
    orderId: 'ord_1',
    orderNumber: '#1',
    placedAt: '2026-11-22T09:00:00.000Z',
    nodeId: 'supplier',
    method: 'dropShip',
    shipTo: { name: 'Ada', line1: 'Rue 1', city: 'Paris', postcode: '75001', country: 'FR' },
    lines: [{ lineNo: 1, sku: 'A', quantity: 2, unitPriceMinor: 1250, currency: 'USD' }],
  }) as unknown as FulfillmentInstruction

type World = Awaited<ReturnType<typeof exchange>>

async function prepared(w: World, ids: string[]) {
  const deliveries = ids.map((id) => delivery<'fulfillmentInstruction'>(id, instruction(id)))
  const written = await fulfillment.prepare(w.context, deliveries)
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  return { id: 't', ...written.value, deliveries }
}

describe.each(servers)('with %s', (_, start) => {
  test('orders lie in the partner’s folder as one interchange under a name that repeats with the bytes', async () => {
    await using w = await exchange(start)
    const transmission = await prepared(w, ['1', '2'])
    expect(outcomeOf(await fulfillment.send(w.context, transmission))).toMatchObject({ kind: 'accepted' })
    expect(outcomeOf(await fulfillment.send(w.context, transmission))).toMatchObject({ kind: 'accepted' })
    expect(await w.files('in')).toEqual(['test-connection-850-000000001.edi'])
    const file = readX12Interchanges(await readFile(`${w.root}/in/test-connection-850-000000001.edi`))
    expect(file.issues).toEqual([])
    expect(file.interchanges[0]?.groups[0]?.sets.map((set) => set.header.id)).toEqual(['850', '850'])
    expect((await prepared(w, ['3'])).name).toBe('test-connection-850-000000002.edi')
  })

  test('a half-written answer waits, a whole one is stored, then archived', async () => {
    await using w = await exchange(start)
    const whole = partnerFile('PR', [answerSet('1')])
    await writeFile(`${w.root}/out/855.edi`, whole.subarray(0, whole.length / 2))
    await writeFile(`${w.root}/out/.hidden.edi`, whole)
    await writeFile(`${w.root}/out/other.edi.filepart`, whole)
    expect(await w.look()).toEqual([])
    // The partner stalls: the size is stable, but the trailer is not there.
    expect(await w.look()).toEqual([])
    await writeFile(`${w.root}/out/855.edi`, whole)
    expect(await w.look()).toEqual([])
    const [taken] = await w.look()
    expect(taken?.sourceKey).toMatch(/^x12:ACME\/CROSSDOCK\/000000001:[0-9a-f]{64}:[0-9a-f]{12}$/)
    expect(Buffer.from(taken?.raw ?? []).equals(whole)).toBe(true)
    expect(await w.files('out/archive')).toEqual(['855.edi'])
    expect(await w.look()).toEqual([])
  })

  test('a crash between store and archive delivers nothing twice; a copy under another name is a document of its own for the ledger', async () => {
    await using w = await exchange(start)
    const whole = partnerFile('PR', [answerSet('1')])
    await writeFile(`${w.root}/out/a.edi`, whole)
    await w.look()
    const [first] = await w.look(true)
    expect(first?.meta['file']).toBe('a.edi')
    await writeFile(`${w.root}/out/b.edi`, whole)
    expect(await w.look()).toEqual([])
    const [copy, ...others] = await w.look()
    expect(others).toEqual([])
    expect(copy?.sourceKey).not.toBe(first?.sourceKey)
    expect(await w.files('out/archive')).toEqual(['a.edi', 'b.edi'])
  })

  test('garbage, an endless half file and a file that is too large reach the error folder and are told', async () => {
    await using w = await exchange(start, { maxFileBytes: 2000 })
    const whole = partnerFile('PR', [answerSet('1')])
    await writeFile(`${w.root}/out/garbage.edi`, 'no X12')
    await writeFile(`${w.root}/out/large.edi`, Buffer.alloc(3000, 'x'))
    await writeFile(`${w.root}/out/stuck.edi`, whole.subarray(0, 120))
    await w.look()
    const names = (await w.look()).map((fetched) => fetched.meta['file'])
    expect(names).toEqual(['garbage.edi', 'large.edi'])
    expect((await w.look()).map((fetched) => fetched.meta['file'])).toEqual(['stuck.edi'])
    expect(await w.files('out/error')).toEqual(['garbage.edi', 'large.edi', 'stuck.edi'])
  })

  test('a file that was replaced after it was read is not moved unread', async () => {
    await using w = await exchange(start)
    await writeFile(`${w.root}/out/a.edi`, partnerFile('PR', [answerSet('1')]))
    await w.look()
    const [taken] = await w.look(true)
    await writeFile(`${w.root}/out/a.edi`, partnerFile('PR', [answerSet('1'), answerSet('2')], 2))
    if (taken === undefined) throw new Error('nothing was taken')
    await documents.settle(w.context, taken)
    await w.look()
    expect(await w.look()).toHaveLength(1)
  })

  test('the folder is not looked into more often than agreed', async () => {
    await using w = await exchange(start, { pollEveryMs: 60_000, minAgeMs: 0 })
    await writeFile(`${w.root}/out/a.edi`, partnerFile('PR', [answerSet('1')]))
    expect(await w.look()).toEqual([])
    expect(await w.look()).toEqual([])
    expect(await w.look()).toHaveLength(1)
  })

  test('after a lost upload the file is looked for where the partner may have put it', async () => {
    await using w = await exchange(start)
    const transmission = await prepared(w, ['1'])
    const lookup = async (settings: Partial<EdiConfig> = {}) =>
      (await fulfillment.lookup?.({ ...w.context, config: { ...w.context.config, ...settings } }, transmission))?.['1']
    expect(await lookup()).toMatchObject({ kind: 'undecided' })
    expect(await lookup({ partnerDropsRepeats: true })).toEqual({ kind: 'absent' })
    await mkdir(`${w.root}/read`)
    expect(await lookup({ partnerArchiveFolder: `${w.root}/read` })).toEqual({ kind: 'absent' })
    await writeFile(`${w.root}/read/${transmission.name}`, transmission.bytes)
    expect(await lookup({ partnerArchiveFolder: `${w.root}/read` })).toMatchObject({ kind: 'present' })
    await fulfillment.send(w.context, transmission)
    expect(await lookup()).toMatchObject({ kind: 'present' })
  })

  test('receipts go out as 997s in a group of acknowledgments', async () => {
    await using w = await exchange(start)
    const receipt = (number: string) =>
      receiptText([
        ['AK1', 'PR', number],
        ['AK9', 'A', '1', '1', '1'],
      ])
    const deliveries = ['1', '2'].map((id) => delivery<'acknowledgement'>(id, { for: 'env', bytes: receipt(id) }))
    const written = await acknowledgements.prepare(w.context, deliveries)
    if (!written.ok) throw new Error(JSON.stringify(written.issues))
    await acknowledgements.send(w.context, { id: 't', ...written.value, deliveries })
    const [name = ''] = await w.files('in')
    const file = readX12Interchanges(await readFile(`${w.root}/in/${name}`))
    expect(file.interchanges[0]?.groups[0]?.header.functionalId).toBe('FA')
    expect(file.interchanges[0]?.groups[0]?.sets).toHaveLength(2)
  })

  test('the check finds missing folders and a changed host key', async () => {
    await using w = await exchange(start)
    expect(await ediSupplier.check(w.context)).toMatchObject({ ok: true })
    const elsewhere = { ...w.context.config, outFolder: `${w.root}/nowhere` }
    expect(await ediSupplier.check({ ...w.context, config: elsewhere })).toMatchObject({ ok: false, fault: 'config' })
  })
})

test('a name that X12 cannot carry is told, or written as the partner wants it', async () => {
  await using w = await exchange(inProcessSftpServer, { substitutes: { é: 'e' } })
  const odd = { ...instruction('1'), shipTo: { name: 'René*', line1: 'Rue 1', city: 'Paris', country: 'FR' } }
  const deliveries = [delivery<'fulfillmentInstruction'>('1', odd)]
  expect(await fulfillment.prepare(w.context, deliveries)).toMatchObject({ ok: false })
  const fine = { ...instruction('1'), shipTo: { name: 'René', line1: 'Rue 1', city: 'Paris', country: 'FR' } }
  const written = await fulfillment.prepare(w.context, [delivery<'fulfillmentInstruction'>('1', fine)])
  expect(written.ok && Buffer.from(written.value.bytes).toString()).toContain('Rene')
})
