/**
 * Family F1: the instances of Jasin and Sinha (Operations Research 63, 2015) as Ma reproduced them (arXiv 2207.04774): 10
 * metropolitan areas, 5 fulfillment centres, 20 items, 5 order types of each size 1 to 5. `strict` is F1-S: a line left out
 * costs 60 and the order nothing besides, so that no policy gains by refusing what it has.
 */
import { seededRandom, weightedPicker } from '#core/random.ts'
import type { Random } from '#core/ports.ts'
import { haversineKm } from '#core/routing/simulation/geography.ts'
import { SCENARIO_FORMAT, type ScenarioFile } from '#core/routing/simulation/scenario.ts'
import { FULFILLMENT_CENTERS, METROS } from './metros.ts'

const ARRIVALS = 10_000
const ITEMS = 20
const SIZES = 5
const TYPES_OF_A_SIZE = 5
const CARRIED = 0.75
const SAFETY = 0.5
const PACKAGE_USD = 8.759
const UNIT_USD = 0.423
const UNIT_USD_A_MILE = 0.000541
const STRICT_USD = 60
const KM_A_MILE = 1.61

/** The instance of a seed, with one sequence of orders and another, of the same law, as history. */
export function familyF1(seed: number, sequence: number, strict: boolean): ScenarioFile {
  const random = seededRandom(seed)
  const destinations = METROS.slice(0, 10)
  const nodes = FULFILLMENT_CENTERS.slice(0, 5)
  const types = orderTypes(random)
  const unitUsd = destinations.map((to) => nodes.map((at) => unitCost(at, to)))
  const people = destinations.reduce((sum, each) => sum + each.population, 0)
  const shares = destinations.map((each) => each.population / people)
  const periods = seededRandom(seed * 1_000 + sequence)
  const history = period(periods, types, shares)
  return {
    format: SCENARIO_FORMAT,
    name: `${strict ? 'F1-S' : 'F1'} seed ${seed} sequence ${sequence}`,
    costUnit: 'USD/1000',
    nodes: nodes.map(({ lat, lon }, node) => ({ id: `N${node}`, lat, lon, packageFixed: thousandths(PACKAGE_USD) })),
    destinations: destinations.map(({ lat, lon }, index) => ({
      id: `D${index}`,
      lat,
      lon,
      unitCost: (unitUsd[index] ?? []).map((usd) => thousandths(usd)),
      unfulfilledUnit: thousandths(strict ? STRICT_USD : 2 * Math.max(...(unitUsd[index] ?? []))),
    })),
    unfulfilledFixed: strict ? 0 : thousandths(2 * PACKAGE_USD),
    skus: Array.from({ length: ITEMS }, (_, item) => `S${item}`),
    stock: stockOf(random, types, unitUsd, shares),
    history,
    orders: period(periods, types, shares),
  }
}

type OrderType = { items: number[]; share: number }

const thousandths = (usd: number): number => Math.round(usd * 1_000)

const unitCost = (at: { lat: number; lon: number }, to: { lat: number; lon: number }): number =>
  UNIT_USD + (UNIT_USD_A_MILE * haversineKm(at, to)) / KM_A_MILE

/** The empty order comes too, as in the papers: it is what makes the number of orders in a period random. */
function orderTypes(random: Random): OrderType[] {
  const sizeWeights = Array.from({ length: SIZES + 1 }, () => random.next())
  const total = sizeWeights.reduce((sum, each) => sum + each, 0)
  return sizeWeights.flatMap((weight, size) => {
    const within = Array.from({ length: size === 0 ? 1 : TYPES_OF_A_SIZE }, () => random.next())
    const sum = within.reduce((all, each) => all + each, 0)
    return within.map((each) => ({ items: sample(random, ITEMS, size), share: (weight / total) * (each / sum) }))
  })
}

function sample(random: Random, from: number, count: number): number[] {
  const pool = Array.from({ length: from }, (_, index) => index)
  return Array.from({ length: count }, () => pool.splice(Math.floor(random.next() * pool.length), 1)[0] ?? 0)
}

function period(random: Random, types: readonly OrderType[], shares: readonly number[]): [number, number[]][] {
  const pickType = weightedPicker(types.map((each) => each.share))
  const pickDestination = weightedPicker(shares)
  return Array.from({ length: ARRIVALS }, (): [number, number[]] => {
    const items = types[pickType(random)]?.items ?? []
    return [pickDestination(random), items]
  }).filter(([, items]) => items.length > 0)
}

/** Each item lies in each centre by chance, in the amount that the regions nearest to it are expected to ask for, and a little more. */
function stockOf(random: Random, types: readonly OrderType[], unitUsd: number[][], shares: number[]): number[][] {
  const stock = Array.from({ length: unitUsd[0]?.length ?? 0 }, () => Array.from({ length: ITEMS }, () => 0))
  for (let item = 0; item < ITEMS; item++) {
    const asked = types.reduce((sum, each) => sum + (each.items.includes(item) ? each.share : 0), 0)
    const carrying = stock.map(() => random.next() < CARRIED)
    if (!carrying.includes(true)) carrying[Math.floor(random.next() * carrying.length)] = true
    const demand = stock.map(() => 0)
    unitUsd.forEach((costs, region) => {
      const best = Math.min(...costs.filter((_, node) => carrying[node]))
      const node = costs.findIndex((cost, at) => cost === best && carrying[at])
      demand[node] = (demand[node] ?? 0) + asked * (shares[region] ?? 0)
    })
    demand.forEach((rate, node) => {
      const row = stock[node]
      const mean = ARRIVALS * rate
      if (row !== undefined) row[item] = Math.round(mean + SAFETY * Math.sqrt(mean * (1 - rate)))
    })
  }
  return stock
}
