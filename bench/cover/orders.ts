/** Orders over a network of nodes with stock, for benches of whole decisions and promises. */
import { Node } from '#core/model/node.ts'
import { RateCard } from '#core/model/rate-card.ts'
import type { StockPosition } from '#core/model/stock.ts'
import { prepareNodes } from '#core/routing/prepared-nodes.ts'
import { RouteRequest } from '#core/routing/request.ts'
import { type StockSnapshot, snapshotOf } from '#core/routing/snapshot.ts'
import type { Random } from './instances.ts'

const HOURS = { open: '08:00', close: '18:00', cutOff: '15:00' }
const SKUS = 200
const ZONES = ['Europe/Berlin', 'Europe/London', 'Europe/Madrid', 'Europe/Warsaw']

export type Orders = { snapshot: StockSnapshot; request: (index: number) => RouteRequest }

type OrdersShape = { lines: number; nodes: number; cards?: boolean; consolidating?: number }

/** `cards`: nodes ship by two rate cards, standard and express, with zones by distance. To so many nodes all others can send. */
export function decisionsOver(random: Random, shape: OrdersShape): Orders {
  const cards = shape.cards === true ? ['standard', 'express'].map((service, index) => cardOf(service, index)) : []
  const nodes = Array.from({ length: shape.nodes }, (_, n) =>
    Node.parse({
      id: `n${String(n).padStart(4, '0')}`,
      name: 'node',
      kind: 'warehouse',
      capabilities: ['ship'],
      ...meeting(n, shape.consolidating ?? 0),
      position: { latitude: 37 + 18 * random(), longitude: -8 + 30 * random() },
      calendar: {
        timeZone: ZONES[n % ZONES.length],
        week: Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri'].map((day) => [day, HOURS])),
      },
      costs: {
        currency: 'EUR',
        packageFixedMinor: 300 + Math.floor(500 * random()),
        perUnitMinor: 20 + Math.floor(60 * random()),
        per100KmMinor: shape.cards === true ? 0 : 40,
        ...(shape.cards === true ? { rateCards: ['standard', 'express'] } : {}),
      },
    }),
  )
  const positions = Array.from({ length: SKUS }, (_, s) =>
    nodes.map((node) => ({
      sku: `s${s}` as StockPosition['sku'],
      nodeId: node.id,
      available: random() < 0.5 ? 1 + Math.floor(9 * random()) : 0,
      safetyStock: 0,
    })),
  ).flat()
  const requests = Array.from({ length: 50 }, (_, index) =>
    RouteRequest.parse({
      orderId: `ord_${index}`,
      placedAt: '2026-11-23T08:00:00Z',
      decidedAt: '2026-11-23T09:00:00Z',
      currency: 'EUR',
      destination: {
        country: 'DE',
        postcode: '10115',
        position: { latitude: 37 + 18 * random(), longitude: -8 + 30 * random() },
      },
      lines: Array.from({ length: shape.lines }, (_, l) => ({
        lineNo: l + 1,
        sku: `s${(index * 7 + l * 13) % SKUS}`,
        quantity: 1,
        method: 'ship',
        excludedNodeIds: [],
        weightGrams: 300 + Math.floor(1500 * random()),
      })),
    }),
  )
  return {
    snapshot: snapshotOf(prepareNodes(nodes, cards), positions),
    request: (index) => requests[index % requests.length] as RouteRequest,
  }
}

function meeting(n: number, consolidating: number): object {
  if (n < consolidating) return { consolidates: true, address: { line1: '1 Ring Road', city: 'Reims', country: 'FR' } }
  const to = Array.from({ length: consolidating }, (_, index) => `n${String(index).padStart(4, '0')}`)
  return { transfers: to.map((id) => ({ to: id, transitDays: 0, perPackageMinor: 60, perUnitMinor: 5 })) }
}

const cardOf = (service: string, index: number): RateCard =>
  RateCard.parse({
    id: service,
    carrier: 'post',
    service,
    currency: 'EUR',
    zones: [
      { zone: 'near', maxKm: 300, transitDays: 2 - index },
      { zone: 'far', transitDays: 4 - 2 * index },
    ],
    breaks: [1000, 2000, 5000, 31_500].map((upToGrams, at) => ({
      upToGrams,
      minor: { near: 400 + 90 * at + 400 * index, far: 600 + 150 * at + 700 * index },
    })),
  })
