/** The same file by three routes, and a reused number: the hub's inbound worker with the real EDI connector and database. */
import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createIdSource } from '#app/ids.ts'
import { openHub } from '#app/hub.ts'
import { applyNetwork, Network } from '#app/network-file.ts'
import { readSettings } from '#app/settings.ts'
import { answerSet, PARTNER, partnerFile, US } from '#connectors/edi/test-files.ts'
import { handleInbound } from '#workers/inbound.ts'
import { databases } from '../kit/backends.ts'
import { silentLog } from '../kit/log.ts'

const NETWORK = {
  channels: [{ id: 'web', name: 'Web', currency: 'EUR' }],
  connections: [
    {
      id: 'acme',
      connector: 'edi-supplier',
      config: {
        host: 'sftp.example',
        username: 'hub',
        hostKeySha256: [`SHA256:${'A'.repeat(43)}`],
        isaSender: US,
        isaReceiver: PARTNER,
      },
      secrets: { privateKey: 'env:KEY' },
    },
  ],
  nodes: [],
  products: [],
}

async function world(backend: (typeof databases)[number]) {
  const settings = readSettings({ CROSSDOCK_LOG: 'silent', CROSSDOCK_DATA: `/tmp/${randomBytes(4).toString('hex')}` })
  let tick = 0
  const hub = await openHub(settings, {
    database: await backend.database(),
    log: silentLog,
    ids: createIdSource(() => 1_760_000_000_000 + (tick += 1)),
    environment: { KEY: 'k' },
  })
  await applyNetwork(hub.world.db, Network.parse(NETWORK))
  let count = 0
  return {
    hub,
    receive: async (raw: Uint8Array) => {
      count += 1
      const id = hub.world.ids.next('env')
      const envelope = { id, connectionId: 'acme', port: 'documents', sourceKey: `file ${count}`, meta: {}, raw }
      await hub.accept({ ...envelope, receivedAt: hub.world.clock.now() })
      await handleInbound(hub.world, [id], false)
      const [row] = await hub.world.db.query<{ state: string }>('SELECT state FROM envelope WHERE id = $1', [id])
      return { id, state: row?.state }
    },
    issues: () => hub.world.db.query<{ code: string; rule: string }>('SELECT code, rule FROM quarantine_item'),
    receipts: () =>
      hub.world.db.query<{ key: string; state: string; name: string | null; bytes: string | null }>(
        `SELECT i.business_key AS key, i.state, t.name, encode(t.bytes, 'escape') AS bytes
         FROM instruction i LEFT JOIN transmission t ON t.id = i.transmission_id ORDER BY i.id`,
      ),
    /** As the deliver loop leaves a receipt that went out. */
    send: async () => {
      await hub.world.db.query(
        `INSERT INTO transmission (id, connection_id, port, name, bytes, created_at) VALUES ('trm_1', 'acme', 'acknowledgements', 'acme-997-1.edi', 'stored bytes', now())`,
      )
      await hub.world.db.query(
        `UPDATE instruction SET state = 'sent', transmission_id = 'trm_1' WHERE transmission_id IS NULL`,
      )
    },
    [Symbol.asyncDispose]: () => hub.stop(),
  }
}

test.each(databases)(
  'a file that comes again gets its stored acknowledgment, byte for byte ($name)',
  async (backend) => {
    await using w = await world(backend)
    const file = partnerFile('PR', [answerSet('1')], 7)
    await w.receive(file)
    expect(await w.receipts()).toMatchObject([{ state: 'queued' }])
    expect((await w.receive(file)).state).toBe('duplicate')
    expect(await w.receipts()).toHaveLength(1)
    await w.send()
    const { id, state } = await w.receive(file)
    expect(state).toBe('duplicate')
    expect(await w.receipts()).toMatchObject([
      { state: 'sent', name: 'acme-997-1.edi', bytes: 'stored bytes' },
      { state: 'queued', name: `acme-997-1-again-${id.slice(-8)}.edi`, bytes: 'stored bytes' },
    ])
  },
)

test.each(databases)(
  'a number that comes again with other content is held and answered with TA1 025 ($name)',
  async (backend) => {
    await using w = await world(backend)
    await w.receive(partnerFile('PR', [answerSet('1')], 7))
    expect((await w.receive(partnerFile('PR', [answerSet('2')], 7))).state).toBe('quarantined')
    const items = await w.issues()
    expect(items.map(({ code }) => code)).toContain('edi.control-number-reused')
    const keys = (await w.receipts()).map(({ key }) => key)
    expect(keys).toHaveLength(2)
    expect(keys[1]).toMatch(/^ta1-/)
  },
)

test.each(databases)(
  'a document that comes again in a new interchange is not applied again ($name)',
  async (backend) => {
    await using w = await world(backend)
    await w.receive(partnerFile('PR', [answerSet('1')], 7))
    expect((await w.receive(partnerFile('PR', [answerSet('1')], 8))).state).toBe('duplicate')
  },
)
