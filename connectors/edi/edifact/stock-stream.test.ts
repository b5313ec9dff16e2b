/** A large INVRPT says, is refused for, and is acknowledged with the same as a small one. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import type { Issue } from '#core/issue.ts'
import type { StockFeed } from '#core/model/stock.ts'
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import { readContext } from '../../transport/test-context.ts'
import { EdifactConfig } from './config.ts'
import { documents } from './documents.ts'

const config = EdifactConfig.parse({
  host: 'sftp.example',
  username: 'u',
  hostKeySha256: [`SHA256:${'A'.repeat(43)}`],
  unbSender: { id: 'US' },
  unbReceiver: { id: 'ACME' },
})
const context = (settings: Partial<EdifactConfig> = {}) =>
  readContext(
    { ...config, ...settings },
    { skus: { 'V-1': 'S-1', 'V-2': 'S-2', own: 'S-3' }, nodes: { PORTO: 'porto' } },
  )
type Settings = Partial<EdifactConfig>

const HEAD = "BGM+35+1+9'DTM+137:20261122060000:204'NAD+SU+ELSEWHERE::92'NAD+WH+PORTO::92'"
const ITEMS = [
  "LIN+1++V-1:SA'QTY+17:40'QTY+145:12'",
  "LIN+2++X:SA'PIA+5+own:IN'IMD+F++:::SHOE'QTY+145:3'DTM+44:20261122:102'",
  "LIN+3++WHAT:SA'QTY+145:1'",
  "LIN+4++V-2:SA'DTM+44:20261122:102'QTY+17:7'NAD+WH+LISBON::92'QTY+145:9'",
  "LIN+5++V-2:SA'QTY+145:many'",
  "LIN+6++V-2:SA'",
]
const message = (reference: number, head: string, items: readonly string[]): string => {
  const body = `${head}${items.join('')}`
  return `UNH+${reference}+INVRPT:D:96A:UN:EAN008'${body}UNT+${body.split("'").length + 1}+${reference}'`
}
const interchange = (...messages: string[]): string =>
  `UNA:+.? 'UNB+UNOC:3+ACME:14+US:14+261122:1015+77'${messages.join('')}UNZ+${messages.length}+77'`
const REPORT = interchange(message(1, HEAD, ITEMS))

/** The only one of its name is told without a number where the end is known. */
const plain = (issues: readonly Issue[]): Issue[] =>
  issues.map((issue) => ({ ...issue, place: { ...issue.place, path: issue.place.path.replace('[1]', '') } }))

type Told = {
  feed?: StockFeed | undefined
  refused: Issue[]
  unusable: Issue[]
  receipts: unknown[]
  claims?: unknown[] | undefined
}

/** A reading of one message; `unusable` is what was said of it, or of more, as a whole. */
function small(bytes: Uint8Array, settings: Settings = {}): Told {
  const { documents: read, refused, receipts, claims = [] } = documents.read(bytes, {}, context(settings))
  const feed = read[0]?.value as StockFeed | undefined
  const ofAll = refused.filter(({ part }) => /^(UNB \S*( UN[HG] \S*)?)?$/.test(part))
  const ofItems = refused.filter((each) => !ofAll.includes(each))
  const issues = (parts: typeof refused) => plain(parts.flatMap((each) => each.issues))
  return feed === undefined
    ? { refused: [], unusable: issues(ofAll), receipts: receipts.map(({ text }) => text) }
    : { feed, refused: issues([...ofItems, ...ofAll]), unusable: [], receipts, claims }
}

function large(chunks: readonly Uint8Array[], settings: Settings = {}): Told {
  const reader = documents.stream?.open({ feed: 'edifact-invrpt' }, context(settings))
  if (reader?.closing === undefined) throw new Error('large reports are not read')
  const batches = [...chunks.map((chunk) => reader.push(chunk)), reader.end()]
  const [fault, head, { receipts, claims = [] }] = [reader.fault(), reader.head(), reader.closing()]
  if (fault !== undefined) return { refused: [], unusable: plain(fault), receipts: receipts.map(({ text }) => text) }
  const rows = batches.flatMap((batch) => batch.rows.map(({ row: _, ...row }) => row))
  const refused = plain(batches.flatMap((batch) => batch.refused.flatMap(({ issues }) => issues)))
  return { feed: head && { ...head, rows }, refused, unusable: [], receipts, claims }
}

const bytesOf = (text: string): Uint8Array => Buffer.from(text, 'latin1')
const contrls = ({ receipts }: Told): string[] =>
  receipts.map((receipt) => (typeof receipt === 'string' ? receipt : (receipt as { text: string }).text))

test('its rows, its refused items, its claim and its CONTRL are those of a small one', () => {
  const told = large([bytesOf(REPORT)])
  expect(told).toEqual(small(bytesOf(REPORT)))
  expect(told.feed).toEqual({
    mode: 'full',
    asOf: '2026-11-22T06:00:00.000Z',
    absentMeansZero: false,
    rows: [
      { sku: 'S-1', nodeId: 'porto', onHand: 12 },
      { sku: 'S-3', nodeId: 'porto', onHand: 3 },
      // What lies at another place is not this place's.
      { sku: 'S-2', nodeId: 'porto', onHand: 7 },
    ],
  })
  expect(told.refused.map(({ code, place, value }) => [code, place.path, value])).toEqual([
    ['edifact.sku-unknown', 'LIN[3]-03.1', 'WHAT'],
    ['map.whole-number', 'QTY[7]-01.2', 'many'],
    ['edifact.quantity-missing', 'QTY', undefined],
  ])
  expect(told.claims).toMatchObject([{ kind: 'interchange', key: 'edifact 14/ACME 14/US 77' }])
})

