/** What the API does to stock beside feeds and orders, taken from the workers. */
import type { StockActions } from '#http/deps.ts'
import { moveStock } from '#workers/move-stock.ts'
import { transferHeld } from '#workers/reserve.ts'
import { setFences } from '#workers/set-fences.ts'
import { dispatchSupply, receiveUnits, stateSupplies } from '#workers/supply.ts'
import type { Hub } from './hub.ts'

export const stockActions = ({ world, reserve }: Pick<Hub, 'world' | 'reserve'>): StockActions => ({
  reserve,
  transferHeld: (move) => transferHeld(world, move),
  stateSupplies: (supplies, actor) => stateSupplies(world, supplies, actor),
  dispatchSupply: (id, move, actor) => dispatchSupply(world, id, move, actor),
  receiveUnits: (id, receipt, actor) => receiveUnits(world, id, receipt, actor),
  setFences: (fences) => setFences(world, fences),
  moveUnits: (move, actor) => moveStock(world, move, actor),
})
