/** A hub that sells through a retailer with files in SFTP folders; its one node is on paper. For tests of whole flows over a real SFTP server. */
import type { Connector } from '#connectors/contract/connector.ts'
import { type FilePartner, GOOD_FILE_MANNERS, startFilePartner } from '#simulators/kit/file-partner.ts'
import type { Backend } from './backends.ts'
import { aFeed, aShipment } from './builders.ts'
import { FILE_LOGIN } from './file-partner-hub.ts'
import { openPaperHub, type PaperHub } from './paper-hub.ts'

const WEEK = Object.fromEntries(
  ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, { open: '00:00', close: '23:59' }]),
)

export type RetailerHub = PaperHub & {
  retailer: FilePartner
  /** What the retailer was sent, oldest first. */
  files: Buffer[]
  rows: (sql: string) => Promise<Record<string, unknown>[]>
  count: (from: string) => Promise<number>
  /** The node was told of its one request. */
  requestId: () => Promise<string>
  /** It ships whatever it was asked for, or these units of lines. */
  ship: (id: string, lines?: [lineNo: number, quantity: number][]) => Promise<void>
  /** It answers the cancel that it was sent. */
  answerCancel: (accepted: boolean) => Promise<void>
}

/** `aliases`: what the retailer calls SHOE-1 and 00123. Stock of them: 3 and 9. */
export async function openRetailerHub(
  backend: Backend,
  setup: {
    connector: Connector
    currency: string
    config: Record<string, unknown>
    aliases: [shoe: string, other: string]
  },
): Promise<RetailerHub> {
  const files: Buffer[] = []
  const retailer = await startFilePartner({
    login: FILE_LOGIN,
    manners: GOOD_FILE_MANNERS,
    random: () => 0.5,
    take: (_name, bytes) => void files.push(Buffer.from(bytes)),
  })
  const { host, port, hostKeySha256 } = retailer.sftp
  const paper = await openPaperHub(backend, {
    connectors: [setup.connector],
    environment: { FILES_PASSWORD: FILE_LOGIN.password },
    network: {
      channels: [{ id: 'bigbox', name: 'Big Box', currency: setup.currency, connection: 'bigbox' }],
      connections: [
        { id: 'depot', connector: 'paper-nodes' },
        {
          id: 'bigbox',
          connector: setup.connector.id,
          config: {
            host,
            port,
            username: FILE_LOGIN.username,
            login: 'password',
            hostKeySha256: [hostKeySha256],
            allowPrivateAddresses: true,
            partnerArchiveFolder: '/archive',
            pollEveryMs: 100,
            minAgeMs: 50,
            validation: 'strict',
            ...setup.config,
          },
          secrets: { password: 'env:FILES_PASSWORD' },
        },
      ],
      nodes: [
        {
          id: 'north',
          name: 'north',
          kind: 'warehouse',
          capabilities: ['ship'],
          connection: 'depot',
          calendar: { timeZone: 'America/Chicago', week: WEEK },
          costs: { currency: setup.currency, packageFixedMinor: 500 },
        },
      ],
      products: ['SHOE-1', '00123'].map((sku, at) => ({
        sku,
        name: sku,
        aliases: [{ scheme: 'partner', owner: 'bigbox', value: setup.aliases[at] }],
      })),
      crosswalks: [{ connectionId: 'bigbox', name: 'node', partnerCode: 'WH1', canonical: 'north' }],
    },
  })
  await paper.receive(
    'depot',
    'stock',
    aFeed([
      ['SHOE-1', 'north', 3],
      ['00123', 'north', 9],
    ]),
  )
  await paper.until('the retailer hears of the stock', () => files.length > 0)
  const rows = (sql: string) => paper.hub.world.db.query<Record<string, unknown>>(sql)
  const requestId = async (): Promise<string> => {
    await paper.until('the node is told', () => paper.nodes.requests.size > 0)
    return [...paper.nodes.requests.values()][0]?.requestId ?? ''
  }
  return {
    ...paper,
    retailer,
    files,
    rows,
    count: async (from) => Number((await rows(`SELECT count(*) AS n FROM ${from}`))[0]?.['n']),
    requestId,
    ship: async (id, lines) => {
      const request = await requestId()
      const asked = [...paper.nodes.requests.values()][0]?.lines ?? []
      const all = asked.map(({ lineNo, quantity }): [number, number] => [lineNo, quantity])
      await paper.receive('depot', `ship-${id}`, aShipment(request, id, lines ?? all))
    },
    answerCancel: async (accepted) => {
      await paper.until('the node is asked', () => paper.nodes.cancels.length > 0)
      const cancel = { requestId: await requestId(), answeredAt: '2026-11-22T11:00:00.000Z', accepted }
      await paper.receive('depot', `cancel-${accepted}`, { kind: 'cancelResponse', value: cancel })
    },
    stop: async () => {
      await paper.stop()
      await retailer.close()
    },
  }
}
