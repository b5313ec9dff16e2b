/** Orders to an SAP as IDocs and back, over SFTP folders and over HTTP, on a running hub. */
import { afterEach, expect, test } from 'vitest'
import { startSapOverHttp, startSapOverSftp } from '#simulators/sap/sap.ts'
import { aFeed, anOrder } from '../kit/builders.ts'
import { FILE_LOGIN } from '../kit/file-partner-hub.ts'
import { aNode, openPartnerHub, type PartnerHub } from '../kit/partner-hub.ts'

let hub: PartnerHub
let close: () => Promise<void>
afterEach(async () => {
  await close()
  await hub.stop()
})

async function open(config: object): Promise<void> {
  hub = await openPartnerHub(
    {
      channels: [{ id: 'web', name: 'Web', currency: 'EUR', connection: 'shop' }],
      connections: [
        { id: 'shop', connector: 'paper-shop' },
        { id: 'counts', connector: 'paper-shop' },
        {
          id: 'sap',
          connector: 'sap-idoc',
          config: { receiver: 'SAPPRD', receiverPort: 'SAPPRD', client: '100', ...config },
          secrets: { password: 'env:FILES', sapPassword: 'env:SAP', hubPassword: 'env:HUB' },
        },
      ],
      nodes: [aNode('berlin', { connection: 'sap', capabilities: ['ship'] })],
      products: [
        { sku: 'SHOE', name: 'Shoe', aliases: [{ scheme: 'partner', value: '000000000000004711', owner: 'sap' }] },
        { sku: 'SHIRT', name: 'Shirt' },
      ],
      crosswalks: [{ connectionId: 'sap', name: 'node', partnerCode: 'VS01', canonical: 'berlin' }],
    },
    { FILES: FILE_LOGIN.password, SAP: 'sap-secret', HUB: 'hub-secret' },
  )
  // The counts come over another connection of the same SAP.
  const counts = aFeed([
    ['SHOE', 'berlin', 10],
    ['SHIRT', 'berlin', 3],
  ])
  await hub.sell('counts-1', counts, 'counts')
  await hub.until('the stock is known', async () => (await hub.count('stock_position')) === 2)
}

const sent = (state = 'sent') => hub.count(`instruction WHERE kind = 'fulfillmentInstruction' AND state = '${state}'`)
const STOCK = { '000000000000004711': 10, SHIRT: 3 }

test('over SFTP: a delivery goes out once with its numbers in zeros, comes back short, and what is missing goes back to the order', async () => {
  const sap = await startSapOverSftp({ stock: STOCK, login: FILE_LOGIN, tellsTwice: true })
  close = sap.close
  const { host, port, hostKeySha256 } = sap.sftp
  const login = { host, port, username: FILE_LOGIN.username, login: 'password', hostKeySha256: [hostKeySha256] }
  const pace = { pollEveryMs: 100, minAgeMs: 300, partnerArchiveFolder: '/archive' }
  await open({ sftp: { ...login, ...pace, allowPrivateAddresses: true }, orders: 'SHPORD' })
  await hub.sell('order-1', anOrder('1001').line('SHOE', 3).line('SHIRT', 1).document)
  await hub.until('SAP has it', () => sap.books().orders.length === 1)
  const [order] = sap.books().orders
  expect(order).toMatchObject({
    lines: [
      { line: '000001', item: '000000000000004711', quantity: 3 },
      { line: '000002', item: 'SHIRT', quantity: 1 },
    ],
  })
  expect(sap.books().docnums).toEqual(['0000000000000001'])
  await hub.until('the hub knows', async () => (await sent()) === 1)
  sap.ship(order?.number ?? '', 1)
  await hub.until('what went is shipped', async () => (await hub.count('order_line WHERE shipped > 0')) === 2)
  await hub.until(
    'what is missing has no other node',
    async () => (await hub.count(`exception_case WHERE kind = 'unroutable' AND state = 'open'`)) === 1,
  )
  expect(await hub.rows(`SELECT shipped, open FROM order_line ORDER BY sku DESC`)).toEqual([
    { shipped: 2, open: 1 },
    { shipped: 1, open: 0 },
  ])
  // The same DOCNUM in another file says nothing new.
  await hub.until(
    'the second one is read',
    async () => (await hub.count(`envelope WHERE connection_id = 'sap' AND state <> 'received'`)) === 2,
  )
  expect(hub.shop.shipmentsTold).toHaveLength(1)
  expect(await hub.count(`quarantine_item WHERE state = 'open'`)).toBe(0)
})

test('over HTTP: a purchase order is posted, a lost answer waits for a person unless repeats are dropped, and a delivery ships it', async () => {
  const path = '/sap/bc/idoc_xml?sap-client=100'
  const logins = {
    hubAtSap: { username: 'CROSSDOCK', password: 'sap-secret' },
    sapAtHub: { username: 'sap', password: 'hub-secret' },
  }
  const sap = await startSapOverHttp({ stock: STOCK, path, logins })
  close = sap.close
  await open({
    http: { baseUrl: sap.url, path, username: 'CROSSDOCK', hubUsername: 'sap', allowPrivateAddresses: true },
    dropsRepeats: true,
  })
  expect(await hub.check('sap')).toEqual({ ok: true, text: expect.stringContaining('lets the hub in') })
  sap.misbehave('lost', 'failed')
  await hub.sell('order-1', anOrder('1001').line('SHOE', 3).document)
  await hub.until('SAP has it and the hub knows', async () => (await sent()) === 1)
  expect(sap.books()).toMatchObject({ docnums: ['0000000000000001'], orders: [{ timesReceived: 1 }] })
  const number = sap.books().orders[0]?.number ?? ''

  sap.tellHub(`${hub.url}/webhooks/sap/idocs`)
  logins.sapAtHub.password = 'guessed'
  sap.ship(number)
  await hub.until('a wrong password is refused', () => sap.refused.includes(401))
  expect(await hub.count('order_line WHERE shipped > 0')).toBe(0)
  logins.sapAtHub.password = 'hub-secret'
  await hub.until('the delivery ships it', async () => (await hub.count('order_line WHERE shipped = 3')) === 1)
  await hub.until('the shop is told', () => hub.shop.shipmentsTold.length === 1)
  expect(hub.shop.shipmentsTold[0]?.document).toMatchObject({ carrier: 'UPSN', lines: [{ quantity: 3 }] })
})
