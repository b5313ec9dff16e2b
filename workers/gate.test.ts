import { expect, test } from 'vitest'
import { createGates, type Gate, openGate } from './gate.ts'

/** Lets everything run that can run without time passing. */
const settle = () => new Promise<void>((resolve) => setImmediate(resolve))

/** Calls that stay open until they are let go. */
function heldCalls(gate: Gate, count: number) {
  const open: (() => void)[] = []
  const all = Array.from({ length: count }, () => gate.run(() => new Promise<void>((resolve) => open.push(resolve))))
  return { open, all: Promise.all(all) }
}

test('no more calls run at once than the limit says; the next begins when one ends', async () => {
  const { open, all } = heldCalls(openGate(3), 7)
  await settle()
  for (let begun = 3; begun < 7; begun++) {
    expect(open).toHaveLength(begun)
    open[begun - 3]?.()
    await settle()
  }
  for (const end of open) end()
  await all
})

test('a call that fails gives its place back and its failure on', async () => {
  const gate = openGate(1)
  const failed = gate.run(() => Promise.reject(new Error('the partner is away')))
  const next = gate.run(() => Promise.resolve('went through'))
  await expect(failed).rejects.toThrow('the partner is away')
  expect(await next).toBe('went through')
})

test('a connection has one gate, and a new one when its limit changes', () => {
  const gates = createGates()
  const first = gates.of('shop', { concurrency: 1 })
  expect(gates.of('shop', { concurrency: 1 })).toBe(first)
  expect(gates.of('depot', { concurrency: 1 })).not.toBe(first)
  expect(gates.of('shop', { concurrency: 2 })).not.toBe(first)
})
