/** Work measured in a process of its own: in one, each task would run on what the engine learned of the others. */
import { fork } from 'node:child_process'
import { median } from './measure.ts'

export type Passed = { count: number; milliseconds: number }
type OwnProcess = { pass: () => Promise<Passed>; end: () => void }

/** Starts the file, whose process does its work once each time it is asked. */
function ownProcess(file: URL, args: readonly string[]): OwnProcess {
  const child = fork(file, args)
  return {
    pass: () =>
      new Promise((resolve, reject) => {
        child.removeAllListeners()
        child.once('message', (told) => resolve(told as Passed))
        child.once('exit', (code) => reject(new Error(`${args.join(' ')} ended with ${code}`)))
        child.send('again')
      }),
    end: () => void child.kill(),
  }
}

/** The engine falls asleep between passes (it gives memory back, its caches go cold), so a short pass is repeated until it is awake. */
const LEAST_MILLISECONDS = 500

/** Two rounds are not counted: the engine learns in them. */
const UNCOUNTED = 2

/**
 * Tasks in turn, round after round, each in a process of its own, so that noise hits all alike: the median of each, and what a
 * pass saw. `argsOf` says what a task's process is told.
 */
export async function inTurn<Name extends string>(
  file: URL,
  names: readonly Name[],
  argsOf: (name: Name) => readonly string[],
  rounds: number,
): Promise<Record<Name, Passed>> {
  const children = names.map((name) => ownProcess(file, argsOf(name)))
  const passes = names.map((): Passed[] => [])
  try {
    for (let round = -UNCOUNTED; round < rounds; round += 1)
      for (const [index, child] of children.entries()) {
        const passed = await child.pass()
        if (passed.count === 0) throw new Error(`${names[index]} saw nothing`)
        if (round >= 0) passes[index]?.push(passed)
      }
  } finally {
    for (const child of children) child.end()
  }
  const medians = names.map((name, index): [Name, Passed] => {
    const own = passes[index] ?? []
    return [name, { count: own[0]?.count ?? 0, milliseconds: median(own.map(({ milliseconds }) => milliseconds)) }]
  })
  return Object.fromEntries(medians) as Record<Name, Passed>
}

/** For the child: `work` says how much it saw, so that nothing is thrown away unread. It is done for half a second at least; the time is that of one. */
export function answerParent(work: () => number | Promise<number>): void {
  process.on('message', () => {
    void (async () => {
      const began = performance.now()
      let times = 0
      let count = 0
      do {
        count = await work()
        times += 1
      } while (performance.now() - began < LEAST_MILLISECONDS)
      process.send?.({ count, milliseconds: (performance.now() - began) / times })
    })()
  })
}
