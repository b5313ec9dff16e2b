import { describe, expect, test } from 'vitest'
import type { Posting, StockState } from '#core/model/stock.ts'
import { claimStock, type StockClaim } from '#store/claims.ts'
import { ensurePositions, post } from '#store/stock.ts'
import { databases } from '../kit/backends.ts'
import { at, violationsOf } from './kit.ts'

/** A million with CROSSDOCK_LEDGER_OPS=1000000; the first part of it always. */
const OPS = Number(process.env['CROSSDOCK_LEDGER_OPS'] ?? 10_000)
const SEED = Number(process.env['CROSSDOCK_LEDGER_SEED'] ?? 7)
const BATCH = 500
const PLACES = 200

/** mulberry32: small, and the same on every machine. */
function random(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4_294_967_296) * below)
  }
}

/** Ways that units really go, so that what is played is what happens. */
const WAYS: [from: StockState, to: StockState, cause: Posting['cause']][] = [
  ['supplier', 'incoming', 'supply'],
  ['incoming', 'available', 'receipt'],
  ['adjustment', 'available', 'movement'],
  ['available', 'damaged', 'movement'],
  ['damaged', 'available', 'movement'],
  ['available', 'qualityControl', 'movement'],
  ['qualityControl', 'available', 'movement'],
  ['available', 'reserved', 'reserve'],
  ['reserved', 'available', 'release'],
  ['reserved', 'allocated', 'claim'],
  ['allocated', 'available', 'cancel'],
  ['allocated', 'customer', 'ship'],
  ['available', 'adjustment', 'movement'],
  ['available', 'transfer', 'transfer'],
  ['inTransit', 'available', 'receipt'],
]
const OUTSIDE: readonly StockState[] = ['supplier', 'adjustment', 'customer', 'transfer']

describe.each(databases)(`${OPS.toLocaleString('en')} random postings on $name (seed ${SEED})`, (backend) => {
  test('leave every balance as the small model has it, and as the ledger adds up to', async () => {
    const db = await backend.database()
    try {
      const next = random(SEED)
      const places = Array.from({ length: PLACES }, (_, i) => ({
        sku: `sku-${i % 50}`,
        nodeId: `node-${Math.floor(i / 50)}`,
      }))
      await ensurePositions(db, places)
      const model = new Map<string, number>()
      const units = (place: { sku: string; nodeId: string }, state: StockState): number =>
        model.get(`${place.sku} ${place.nodeId} ${state}`) ?? 0
      const add = (place: { sku: string; nodeId: string }, state: StockState, quantity: number): void => {
        if (!OUTSIDE.includes(state)) model.set(`${place.sku} ${place.nodeId} ${state}`, units(place, state) + quantity)
      }
      for (let done = 0; done < OPS; done += BATCH) {
        const postings: Posting[] = []
        const tooMuch: { sku: string; nodeId: string }[] = []
        while (postings.length + tooMuch.length < Math.min(BATCH, OPS - done)) {
          const place = places[next(places.length)] ?? { sku: '', nodeId: '' }
          const quantity = 1 + next(9)
          const [from, to, cause] = WAYS[next(WAYS.length)] ?? ['supplier', 'incoming', 'supply']
          if (!OUTSIDE.includes(from) && units(place, from) < quantity) {
            if (from === 'available') tooMuch.push(place)
            continue
          }
          const there = to === 'transfer' ? otherNode(place) : place
          add(place, from, -quantity)
          add(place, to, quantity)
          postings.push({
            sku: place.sku as never,
            nodeId: place.nodeId as never,
            from,
            to,
            quantity: quantity,
            cause,
            reference: 'test',
            effectiveAt: at('09:00'),
          })
          // What leaves a node by transfer is on its way to another in the same commit.
          if (there !== place) {
            add(there, 'inTransit', quantity)
            const last = postings.at(-1) ?? expect.fail('a posting was just made')
            postings.push({ ...last, nodeId: there.nodeId as never, from: 'transfer', to: 'inTransit' })
          }
        }
        await post(db, postings)
        // A claim that asks for more than there is must take nothing.
        const claims = tooMuch.map((place) => [claim(place, units(place, 'available') + 1)])
        const held = await claimStock(db, claims, [])
        expect(held.filter(Boolean)).toEqual([])
      }
      const rows = await db.query<Record<string, number | string>>(
        `SELECT sku, node_id, available, reserved, allocated, damaged, quality_control AS "qualityControl", incoming, in_transit AS "inTransit" FROM stock_position`,
      )
      for (const { sku, node_id: nodeId, ...balances } of rows)
        for (const [state, quantity] of Object.entries(balances))
          expect([sku, nodeId, state, quantity]).toEqual([
            sku,
            nodeId,
            state,
            units({ sku: String(sku), nodeId: String(nodeId) }, state as StockState),
          ])
      expect(await violationsOf(db, 'i5')).toEqual([])
    } finally {
      await db.close()
    }
  })
})

const otherNode = ({ sku, nodeId }: { sku: string; nodeId: string }) => ({
  sku,
  nodeId: nodeId === 'node-0' ? 'node-1' : 'node-0',
})

const claim = (place: { sku: string; nodeId: string }, quantity: number): StockClaim => ({
  ...place,
  quantity,
  to: 'allocated',
  reservationId: 'rsv_1',
  cause: 'claim',
  reference: 'ful_1',
  actor: 'test',
  effectiveAt: at('09:00'),
})
