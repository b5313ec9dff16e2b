/**
 * `crossdock connector new <name> --kind rest|sftp-csv|x12`: a partner that works from the first minute, made from one that ships and
 * is tested: `rest` from connectors/depot, `sftp-csv` from partners/nord, `x12` from partners/acme-supply.
 */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { dirname, join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import { connectors } from '#connectors/registry.ts'
import { type Call, UsageError } from './command.ts'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

const KINDS = ['rest', 'sftp-csv', 'x12'] as const
type Kind = (typeof KINDS)[number]

export function newCommand({ positionals, values, print }: Call): number {
  const name = positionals[1] ?? ''
  const kind = (values['kind'] ?? 'rest') as Kind
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 30)
    throw new UsageError(`"${name}" is no name for it: lower case letters, digits and single hyphens, such as acme-wms`)
  if (!KINDS.includes(kind)) throw new UsageError(`--kind must be ${KINDS.join(', ')}`)
  const taken = [`connectors/${name}`, `mappings/${name}`, `partners/${name}`].find((path) =>
    existsSync(join(ROOT, path)),
  )
  if (taken !== undefined || connectors.some(({ id }) => id === name))
    throw new UsageError(`${taken ?? name} is there already: choose another name`)
  const written = kind === 'rest' ? restFrom(name) : partnerFrom(kind === 'sftp-csv' ? 'nord' : 'acme-supply', name)
  for (const path of written) print(path)
  print('')
  for (const line of kind === 'rest' ? restSteps(name) : partnerSteps(name)) print(line)
  return 0
}

/** The depot's files under the new name, wired into the two lists that name every connector and every map. */
function restFrom(name: string): string[] {
  const words = wordsOf('depot', name)
  const files = [
    ...filesIn('connectors/depot'),
    ...filesIn('mappings/depot'),
    ...filesIn('simulators/depot'),
    'app/maps/depot.ts',
    'test/flow/depot.test.ts',
  ]
  const written = files.map((file) => copy(file, words))
  const id = identifier(name)
  insert('connectors/registry.ts', /^import \{ depot \}.*\n/m, `import { ${id} } from './${name}/connector.ts'\n`)
  insert('connectors/registry.ts', /^ {2}depot,\n/m, `  ${id},\n`)
  insert('app/maps/catalogue.ts', /^import \{ depotEntries \}.*\n/m, `import { ${id}Entries } from './${name}.ts'\n`)
  insert('app/maps/catalogue.ts', /^ {2}\.\.\.depotEntries,\n/m, `  ...${id}Entries,\n`)
  // Both run in a process of their own: this one does not know the new connector.
  cli('connector', 'docs', name)
  cli('connector', 'test', name, '--record')
  return [
    ...written,
    `docs/connectors/${name}.md`,
    `conformance/recorded/${name}.json`,
    'connectors/registry.ts',
    'app/maps/catalogue.ts',
  ]
}

function partnerFrom(example: string, name: string): string[] {
  const words = wordsOf(example, name)
  const written = filesIn(`partners/${example}`)
    .filter((file) => !file.endsWith('expected.json'))
    .map((file) => copy(file, words))
  cli('connector', 'test', `partners/${name}`, '--record')
  return [...written, `partners/${name}/expected.json`]
}

const restSteps = (name: string): string[] => [
  'Next, each with its answer:',
  `  npx crossdock connector test ${name}                         every check that applies holds`,
  `  edit mappings/${name}/ and its examples, until they are what the partner says`,
  `  npx crossdock connector preview ${name} events mappings/${name}/examples/events.in.json`,
  `  npx crossdock connector docs ${name}                         the page, and the guide for the partner`,
  `  npx crossdock connector test ${name} --record                what is read now is what must be read from now on`,
]

const partnerSteps = (name: string): string[] => [
  'Next, each with its answer:',
  `  put files as the partner sends them into partners/${name}/in/`,
  `  edit partners/${name}/network.json, until all of them are read:`,
  `  npx crossdock connector test partners/${name}`,
  `  npx crossdock connector test partners/${name} --record       what is read now is what must be read from now on`,
  `  then follow partners/${name}/README.md`,
]

function filesIn(folder: string): string[] {
  const path = join(ROOT, folder)
  if (!existsSync(path)) return []
  return readdirSync(path, { recursive: true, encoding: 'utf8' })
    .map((file) => join(path, file))
    .filter((file) => statSync(file).isFile())
    .map((file) => relative(ROOT, file))
    .sort()
}

type Words = readonly (readonly [from: RegExp, to: string])[]

/** The example's name in each way it is spelled: in paths and ids, in identifiers, in types, in environment variables. */
function wordsOf(example: string, name: string): Words {
  const title = example.replace(/^./, (letter) => letter.toUpperCase())
  return [
    [new RegExp(example.replaceAll('-', '_').toUpperCase(), 'g'), name.replaceAll('-', '_').toUpperCase()],
    [new RegExp(`\\b${example}(?=Entries\\b| = restConnector| \\}| as unknown)`, 'g'), identifier(name)],
    [new RegExp(example, 'g'), name],
    [new RegExp(title, 'g'), pascal(name)],
  ]
}

const pascal = (name: string): string => name.replaceAll(/(?:^|-)(.)/g, (_, letter: string) => letter.toUpperCase())
const identifier = (name: string): string => pascal(name).replace(/^./, (letter) => letter.toLowerCase())

function copy(file: string, words: Words): string {
  const changed = (text: string): string => words.reduce((made, [from, to]) => made.replaceAll(from, to), text)
  const target = changed(file)
  mkdirSync(dirname(join(ROOT, target)), { recursive: true })
  const bytes = readFileSync(join(ROOT, file))
  const text = bytes.toString('utf8')
  // What is no text of ours, such as a file in another encoding, goes over as it is.
  if (!Buffer.from(text, 'utf8').equals(bytes)) cpSync(join(ROOT, file), join(ROOT, target))
  else writeFileSync(join(ROOT, target), /\/in\//.test(file) ? bytes : changed(text))
  return target
}

function insert(file: string, after: RegExp, line: string): void {
  const text = readFileSync(join(ROOT, file), 'utf8')
  if (!after.test(text))
    throw new UsageError(`${file} does not name the depot where it should; add by hand: ${line.trim()}`)
  writeFileSync(
    join(ROOT, file),
    text.replace(after, (found) => `${found}${line}`),
  )
}

function cli(...call: string[]): void {
  const run = spawnSync(process.execPath, [fileURLToPath(new URL('main.ts', import.meta.url)), ...call], {
    cwd: ROOT,
    encoding: 'utf8',
  })
  if (run.status !== 0) throw new UsageError(`crossdock ${call.join(' ')} did not work:\n${run.stdout}${run.stderr}`)
}
