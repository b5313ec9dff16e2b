/** Random routing problems from a seed: lines, nodes with stock, fixed and unit costs, tariffs by weight, quantities that may be split. */
import type { Problem } from '#core/routing/problem.ts'
import { curveOf, neverDearer } from '#core/routing/tariff.ts'
import type { RateCard } from '#core/model/rate-card.ts'

export type Random = () => number

/** splitmix32: the same numbers on every machine. */
export function randomFrom(seed: number): Random {
  let state = seed | 0
  return () => {
    state = (state + 0x9e3779b9) | 0
    let mixed = state ^ (state >>> 16)
    mixed = Math.imul(mixed, 0x21f0aaad)
    mixed ^= mixed >>> 15
    mixed = Math.imul(mixed, 0x735a2d97)
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32
  }
}

export type Shape = {
  lines: number
  nodes: number
  /** The share of nodes that hold a line's SKU. */
  held: number
  /** Lines may come from several nodes, in quantities of up to 3. */
  splits?: boolean
  tariffs?: boolean
  maxPackages?: number
  /** Added to each package's cost. */
  packageWeight?: number
}

export function randomProblem(random: Random, shape: Shape): Problem {
  const { lines, nodes } = shape
  const whole = (most: number): number => Math.floor(random() * (most + 1))
  const stock = Array.from({ length: lines }, () =>
    Int32Array.from({ length: nodes }, () => (random() < shape.held ? 1 + whole(shape.splits === true ? 2 : 0) : 0)),
  )
  const wanted = stock.map((row) => {
    const quantity = shape.splits === true ? 1 + whole(2) : 1
    return { quantity, splittable: shape.splits === true && !row.some((units) => units >= quantity) }
  })
  const serves = (c: number, l: number): boolean => {
    const line = wanted[l]
    const units = stock[l]?.[c] ?? 0
    return line !== undefined && units >= (line.splittable ? 1 : line.quantity)
  }
  const mask = Int32Array.from({ length: nodes }, (_, c) =>
    Array.from({ length: lines }, (_, l) => (serves(c, l) && l < 30 ? 1 << l : 0)).reduce((sum, bit) => sum | bit, 0),
  )
  return {
    lines: wanted.map((line, l) => ({
      ...line,
      sku: `s${l}` as Problem['lines'][number]['sku'],
      sellable: stock[l] ?? new Int32Array(nodes),
    })),
    columns: {
      count: nodes,
      node: Int32Array.from({ length: nodes }, (_, c) => c),
      service: new Uint8Array(nodes),
      mask,
      fixedCost: Float64Array.from({ length: nodes }, () => (shape.packageWeight ?? 0) + 300 + whole(700)),
      unitCost: Float64Array.from({ length: nodes * lines }, () => 20 + whole(150)),
      handOverMs: new Float64Array(nodes),
    },
    serves,
    maxPackages: shape.maxPackages ?? Number.POSITIVE_INFINITY,
    completeOrNothing: false,
    ...(shape.packageWeight === undefined ? {} : { packageWeight: shape.packageWeight }),
    ...(shape.tariffs === true ? { tariffs: tariffsFor(random, nodes, lines) } : {}),
  }
}

/** Four services with four breaks; two parcels never cost less than one of their weight, as the mixed-integer program assumes. */
function tariffsFor(random: Random, nodes: number, lines: number): NonNullable<Problem['tariffs']> {
  const curves = Array.from({ length: 4 }, () => {
    let minor = 300 + Math.floor(random() * 200)
    const breaks = [1000, 2000, 5000, 40_000].map((upToGrams) => {
      const step = { upToGrams, minor: { all: minor } }
      minor += Math.floor(random() * 150)
      return step
    })
    return curveOf({ breaks } as unknown as RateCard, 'all')
  })
  return {
    curve: Int32Array.from({ length: nodes }, () => Math.floor(random() * 5) - 1),
    curves,
    unitGrams: Float64Array.from({ length: lines }, () => 100 * (1 + Math.floor(random() * 20))),
    unitVolumeCm3: new Float64Array(lines),
    scale: 1,
    neverDearer: (a, b) => {
      const [cheap, dear] = [curves[a], curves[b]]
      return cheap !== undefined && dear !== undefined && neverDearer(cheap, dear)
    },
  }
}
