/**
 * The companion guide of a connector: the page for the partner, in his words and not in ours. Made from the same maps that read and write
 * his documents, with examples that the connector itself wrote, so it cannot promise what the hub does not do.
 */
import { readFileSync } from 'node:fs'
import { openDesk } from '#conformance/desk.ts'
import { outboundOf } from '#conformance/check.ts'
import { prepared } from '#conformance/sending.ts'
import type { Connector, Port } from '#connectors/contract/connector.ts'
import { type Exhibit, type InboundExhibit, waysOf } from '#connectors/contract/exhibit.ts'
import { type FieldRow, fieldRowsOf } from '#mappings/engine/index.ts'
import { findMap } from './maps/catalogue.ts'
import { table } from './tables.ts'

/** An example longer than this is shown as far. */
const MOST_LINES = 60

export async function guideOf(connector: Connector, exhibit: Exhibit): Promise<string> {
  const ways = waysOf(exhibit)
  const outbound = ways.flatMap((way) => outboundOf({ connector, exhibit: way }).map((each) => ({ ...each, way })))
  const sent = await Promise.all(
    outbound.map(async ({ way, ...each }) => {
      const desk = openDesk(connector, way)
      const { name, bytes } = await prepared(desk, each, '1')
      return [
        `### ${titleOf(each.port.summary)}`,
        '',
        each.port.expectsAnswer ? 'We wait for your answer to each.' : 'It needs no answer beyond having been taken.',
        REPEATS[each.port.duplicates],
        '',
        ...fieldsIn(each.shown.map),
        `As we write it (\`${name}\`):`,
        '',
        ...example(Buffer.from(bytes).toString('utf8')),
      ]
    }),
  )
  const received = connector.ports.flatMap((port) => {
    const shown = ways.find(({ inbound }) => Object.hasOwn(inbound, port.name))?.inbound[port.name]
    return port.direction === 'in' && shown !== undefined ? receivedLines(port, shown) : []
  })
  const lines = [
    `# Working with us over ${connector.id}`,
    '',
    `For the people on your side who send and read these messages. Version ${connector.version}. Made by \`npx crossdock connector docs ${connector.id} --guide\` from the maps that`,
    'read and write them.',
    '',
    '## What you get from us',
    '',
    ...sent.flat(),
    '## What we need from you',
    '',
    ...received,
    '## When something is wrong',
    '',
    'Send a message again whenever you are not sure that it arrived: the same message twice counts once. What we cannot use is kept as it came and',
    'waits for a person, with its place, what is wrong with it and what cures it; everything beside it is used. We tell you which message and which',
    'field, in these words. Times carry an offset or `Z`; numbers of goods are whole; codes that are not listed above are refused, not guessed.',
  ]
  return `${lines.join('\n').trimEnd()}\n`
}

const REPEATS = {
  key: 'It bears a key: the same key again is the same message, and must take effect once.',
  reference: 'Its number is unique: the same number again is the same message, and must take effect once.',
  lookup: 'When we are not sure that it arrived, we look before we send it again.',
  none: 'It is sent once; when we are not sure that it arrived, somebody calls you.',
} as const

function receivedLines(port: Port<never>, shown: InboundExhibit): string[] {
  const maps = shown.maps ?? (shown.map === undefined ? {} : { '': shown.map })
  return [
    `### ${titleOf(port.summary)}`,
    '',
    ...howItComes(port, shown),
    '',
    ...Object.entries(maps).flatMap(([type, map]) => [
      ...(type === '' ? [] : [`#### \`${type}\``, '']),
      ...fieldsIn(map),
    ]),
    ...shown.samples.flatMap((path) => [`For example (\`${path}\`):`, '', ...example(readFileSync(path, 'utf8'))]),
  ]
}

function howItComes(port: Port<never>, shown: InboundExhibit): string[] {
  if (port.direction !== 'in') return []
  switch (port.transport) {
    case 'webhook':
    case 'push': {
      const signed =
        port.transport === 'push'
          ? ', with the API key that we gave you'
          : shown.logsIn === true
            ? ', with the user and password that we agree on'
            : ', signed over its raw bytes'
      return [
        `\`POST\` to \`/webhooks/<connection>/${port.name}\` at our address${signed}; we tell you the connection's name. At most ${port.maxBytes} bytes.`,
        'Any 2xx means that it is stored for good; after anything else send it again.',
      ]
    }
    case 'folder': {
      const into = shown.file === undefined ? 'the folder that we agree on' : `the folder \`${shown.file.folder}\``
      return [
        `A file in ${into}. Write it under another name and rename it when it is whole; we take it away when we have stored it.`,
      ]
    }
    case 'pull':
      return ['We ask you for what is new; you do nothing.']
  }
}

const titleOf = (summary: string): string =>
  (summary.replace(/\.$/, '').split(/[;:]/)[0] ?? summary).replace(/, by the map ".*"$/, '')

function fieldsIn(map: string | undefined): string[] {
  const entry = map === undefined ? undefined : findMap(map)
  if (entry === undefined) return []
  const rows = fieldRowsOf(entry.map)
  return [...table(['field', 'needed', 'what it holds'], rows.map(cellsOf)), '']
}

/** What our words for values are to somebody who has never seen them. */
const WORDS: readonly (readonly [ours: RegExp, theirs: string])[] = [
  [/^instant\b/, 'a time such as `2026-11-22T09:00:00Z`'],
  [/^crosswalk node\b/, 'your code of the place'],
  [/^crosswalk sku\b/, 'your product code'],
  [/^crosswalk (\S+)/, 'your code, of the list `$1` that we agree on'],
  [/^a request id such as ful_…/, 'our number of the order, unchanged'],
  [/whole number -9007199254740991 to 9007199254740991/, 'a whole number'],
  [/whole number (\d+) to 1000000000/, 'a whole number from $1 on'],
  [/^text up to (\d+)/, 'text of at most $1 characters'],
]
const inTheirWords = (holds: string): string =>
  WORDS.reduce((said, [ours, theirs]) => said.replace(ours, theirs), holds)

const cellsOf = ({ path, needed, holds }: FieldRow): string[] => [
  `\`${path}\``,
  needed ? 'yes' : '',
  inTheirWords(holds),
]

function example(text: string): string[] {
  const lines = prettyJson(text).trimEnd().split(/\r?\n/)
  const shown = lines.slice(0, MOST_LINES)
  return ['```', ...shown, ...(lines.length > MOST_LINES ? ['…'] : []), '```', '']
}

function prettyJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}
