/** The other side of the wire: a Shopify shop, an ERP and a supplier, each with books of its own and, in measure, bad manners. */
import { startErp, type Erp } from '#simulators/erp/erp.ts'
import { type ShopifyStore, startShopifyStore } from '#simulators/shopify/store.ts'
import { startSupplier, type Supplier } from '#simulators/supplier/supplier.ts'
import { DRESS_PAIR, LIMITED_PAIR, NODES, PRODUCTS, UNKNOWN_PRODUCT } from './catalog.ts'
import { SECRET_NAMES, SUPPLIER_IDENTITY } from './network.ts'
import { type Opening, productBySku } from './stock.ts'

export type DemoPartners = { shop: ShopifyStore; erp: Erp; supplier: Supplier; close: () => Promise<void> }

/** Fixed, because they open nothing but the demo's own simulators on the loopback. */
export const DEMO_SECRETS: Record<string, string> = {
  [SECRET_NAMES.shopToken]: 'shpat_demo',
  [SECRET_NAMES.shopWebhook]: 'demo-webhook-secret',
  [SECRET_NAMES.erpToken]: 'demo-erp-token',
  [SECRET_NAMES.erpWebhook]: `whsec_${Buffer.from('crossdock-demo-secret-of-the-erp').toString('base64')}`,
  [SECRET_NAMES.supplierPassword]: 'demo-supplier-password',
}

/** A step at a partner takes up to this long: a day's waiting, shrunk to a moment. */
const MAX_DELAY_MS = 250

export async function startPartners(opening: readonly Opening[], random: () => number): Promise<DemoPartners> {
  const delayMs = (): number => Math.floor(random() * MAX_DELAY_MS)
  const shop = await startShopifyStore({
    clientId: 'demo-app',
    clientSecret: secret(SECRET_NAMES.shopWebhook),
    accessToken: secret(SECRET_NAMES.shopToken),
    shopDomain: 'demo.myshopify.com',
    currency: 'EUR',
    locations: NODES.map((node) => ({ name: node.name })),
    products: [...PRODUCTS, DRESS_PAIR, LIMITED_PAIR].map((product) => ({
      sku: product.sku,
      title: product.title,
      weightGrams: product.weightGrams,
      stock: Object.fromEntries(
        opening.filter((row) => row.sku === product.sku).map((row) => [nameOf(row.nodeId), row.onHand]),
      ),
    })),
    manners: { duplicateEvery: 10, duplicateCopies: 3, reorderEvery: 25 },
  })
  shop.addProduct({
    sku: UNKNOWN_PRODUCT.sku,
    title: UNKNOWN_PRODUCT.title,
    weightGrams: UNKNOWN_PRODUCT.weightGrams,
    stock: { [nameOf('lyon-dc')]: 3 },
  })
  const erp = await startErp({
    name: 'ERP',
    stock: opening
      .filter((row) => row.nodeId !== 'acme')
      .map((row) => ({ sku: row.sku, node: row.nodeId, onHand: row.onHand })),
    token: secret(SECRET_NAMES.erpToken),
    random,
    delayMs,
    carrier: 'DPD',
    manners: {
      rejectShare: 0.02,
      shortPickShare: 0.02,
      // The story of the two pairs is to be told each time; others meet what a day brings.
      withCare: [DRESS_PAIR.sku, LIMITED_PAIR.sku],
      loseAnswerAfterEffect: 0.05,
      answer500AfterEffect: 0.03,
      duplicateWebhooks: 0.1,
      reorderWebhooks: 0.05,
    },
  })
  const supplier = await startSupplier({
    name: 'ACME',
    identity: SUPPLIER_IDENTITY,
    stock: opening
      .filter((row) => row.nodeId === 'acme')
      .map((row) => ({ vendorSku: productBySku.get(row.sku)?.vendorSku ?? row.sku, onHand: row.onHand })),
    random,
    delayMs,
    login: { username: 'crossdock', password: secret(SECRET_NAMES.supplierPassword) },
    manners: {
      rejectShare: 0.03,
      partialShare: 0.05,
      halfWritten: 0.2,
      halfWrittenMs: 150,
      duplicateFiles: 0.1,
      wrongControlNumber: 0.03,
      garbageFile: 0.05,
    },
  })
  return {
    shop,
    erp,
    supplier,
    close: async () => {
      await Promise.allSettled([shop.close(), erp.close(), supplier.close()])
    },
  }
}

const secret = (name: string): string => DEMO_SECRETS[name] ?? ''

export const nameOf = (nodeId: string): string => NODES.find((node) => node.id === nodeId)?.name ?? nodeId