test('cut at every byte it reads the same, whatever stands before it', () => {
  const bytes = bytesOf(`\r\n${REPORT}\r\n`)
  const whole = large([bytes])
  expect(whole).toEqual(small(bytes))
  for (let at = 0; at <= bytes.length; at += 1)
    expect(large([bytes.subarray(0, at), bytes.subarray(at)]), `cut at ${at}`).toEqual(whole)
})

/** Text taken out, put in or changed. */
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.oneof(fc.nat({ max: 3 }), fc.nat({ max: 40 })),
    put: fc.constantFrom('', '', '+', ':', "'", '\u0001', '\n', '9', 'é', "QTY+145:5'", "LIN+9++V-1:SA'", "NAD+WH+X'"),
  }),
  { maxLength: 3 },
)

test('law: a damaged report is read, refused and acknowledged the same, small or large, however it is cut', () => {
  const settings = fc.record({
    validation: fc.constantFrom('off' as const, 'report' as const),
    repair: fc.boolean(),
    acknowledge: fc.constantFrom('always' as const, 'asked' as const),
  })
  fc.assert(
    fc.property(edits, fc.array(fc.nat({ max: REPORT.length }), { maxLength: 4 }), settings, (changes, cuts, own) => {
      const text = changes.reduce((file, { at, cut, put }) => {
        const from = Math.floor(at * file.length)
        return `${file.slice(0, from)}${put}${file.slice(from + cut)}`
      }, REPORT)
      const bytes = bytesOf(text)
      // Told by its first bytes: what is no report comes whole.
      fc.pre(readEdifactInterchanges(bytes).interchanges[0]?.messages[0]?.header.type === 'INVRPT')
      const edges = [0, ...cuts.toSorted((left, right) => left - right), bytes.length]
      const chunks = edges.slice(1).map((to, index) => bytes.subarray(edges[index], to))
      expect(large(chunks, own)).toEqual(small(bytes, own))
    }),
    { numRuns: 2_000 },
  )
})

test.each([
  ['a count that is wrong', REPORT.replace(/UNT\+\d+/, 'UNT+7'), 'edifact.message.count'],
  ['a function that nobody knows', REPORT.replace('+35+1+9', '+35+1+77'), 'map.code'],
  ['a time that is none', REPORT.replace('20261122060000:204', 'yesterday:204'), 'edifact.date'],
])('%s makes all of it unusable, and the CONTRL rejects the message', (_, text, code) => {
  const told = large([bytesOf(text)])
  expect(told).toEqual(small(bytesOf(text)))
  expect(told.unusable[0]?.code).toBe(code)
  expect(contrls(told)[0]).toMatch(/"UCI".*"7"\].*"UCM","1".*"4"/)
})

test('messages of several places are one feed', () => {
  const [first = '', second = ''] = ITEMS
  const south = message(2, HEAD.replace('WH+PORTO', 'WH+FARO'), [second])
  const reader = documents.stream?.open({}, readContext(config, { nodes: { PORTO: 'porto', FARO: 'faro' } }))
  const { rows = [] } = reader?.push(bytesOf(interchange(message(1, HEAD, [first]), south))) ?? {}
  expect(rows).toMatchObject([
    { nodeId: 'porto', row: 1 },
    { nodeId: 'faro', row: 2 },
  ])
  reader?.end()
  expect(reader?.fault()).toBeUndefined()
})

test.each([
  ['of another time', message(2, HEAD.replace('060000', '070000'), ITEMS), 'edifact.one-feed'],
  ['of another purpose', message(2, HEAD.replace('+1+9', '+1+4'), ITEMS), 'edifact.one-feed'],
  ['without a time', message(2, HEAD.replace('DTM+137', 'DTM+9'), ITEMS), 'edifact.date'],
  ['of another type', "UNH+2+ORDRSP:D:96A:UN'BGM+231+1+29'UNT+3+2'", 'edi.message-type'],
  [
    'whose item never ends',
    message(2, HEAD, [`LIN+1++V-1:SA'${"QTY+17:1'".repeat(120_000)}`]),
    'edifact.part-too-long',
  ],
])('a message %s makes the file unusable, and the CONTRL rejects each message', (_, other, code) => {
  const told = large([bytesOf(interchange(message(1, HEAD, ITEMS), other))])
  expect(told.unusable.map((issue) => issue.code)).toContain(code)
  expect(contrls(told)[0]).toMatch(/"UCM","1",\[.*?\],"4","18".*"UCM","2",\[.*?\],"4"/)
})

test('two interchanges in one file are both rejected, and claim nothing', () => {
  const told = large([bytesOf(REPORT + REPORT.replaceAll('+77', '+78'))])
  expect(told.unusable.map((issue) => issue.code)).toEqual(['edi.one-interchange'])
  expect(contrls(told)).toEqual([
    expect.stringMatching(/"UCI","77".*"4","18"/),
    expect.stringMatching(/"UCI","78".*"4"/),
  ])
})

test('a stranger’s report is refused and gets no answer', () => {
  const text = REPORT.replace('ACME', 'STRANGER')
  const told = large([bytesOf(text)])
  expect(told).toEqual(small(bytesOf(text)))
  expect(told).toMatchObject({ unusable: [{ code: 'edi.party' }], receipts: [] })
})

test('nothing of a broken group is used, small or large', () => {
  const text = interchange(`UNG+INVRPT+ACME+US+261122:1015+5+UN+D:96A'${message(1, HEAD, ITEMS)}UNE+2+5'`)
  expect(small(bytesOf(text))).toMatchObject({ unusable: [{ code: 'edifact.group.count' }] })
  expect(large([bytesOf(text)])).toEqual(small(bytesOf(text)))
})
