/** Work measured in a process of its own: in one, each task would run on what the engine learned of the others. */
import { fork } from 'node:child_process'

export type Passed = { count: number; milliseconds: number }
export type OwnProcess = { pass: () => Promise<Passed>; end: () => void }

/** For the parent: starts the file, whose process does its work once each time it is asked. */
export function ownProcess(file: URL, args: readonly string[]): OwnProcess {
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
