/** `crossdock connector test <folder>`: a partner's files read and written, against what was recorded. Exit 1 when they differ. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Call } from './command.ts'
import { type Tried, tryPartner } from './partner-folder.ts'

const EXPECTED = 'expected.json'

export async function partnerTest({ values, print }: Call, folder: string): Promise<number> {
  const tried = await tryPartner(folder)
  const path = join(folder, EXPECTED)
  if (values['record'] === true) {
    writeFileSync(path, textOf(tried))
    print(`${path}: ${Object.keys(tried.reads).length} files read, ${Object.keys(tried.writes).length} written.`)
    return 0
  }
  if (values['json'] === true) print(JSON.stringify(tried))
  else for (const line of linesOf(tried)) print(line)
  const recorded = existsSync(path) ? readFileSync(path, 'utf8') : undefined
  if (recorded === textOf(tried)) return 0
  print(
    recorded === undefined
      ? `Nothing is recorded yet: look at the above, then crossdock connector test ${folder} --record`
      : `This is not what ${path} says. If it is meant, crossdock connector test ${folder} --record`,
  )
  return 1
}

export const textOf = (tried: Tried): string => `${JSON.stringify(tried, null, 2)}\n`

function linesOf({ reads, writes }: Tried): string[] {
  return [
    ...Object.entries(reads).flatMap(([file, { documents, refused, ignored }]) => [
      `${file}: ${documents.length === 0 ? (ignored ?? 'nothing could be used') : documents.map(({ kind }) => kind).join(', ')}`,
      ...refused.map((line) => `  refused ${line}`),
    ]),
    ...Object.entries(writes).flatMap(([port, made]) =>
      'file' in made
        ? [`${port} → ${made.file}`, ...made.lines.map((line) => `  ${line}`)]
        : [`${port}: cannot be written`, ...made.refused.map((line) => `  ${line}`)],
    ),
  ]
}
