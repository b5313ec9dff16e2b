/** Ours and the peers in turn, round after round, so that a noisy machine disturbs all of them alike. */
import { readFileSync } from 'node:fs'
import { median } from './measure.ts'

/** `amount`: what one call gets through, e.g. megabytes or documents. `run` gives a count that must be the same for all of a group. */
export type Contender = { name: string; amount: number; run: () => unknown }

/** Amount a second by name: the median of the rounds, after one round that is not counted. */
export async function sideBySide(contenders: readonly Contender[], rounds: number): Promise<Map<string, number>> {
  const figures = new Map(contenders.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, amount, run } of contenders) {
      const began = performance.now()
      await run()
      const perSecond = amount / ((performance.now() - began) / 1000)
      if (round > 0) figures.get(name)?.push(perSecond)
    }
  }
  return new Map([...figures].map(([name, each]) => [name, median(each)]))
}

export const figureOf = (figures: ReadonlyMap<string, number>, name: string): number => {
  const figure = figures.get(name)
  if (figure === undefined) throw new Error(`${name} was not measured`)
  return figure
}

/** Peak resident memory of this process in megabytes. Linux's `getrusage` counts the program that started it too, so its own table is asked. */
export function peakMegabytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1000
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / 1_000_000
}

/** Bytes in pieces as a file stream gives them. */
export function* chunksOf(bytes: Uint8Array, size = 65_536): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
