/** Runs alone: one task, again each time the parent asks, with the milliseconds it took as the answer. */
import { TASKS, type TaskName } from './tasks.ts'

const [name, bytes] = process.argv.slice(2)
if (name === undefined || !(name in TASKS)) throw new Error(`there is no task ${name}`)
const pass = TASKS[name as TaskName](Number(bytes))

process.on('message', () => {
  void (async () => {
    const began = performance.now()
    const values = await pass()
    process.send?.({ values, milliseconds: performance.now() - began })
  })()
})
