import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { RateCard } from '../model/rate-card.ts'
import { DEFAULT_ROUTING_POLICY } from './policy.ts'
import { plan } from './plan.ts'
import { promiseFor } from './promise.ts'
import { aNode, aRequest, aSnapshot } from './test-kit.ts'

const policy = DEFAULT_ROUTING_POLICY
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun']
const card = (id: string, transitDays: number, minor: number): RateCard =>
  RateCard.parse({
    id,
    carrier: 'post',
    service: id,
    currency: 'EUR',
    collects: DAYS,
    delivers: DAYS,
    zones: [{ zone: 'all', transitDays }],
    breaks: [{ upToGrams: 30_000, minor: { all: minor } }],
  })
const cards = [card('slow', 4, 300), card('mid', 2, 500), card('fast', 1, 900)]

const instances = fc.record({
  services: fc.array(fc.subarray(['slow', 'mid', 'fast'], { minLength: 1 }), { minLength: 3, maxLength: 3 }),
  fixed: fc.array(fc.nat({ max: 400 }), { minLength: 3, maxLength: 3 }),
  days: fc.array(fc.nat({ max: 2 }), { minLength: 3, maxLength: 3 }),
  has: fc.array(fc.array(fc.boolean(), { minLength: 3, maxLength: 3 }), { minLength: 3, maxLength: 3 }),
})

test('options are those that no plan beats: every deadline is answered by the cheapest plan that keeps it', () => {
  fc.assert(
    fc.property(instances, ({ services, fixed, days, has }) => {
      const nodes = ['a', 'b', 'c'].map((id, n) =>
        aNode(id, { fixed: fixed[n], processingDays: days[n], rateCards: services[n] }),
      )
      const stock = Object.fromEntries(
        nodes.map((node, n) => [
          node.id,
          Object.fromEntries(['x', 'y', 'z'].map((sku, s) => [sku, n === 2 || has[n]?.[s] === true ? 1 : 0])),
        ]),
      )
      const snapshot = aSnapshot(nodes, stock, cards)
      const request = aRequest([{ sku: 'x' }, { sku: 'y' }, { sku: 'z' }])
      const { options } = promiseFor(request, snapshot, policy)
      expect(options.flatMap((each) => each.choices).sort()).toEqual(['cheapest', 'earliest', 'fewestParcels'])
      for (const a of options)
        for (const b of options)
          if (a !== b)
            expect(a.deliveredAt <= b.deliveredAt && a.costMinor <= b.costMinor && a.parcels <= b.parcels).toBe(false)
      for (let day = 22; day <= 30; day++) {
        const promisedBy = `2026-11-${day}T23:00:00.000Z`
        const asked = { ...request, lines: request.lines.map((line) => ({ ...line, promisedBy: promisedBy as never })) }
        const made = plan(asked, snapshot, policy)
        const inTime = options.filter((each) => each.deliveredAt <= promisedBy).map((each) => each.costMinor)
        if (made.packages.some((each) => each.lateMinutes !== undefined)) expect(inTime).toEqual([])
        else expect(Math.min(...inTime)).toBe(made.costMinor)
      }
    }),
    { numRuns: 150 },
  )
})
