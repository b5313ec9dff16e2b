import { expect, test } from 'vitest'
import { instantFromEpochMs } from '#core/model/time.ts'
import { createGates, type Gate, openGate } from './gate.ts'

/** A clock that stands still until somebody sleeps; sleepers wake in the order of their times. */
function standingClock() {
  let nowMs = 1_000_000
  const sleepers: { untilMs: number; wake: () => void }[] = []
  return {
    clock: { now: () => instantFromEpochMs(nowMs) },
    nowMs: () => nowMs,
    sleep: (ms: number) => new Promise<void>((wake) => sleepers.push({ untilMs: nowMs + ms, wake })),
    sleeping: () => sleepers.length,
    /** Lets time pass to the next sleeper's hour. */
    pass: () => {
      nowMs = Math.min(...sleepers.map((each) => each.untilMs))
      for (const each of sleepers.splice(0)) {
        if (each.untilMs <= nowMs) each.wake()
        else sleepers.push(each)
      }
    },
  }
}

/** Lets everything run that can run without time passing. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Calls that stay open until they are let go. */
function heldCalls(gate: Gate, count: number) {
  const open: (() => void)[] = []
  const all = Array.from({ length: count }, () => gate.run(() => new Promise<void>((resolve) => open.push(resolve))))
  return { open, all: Promise.all(all) }
}

test('no more calls run at once than the limit says; the next begins when one ends', async () => {
  const time = standingClock()
  const gate = openGate({ max: 1_000, perMs: 1_000, concurrency: 3 }, time.clock, time.sleep)
  const { open, all } = heldCalls(gate, 7)
  await settle()
  for (let begun = 3; begun < 7; begun++) {
    expect(open).toHaveLength(begun)
    open[begun - 3]?.()
    await settle()
  }
  for (const end of open) end()
  await all
})

test('no more calls begin in a stretch of time than the limit says', async () => {
  const time = standingClock()
  const gate = openGate({ max: 4, perMs: 250, concurrency: 100 }, time.clock, time.sleep)
  const begun: number[] = []
  const all = Promise.all(Array.from({ length: 14 }, () => gate.run(() => Promise.resolve(begun.push(time.nowMs())))))
  while (begun.length < 14) {
    await settle()
    if (time.sleeping() > 0) time.pass()
  }
  await all
  const starts = [...Map.groupBy(begun, (at) => at).entries()].map(([at, calls]) => [at - 1_000_000, calls.length])
  expect(starts).toEqual([
    [0, 4],
    [250, 4],
    [500, 4],
    [750, 2],
  ])
})

test('a quiet time is not saved up: after it the limit is the same', async () => {
  const time = standingClock()
  const gate = openGate({ max: 2, perMs: 100, concurrency: 10 }, time.clock, time.sleep)
  await gate.run(() => Promise.resolve())
  void time.sleep(5_000)
  time.pass()
  let begun = 0
  const all = Promise.all(Array.from({ length: 5 }, () => gate.run(() => Promise.resolve((begun += 1)))))
  await settle()
  expect(begun).toBe(2)
  while (begun < 5) {
    time.pass()
    await settle()
  }
  await all
})

test('a call that fails gives its place back and its failure on', async () => {
  const time = standingClock()
  const gate = openGate({ max: 1_000, perMs: 1_000, concurrency: 1 }, time.clock, time.sleep)
  const failed = gate.run(() => Promise.reject(new Error('the partner is away')))
  const next = gate.run(() => Promise.resolve('went through'))
  await expect(failed).rejects.toThrow('the partner is away')
  expect(await next).toBe('went through')
})

test('a connection has one gate, and a new one when its limit changes', () => {
  const gates = createGates(standingClock().clock)
  const limit = { max: 2, perMs: 1_000, concurrency: 1 }
  const first = gates.of('shop', limit)
  expect(gates.of('shop', { ...limit })).toBe(first)
  expect(gates.of('depot', limit)).not.toBe(first)
  expect(gates.of('shop', { ...limit, max: 3 })).not.toBe(first)
})
