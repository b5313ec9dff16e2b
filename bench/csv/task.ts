/** Runs alone: one reader over one feed, named by the parent. */
import { answerParent } from '../kit/own-process.ts'
import { feed, type File, ROWS } from './feed.ts'
import { type ReaderName, READERS } from './readers.ts'

const [name, file] = process.argv.slice(2) as [ReaderName, File]
const bytes = feed(file)
answerParent(async () => {
  const rows = await READERS[name](bytes)
  if (rows !== ROWS) throw new Error(`${ROWS} rows were expected, ${rows} came`)
  return rows
})
