/**
 * Family F3, ours: ship from store. Metropolitan areas, 10 fulfillment centres and many stores with single units, SKUs of very
 * unequal demand, a tariff by zone and weight, stores that send so many packages a day.
 */
import type { Random } from '#core/ports.ts'
import { normal, seededRandom, weightedPicker } from '#core/random.ts'
import { haversineKm } from '#core/routing/simulation/geography.ts'
import { SCENARIO_FORMAT, type ScenarioFile } from '#core/routing/simulation/scenario.ts'
import { FULFILLMENT_CENTERS, METROS } from './metros.ts'

/** `packagesADay` is what each store may send. */
export type F3Size = { stores: number; skus: number; orders: number; packagesADay: number }
/** What the family is described with. Stores hold 70 units each, so that they hardly ever come to 25 packages in a day. */
export const F3_FULL: F3Size = { stores: 190, skus: 2_000, orders: 20_000, packagesADay: 25 }
/** F3-T: less than half of what stores hold can leave them. */
export const F3_FULL_TIGHT: F3Size = { ...F3_FULL, packagesADay: 3 }
/** A tenth of it. */
export const F3_SMALL: F3Size = { stores: 40, skus: 200, orders: 2_000, packagesADay: 25 }
export const F3_SMALL_TIGHT: F3Size = { ...F3_SMALL, packagesADay: 2 }

const KM_A_MILE = 1.61
/** Zone up to so many miles: USD a package, USD a kilogram. */
const ZONES = [
  [150, 7.5, 0.35],
  [300, 7.9, 0.45],
  [600, 8.4, 0.65],
  [1_000, 9, 0.95],
  [1_400, 9.8, 1.25],
  [1_800, 10.7, 1.6],
  [Number.POSITIVE_INFINITY, 11.9, 2],
] as const
const STORE_PACKAGE_USD = 1.5
const STORE_LINE_USD = 0.75
const UNSERVED_USD = 60
const DAYS = 10
const SIZE_WEIGHTS = [0.55, 0.22, 0.11, 0.06, 0.04, 0.02]
const CARRIED = 0.5

type Spot = { lat: number; lon: number; isStore: boolean }

export function familyF3(seed: number, size: F3Size): ScenarioFile {
  const random = seededRandom(seed)
  const spots = [
    ...FULFILLMENT_CENTERS.map(({ lat, lon }) => ({ lat, lon, isStore: false })),
    ...storeSpots(random, size.stores),
  ]
  const pickCity = weightedPicker(METROS.map((metro) => metro.population))
  const pickSku = weightedPicker(Array.from({ length: size.skus }, (_, rank) => 1 / (rank + 6)))
  const pickSize = weightedPicker(SIZE_WEIGHTS)
  const period = (): [number, number[]][] =>
    Array.from({ length: size.orders }, () => [
      pickCity(random),
      [...new Set(Array.from({ length: 1 + pickSize(random) }, () => pickSku(random)))],
    ])
  const weights = Array.from({ length: size.skus }, () => Math.round(600 * Math.exp(0.8 * normal(random))) / 1_000)
  const history = period()
  const dayStarts = Array.from({ length: DAYS }, (_, day) => Math.floor((day * size.orders) / DAYS))
  return {
    format: SCENARIO_FORMAT,
    name: `F3 seed ${seed}, ${size.orders} orders, ${size.packagesADay} packages a store and day`,
    costUnit: 'USD/1000',
    nodes: spots.map(({ lat, lon, isStore }, node) => ({
      id: `${isStore ? 'S' : 'F'}${node}`,
      lat,
      lon,
      packageFixed: isStore ? thousandths(STORE_PACKAGE_USD) : 0,
      ...(isStore ? { packagesPerDay: size.packagesADay } : {}),
    })),
    destinations: METROS.map((metro) => {
      const zones = spots.map((spot) => zoneOf(haversineKm(spot, metro) / KM_A_MILE))
      return {
        id: metro.name,
        lat: metro.lat,
        lon: metro.lon,
        packageCost: zones.map(([, base]) => thousandths(base)),
        kgCost: zones.map(([, , kg]) => thousandths(kg)),
        unitCost: spots.map((spot) => (spot.isStore ? thousandths(STORE_LINE_USD) : 0)),
        unfulfilledUnit: thousandths(UNSERVED_USD),
      }
    }),
    unfulfilledFixed: 0,
    skus: Array.from({ length: size.skus }, (_, sku) => `P${sku}`),
    skuWeightsKg: weights,
    stock: stockOf(random, spots, size, history),
    history,
    orders: period(),
    dayStarts,
    historyDayStarts: dayStarts,
  }
}

const thousandths = (usd: number): number => Math.round(usd * 1_000)

const zoneOf = (miles: number): (typeof ZONES)[number] => ZONES.find(([upTo]) => miles <= upTo) ?? ZONES[6]

/** Near cities, larger ones more often, up to a third of a degree from their centre. */
function storeSpots(random: Random, count: number): Spot[] {
  const pick = weightedPicker(METROS.map((metro) => metro.population ** 0.8))
  const off = (): number => 0.6 * (random.next() - 0.5)
  return Array.from({ length: count }, () => {
    const metro = METROS[pick(random)] ?? { lat: 40, lon: -90 }
    return { lat: metro.lat + off(), lon: metro.lon + off(), isStore: true }
  })
}

/**
 * Centres hold 0.75 of the last period's demand and its root, each the share of the cities nearest to it among those that carry
 * the SKU; 0.35 of the demand lies in stores, single units anywhere.
 */
function stockOf(
  random: Random,
  spots: readonly Spot[],
  size: F3Size,
  history: readonly [number, number[]][],
): number[][] {
  const centers = spots.filter((spot) => !spot.isStore).length
  const stock = spots.map(() => Array.from({ length: size.skus }, () => 0))
  const add = (node: number, sku: number, units: number): void => {
    const row = stock[node]
    if (row !== undefined) row[sku] = (row[sku] ?? 0) + units
  }
  const demand = Array.from({ length: size.skus }, () => METROS.map(() => 0))
  for (const [city, skus] of history) for (const sku of skus) (demand[sku] ?? [])[city] = (demand[sku]?.[city] ?? 0) + 1
  const kmOf = METROS.map((metro) => spots.slice(0, centers).map((spot) => haversineKm(spot, metro)))
  demand.forEach((cities, sku) => {
    const total = cities.reduce((sum, each) => sum + each, 0)
    const carrying = Array.from({ length: centers }, (_, node) => node).filter(() => random.next() < CARRIED)
    if (carrying.length === 0) carrying.push(Math.floor(random.next() * centers))
    const wanted = 0.75 * total + Math.sqrt(total)
    const shares = new Map<number, number>()
    cities.forEach((count, city) => {
      const node = carrying.toSorted((a, b) => (kmOf[city]?.[a] ?? 0) - (kmOf[city]?.[b] ?? 0))[0] ?? 0
      shares.set(node, (shares.get(node) ?? 0) + count)
    })
    for (const [node, share] of shares) add(node, sku, Math.round((wanted * share) / Math.max(1, total)))
    const inStores = Math.round(0.35 * total)
    for (let unit = 0; unit < inStores; unit++)
      add(centers + Math.floor(random.next() * (spots.length - centers)), sku, 1)
  })
  return stock
}
