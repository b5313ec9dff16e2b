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

/** For the child: `work` says how much it saw, so that nothing is thrown away unread. */
export function answerParent(work: () => number | Promise<number>): void {
  process.on('message', () => {
    void (async () => {
      const began = performance.now()
      const count = await work()
      process.send?.({ count, milliseconds: performance.now() - began })
    })()
  })
}
