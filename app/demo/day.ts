/** The orders of the day, made from the seed: who buys what, where, and how. */
import { CUSTOMERS, type DemoCustomer, type DemoProduct, PRODUCTS, STORES } from './catalog.ts'
import { pick } from './random.ts'

export type DayLine = { product: DemoProduct; quantity: number; pickupNodeId?: string }
export type DayOrder = {
  channel: 'webshop' | 'phone'
  customer: DemoCustomer
  lines: DayLine[]
  /** The customer thinks again a moment later. */
  cancelled: boolean
}

/** One order in ten comes by telephone, one in eight is fetched at a store, one in forty is cancelled. */
export function ordersOfTheDay(count: number, random: () => number): DayOrder[] {
  return Array.from({ length: count }, () => {
    const channel = random() < 0.1 ? ('phone' as const) : ('webshop' as const)
    const pickupNodeId = channel === 'webshop' && random() < 0.125 ? pick(random, STORES).id : undefined
    const lineCount = 1 + Math.floor(random() * random() * 4)
    const products = new Set<DemoProduct>()
    while (products.size < lineCount)
      products.add(
        pick(
          random,
          pickupNodeId === undefined ? PRODUCTS : PRODUCTS.filter((product) => product.vendorSku === undefined),
        ),
      )
    const lines = [...products].map((product) => ({
      product,
      quantity: random() < 0.85 ? 1 : 2,
      ...(pickupNodeId === undefined ? {} : { pickupNodeId }),
    }))
    return { channel, customer: pick(random, CUSTOMERS), lines, cancelled: channel === 'webshop' && random() < 0.025 }
  })
}

/** Units wanted of each SKU, so that the demo stocks enough. */
export function unitsWanted(orders: readonly DayOrder[]): Map<string, number> {
  const wanted = new Map<string, number>()
  for (const line of orders.flatMap((order) => order.lines))
    wanted.set(line.product.sku, (wanted.get(line.product.sku) ?? 0) + line.quantity)
  return wanted
}
