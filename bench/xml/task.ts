/** Runs alone: one reader over one shape of feed, named by the parent. */
import { answerParent } from '../kit/own-process.ts'
import { feed, READERS, type ReaderName, type Shape } from './tasks.ts'

const [name, shape] = process.argv.slice(2) as [ReaderName, Shape]
const bytes = feed(shape)
answerParent(() => READERS[name](bytes, shape))
