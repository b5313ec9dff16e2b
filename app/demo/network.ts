/** The demo's network, as an operator would write it into crossdock.config.json: channels, connections, nodes, products, crosswalks. */
import { Network } from '../network-file.ts'
import { DRESS_PAIR, type DemoProduct, LIMITED_PAIR, NODES, PRODUCTS } from './catalog.ts'

export type Partners = {
  shop: { url: string; domain: string; locationOf: (nodeName: string) => number }
  erp: { url: string }
  supplier: { host: string; port: number; hostKeySha256: string }
}

/** Secrets by environment name; the network only says where they lie. */
export const SECRET_NAMES = {
  shopToken: 'DEMO_SHOP_TOKEN',
  shopWebhook: 'DEMO_SHOP_WEBHOOK_SECRET',
  erpToken: 'DEMO_ERP_TOKEN',
  erpWebhook: 'DEMO_ERP_WEBHOOK_SECRET',
  supplierPassword: 'DEMO_SUPPLIER_PASSWORD',
} as const

export const HUB_IDENTITY = { qualifier: 'ZZ', id: 'CROSSDOCK' }
export const SUPPLIER_IDENTITY = { qualifier: 'ZZ', id: 'ACMEFOOT' }

export function demoNetwork(partners: Partners): Network {
  return Network.parse({
    channels: [
      { id: 'webshop', name: 'Web shop', currency: 'EUR', connection: 'shopify' },
      { id: 'phone', name: 'Telephone orders, through the API', currency: 'EUR' },
    ],
    parties: [{ id: 'acme', name: 'Acme Footwear', role: 'supplier' }],
    connections: [shopConnection(partners), erpConnection(partners), supplierConnection(partners)],
    nodes: NODES.map(nodeDocument),
    products: [...PRODUCTS, DRESS_PAIR, LIMITED_PAIR].map(productDocument),
    crosswalks: [
      ...NODES.map((node) => ({
        connectionId: 'shopify',
        name: 'node',
        partnerCode: String(partners.shop.locationOf(node.name)),
        canonical: node.id,
      })),
      { connectionId: 'supplier', name: 'node', partnerCode: 'PORTO', canonical: 'acme' },
    ],
  })
}

export const productDocument = (product: DemoProduct) => ({
  sku: product.sku,
  name: product.title,
  weightGrams: product.weightGrams,
  ...(product.vendorSku === undefined
    ? {}
    : { aliases: [{ scheme: 'partner', owner: 'acme', value: product.vendorSku }] }),
})

const shopConnection = ({ shop }: Partners) => ({
  id: 'shopify',
  connector: 'shopify',
  config: { shop: shop.domain, baseUrl: shop.url, allowPrivateAddresses: true, pointsPerSecond: 1000 },
  secrets: { accessToken: `env:${SECRET_NAMES.shopToken}`, webhookSecret: `env:${SECRET_NAMES.shopWebhook}` },
})

const erpConnection = ({ erp }: Partners) => ({
  id: 'erp',
  connector: 'erp',
  config: { baseUrl: erp.url, allowPrivateAddresses: true, batch: true, callsPerSecond: 500, concurrency: 8 },
  secrets: { apiToken: `env:${SECRET_NAMES.erpToken}`, webhookSecret: `env:${SECRET_NAMES.erpWebhook}` },
})

const supplierConnection = ({ supplier }: Partners) => ({
  id: 'supplier',
  connector: 'edi-supplier',
  party: 'acme',
  config: {
    host: supplier.host,
    port: supplier.port,
    username: 'crossdock',
    login: 'password',
    hostKeySha256: [supplier.hostKeySha256],
    allowPrivateAddresses: true,
    partnerArchiveFolder: '/archive',
    pollEveryMs: 200,
    minAgeMs: 50,
    isaSender: HUB_IDENTITY,
    isaReceiver: SUPPLIER_IDENTITY,
    substitutes: { é: 'e', è: 'e', ö: 'o', ü: 'u', '’': "'" },
  },
  secrets: { password: `env:${SECRET_NAMES.supplierPassword}` },
})

const EVERY_DAY = { open: '09:00', close: '20:00', cutOff: '17:00' }

/** Open every day, so that the demo plays the same story on a Sunday. */
const nodeDocument = (node: (typeof NODES)[number]) => ({
  id: node.id,
  name: node.name,
  kind: node.kind,
  capabilities: node.capabilities,
  connection: node.kind === 'supplier' ? 'supplier' : 'erp',
  ...(node.kind === 'supplier' ? { party: 'acme' } : {}),
  position: { latitude: node.latitude, longitude: node.longitude },
  calendar: {
    timeZone: node.timeZone,
    week: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, EVERY_DAY])),
  },
  answerWithinMinutes: 60 * 24,
  costs: { currency: 'EUR', packageFixedMinor: node.packageFixedMinor, perUnitMinor: 60, per100KmMinor: 35 },
})
