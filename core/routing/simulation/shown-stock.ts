/**
 * The stock that policies decide on. A node that has sent the packages of its day shows none of its own until the next day begins: so
 * every policy keeps to the limits, and none has to know of them. Those that price places are told what is left of the day.
 */
import type { Scenario } from './scenario.ts'

const NO_LIMIT = -1

/** What a policy may know of the day. */
export type Today = {
  /** Orders that came today. */
  readonly orders: number
  /** Packages that each node may still send today; below zero for as many as it likes. */
  readonly placesLeft: Int32Array
}

export class ShownStock {
  /** Units that lie there, at `node × skus + sku`. */
  readonly lying: Int32Array
  /** Units that can be had now. The same array where no node has a limit. */
  readonly shown: Int32Array
  readonly #scenario: Scenario
  /** Packages that each node has left today; NO_LIMIT for as many as it likes. */
  readonly #left: Int32Array
  #day = 0

  constructor(scenario: Scenario) {
    const { packagesPerDay, stock } = scenario
    this.#scenario = scenario
    this.lying = stock.slice()
    this.shown = packagesPerDay === undefined ? this.lying : stock.slice()
    this.#left = packagesPerDay?.slice() ?? new Int32Array(scenario.nodes.length).fill(NO_LIMIT)
    this.#left.forEach((left, node) => left === 0 && this.#hide(node))
  }

  /** Before the order at `index` is decided: it may be the first of a day. */
  begin(index: number): void {
    const { dayStarts, packagesPerDay } = this.#scenario
    if (dayStarts[this.#day + 1] !== index) return
    this.#day++
    packagesPerDay?.forEach((limit, node) => {
      const wasHidden = this.#left[node] === 0
      this.#left[node] = limit
      if (wasHidden && limit !== 0) this.#show(node)
    })
  }

  /** As the order at `index` comes. */
  today(index: number): Today {
    return { orders: index - (this.#scenario.dayStarts[this.#day] ?? 0), placesLeft: this.#left }
  }

  /** False: none of it can be had there. */
  takeUnit(node: number, sku: number): boolean {
    const position = node * this.#scenario.skus.length + sku
    const units = (this.shown[position] ?? 0) - 1
    if (units < 0) return false
    this.shown[position] = units
    if (this.shown !== this.lying) this.lying[position] = units
    return true
  }

  /** After the last unit of its package. True: it was the last that the node may send today. */
  sendPackage(node: number): boolean {
    const left = this.#left[node] ?? NO_LIMIT
    if (left === NO_LIMIT) return false
    this.#left[node] = left - 1
    if (left === 1) this.#hide(node)
    return left === 1
  }

  #hide(node: number): void {
    const { length } = this.#scenario.skus
    this.shown.fill(0, node * length, (node + 1) * length)
  }

  #show(node: number): void {
    const { length } = this.#scenario.skus
    this.shown.set(this.lying.subarray(node * length, (node + 1) * length), node * length)
  }
}
