/**
 * A process that dies at a chosen moment: every wait for the database or for the partner is a step, and at one of them nothing goes
 * on, before the step was done or after. What runs on meets only errors, as in a process that is gone.
 */

/** Runs one step of a process. */
export type Trip = <T>(what: string, step: () => Promise<T>) => Promise<T>

export const safely: Trip = (_what, step) => step()

export class Killed extends Error {
  override readonly name = 'Killed'
}

export type Death = { trip: Trip; steps: string[]; dead: () => boolean }

/** Dies at step number `at` (from 0); never when it is undefined. `steps` names those taken, in order. */
export function dyingAt(at: number | undefined, when: 'before' | 'after'): Death {
  const steps: string[] = []
  let dead = false
  const trip: Trip = async (what, step) => {
    if (dead) throw new Killed(`the process is gone (${what})`)
    const mine = steps.push(what) - 1
    if (mine === at && when === 'before') dead = true
    if (dead) throw new Killed(`killed before ${what}`)
    const value = await step()
    if (mine === at) dead = true
    if (dead) throw new Killed(`killed after ${what}`)
    return value
  }
  return { trip, steps, dead: () => dead }
}
