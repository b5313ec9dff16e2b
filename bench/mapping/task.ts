/** Runs alone: one way to make an order of so many lines, named by the parent. */
import { answerParent } from '../kit/own-process.ts'
import { orderOf } from './documents.ts'
import { task, type TaskName } from './tasks.ts'

const [name, lines] = process.argv.slice(2) as [TaskName, string]
answerParent(task(name, orderOf(Number(lines)), Number(lines)))
