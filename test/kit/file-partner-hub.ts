/** A hub whose node north is a partner with files in SFTP folders; the shop, and the node south, are on paper. For tests of whole flows. */
import type { Connector } from '#connectors/contract/connector.ts'
import { instantFromEpochMs } from '#core/model/time.ts'
import type { FilePartner } from '#simulators/kit/file-partner.ts'
import { handleDeliver } from '#workers/deliver.ts'
import { handleInbound } from '#workers/inbound.ts'
import { handlePoll } from '#workers/poll.ts'
import { handleRoute } from '#workers/route.ts'
import { handleTimers } from '#workers/timers.ts'
import type { Backend } from './backends.ts'
import { aFeed, anOrder } from './builders.ts'
import { openPaperHub, type PaperHub } from './paper-hub.ts'

/** Partners live on the machine's time. */
export const machineTime = () => instantFromEpochMs(Date.now())

export const FILE_LOGIN = { username: 'hub', password: 'right' }

/** With `byHand`, `until` turns the hub's loops itself, one after the other: quick, and on a clock of the test's own. */
export type FilePartnerHub = PaperHub & {
  rows: (sql: string) => Promise<Record<string, unknown>[]>
  count: (from: string) => Promise<number>
  /** Units of SHOE-1 at south, told and known. */
  stockSouth: (units: number) => Promise<void>
  /** An order of so many SHOE-1, placed. */
  order: (number: string, units: number, more?: Record<string, unknown>) => Promise<void>
  /** Id of the one request at a node, once the node was told. */
  requestAt: (nodeId: string) => Promise<string>
  positionOf: (nodeId: string) => Promise<unknown>
}

export type CrosswalkRow = [table: string, partnerCode: string, canonical: string]

export async function openFilePartnerHub(
  backend: Backend,
  partner: Pick<FilePartner, 'sftp'>,
  setup: { connector: Connector; config: Record<string, unknown>; crosswalks: CrosswalkRow[]; byHand?: boolean },
): Promise<FilePartnerHub> {
  const { host, port, hostKeySha256 } = partner.sftp
  const login = { host, port, hostKeySha256: [hostKeySha256], username: 'hub', login: 'password' }
  // Quick, and slow enough that half a file is not taken for a whole one.
  const pace = { pollEveryMs: 100, minAgeMs: 300 }
  const paper = await openPaperHub(backend, {
    start: setup.byHand !== true,
    connectors: [setup.connector],
    environment: { FILES_PASSWORD: FILE_LOGIN.password },
    network: {
      channels: [{ id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' }],
      connections: [
        { id: 'shop', connector: 'paper-shop' },
        { id: 'depot', connector: 'paper-nodes' },
        {
          id: 'files',
          connector: setup.connector.id,
          config: { ...login, ...pace, allowPrivateAddresses: true, partnerArchiveFolder: '/archive', ...setup.config },
          secrets: { password: 'env:FILES_PASSWORD' },
        },
      ],
      nodes: ['north', 'south'].map((id, index) => ({
        id,
        name: id,
        kind: 'warehouse',
        capabilities: ['ship'],
        connection: id === 'north' ? 'files' : 'depot',
        calendar: {
          timeZone: 'Europe/Paris',
          week: Object.fromEntries(
            ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
          ),
        },
        costs: { currency: 'EUR', packageFixedMinor: 500 + 100 * index },
      })),
      products: ['SHOE-1', 'SHOE-2', '00123'].map((sku) => ({ sku, name: sku })),
      crosswalks: [['node', 'WH1', 'north'] satisfies CrosswalkRow, ...setup.crosswalks].map(
        ([name, partnerCode, canonical]) => ({ connectionId: 'files', name, partnerCode, canonical }),
      ),
    },
  })
  const rows = (sql: string) => paper.hub.world.db.query<Record<string, unknown>>(sql)
  const count = async (from: string): Promise<number> =>
    Number((await rows(`SELECT count(*) AS n FROM ${from}`))[0]?.['n'] ?? -1)
  const until = setup.byHand === true ? untilByHand : paper.until
  async function untilByHand(what: string, check: () => boolean | Promise<boolean>): Promise<void> {
    for (let rounds = 0; !(await check()); rounds++) {
      if (rounds > MOST_ROUNDS) throw new Error(`it never came to this: ${what}`)
      await roundOf(paper)
      // Longer than minAgeMs, so that the next round finds at rest what this one saw first.
      paper.clock.aheadMs += 400
    }
  }
  return {
    ...paper,
    until,
    rows,
    count,
    stockSouth: async (units) => {
      await paper.receive('depot', `south-${units}`, aFeed([['SHOE-1', 'south', units]]))
      await until('south is stocked', async () => (await count(`stock_position WHERE node_id = 'south'`)) === 1)
    },
    order: async (number, units, more = {}) => {
      const shipTo = { name: 'Ada Lovelace', line1: 'Rue 1', city: 'Paris', postcode: '01000', country: 'FR' }
      const { document } = anOrder(number)
        .line('SHOE-1', units)
        .with({ shipTo, ...more })
      await paper.receive('shop', `order-${number}-${Object.keys(more).join('-')}`, document)
    },
    requestAt: async (nodeId) => {
      let id: unknown
      await until(`${nodeId} was told`, async () => {
        const [request] = await rows(
          `SELECT id FROM fulfillment_request WHERE node_id = '${nodeId}' AND negotiation <> 'unsubmitted'`,
        )
        id = request?.['id']
        return id !== undefined
      })
      return String(id)
    },
    positionOf: async (nodeId) =>
      (await rows(`SELECT on_hand FROM stock_position WHERE node_id = '${nodeId}' AND sku = 'SHOE-1'`))[0]?.['on_hand'],
  }
}

const MOST_ROUNDS = 400

/** What the loops of a running hub do, once each. */
async function roundOf({ hub: { world } }: PaperHub): Promise<void> {
  const signal = AbortSignal.timeout(60_000)
  const ids = async (from: string): Promise<string[]> =>
    (await world.db.query<{ id: string }>(`SELECT id FROM ${from} ORDER BY id`)).map((row) => row.id)
  await handlePoll(world, 'files', 'documents', signal)
  await handleInbound(world, await ids(`envelope WHERE state = 'received'`), false)
  await handleRoute(world, await ids(`sales_order WHERE routing = 'pending'`))
  for (const connection of ['files', 'depot', 'shop'])
    await handleDeliver(
      world,
      connection,
      await ids(`instruction WHERE state = 'queued' AND connection_id = '${connection}'`),
      signal,
    )
  await handleTimers(world)
}
