/** Runs alone: one task of X12 or EDIFACT, named by the parent. */
import { answerParent } from '../kit/own-process.ts'
import { TASKS, type TaskName } from './tasks.ts'

const [name, bytes] = process.argv.slice(2)
if (name === undefined || !(name in TASKS)) throw new Error(`there is no task ${name}`)
answerParent(TASKS[name as TaskName](Number(bytes)))
