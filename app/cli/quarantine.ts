/** Documents that could not be applied: what is wrong, and the ways out of it. */
import { readFileSync, writeFileSync } from 'node:fs'
import { type Call, type Command, text, UsageError } from './command.ts'
import { type Desk, DESK_OPTIONS, withDesk } from './desk.ts'

type Cause = {
  cause: string
  items: number
  documents: number
  cure: string
  example: { envelopeId: string; place: string; rule: string; value: string | null }
}
type Item = {
  id: string
  part: string
  state: string
  place: string
  rule: string
  value: string | null
  cure: string
  resolution: string | null
}
type Edit = { at: number; was: string; becomes: string }
type Document = {
  id: string
  connectionId: string
  port: string
  state: string
  receivedAt: string
  quarantine: Item[]
  corrections: { version: number; reason: string; actor: string; madeAt: string; edits: Edit[] }[]
}
type Results = { documents: number; items: { id: string; result: string }[] }
type Corrected = {
  version: number | null
  edits: Edit[]
  reads: {
    documents: { kind: string; part: string }[]
    refused: { part: string; place: string; rule: string; cure: string }[]
  }
}

const ACTIONS = { list, show, raw, fix, replay, discard, reject }

export const quarantine: Command = {
  name: 'quarantine',
  summary: 'Documents that could not be applied: list them by cause, look, correct, replay, discard, reject.',
  usage:
    'quarantine [list | show <document> | raw <document> [--out <file>] | fix <document> (--replace <old> --with <new> | --file <corrected>) --reason <text> [--dry-run] | replay [<item>…] [--cause …] | discard [<item>…] [--cause …] --reason <text> | reject [<item>…] [--cause …] --reason <text>]',
  options: {
    ...DESK_OPTIONS,
    cause: { type: 'string' },
    connection: { type: 'string' },
    port: { type: 'string' },
    code: { type: 'string' },
    before: { type: 'string' },
    reason: { type: 'string' },
    replace: { type: 'string' },
    with: { type: 'string' },
    file: { type: 'string' },
    out: { type: 'string' },
    'dry-run': { type: 'boolean' },
  },
  examples: [
    'crossdock quarantine',
    'crossdock quarantine show env_0665CQ0M000000ABCDEFGH',
    `crossdock quarantine fix env_0665CQ0M000000ABCDEFGH --replace '"quantity": -1' --with '"quantity": 1' --reason "Acme says one" --dry-run`,
    'crossdock quarantine replay --cause order.sku-unknown:00123',
    'crossdock quarantine discard --connection shopify-main --before 2026-11-01T00:00:00Z --reason "test orders of the opening"',
    'crossdock quarantine reject qua_0665CQ0M000000ABCDEFGH --reason "this order was never placed with you"',
  ],
  run: async (call) => {
    const [action = 'list', ...names] = call.positionals
    const known = Object.entries(ACTIONS).find(([name]) => name === action)
    if (known === undefined) throw new UsageError(`say what to do: ${Object.keys(ACTIONS).join(', ')}`)
    return withDesk(call, (desk) => known[1](call, desk, names))
  },
}

async function list({ print, values }: Call, desk: Desk): Promise<number> {
  const { causes } = (await desk.ask('/v1/quarantine')) as { causes: Cause[] }
  if (values['json'] === true) print(JSON.stringify(causes))
  else if (causes.length === 0) print('Nothing is in quarantine.')
  for (const { cause, items, documents, cure, example } of values['json'] === true ? [] : causes) {
    const value = example.value === null ? '' : ` "${example.value}"`
    print(`${cause}  ${items} items in ${documents} documents`)
    print(`    e.g. ${example.envelopeId} at ${example.place || 'the whole'}${value}: ${example.rule}`)
    print(`    ${cure}`)
  }
  return 0
}

async function show({ print, values }: Call, desk: Desk, [id]: string[]): Promise<number> {
  const document = (await desk.ask(`/v1/documents/${named(id)}`)) as Document
  if (values['json'] === true) {
    print(JSON.stringify(document))
    return 0
  }
  print(`${document.id}  ${document.state}  ${document.connectionId}/${document.port}  ${document.receivedAt}`)
  for (const item of document.quarantine) {
    const value = item.value === null ? '' : ` "${item.value}"`
    print(`  ${item.id}  ${item.state}  ${item.part} ${item.place}${value}: ${item.rule}`.replaceAll(/ {3,}/g, '  '))
    print(`      ${item.resolution ?? item.cure}`)
  }
  for (const each of document.corrections) {
    print(`  correction ${each.version} by ${each.actor}, ${each.madeAt}: ${each.reason}`)
    for (const edit of each.edits) print(`      ${describeEdit(edit)}`)
  }
  return 0
}

async function raw({ print, values }: Call, desk: Desk, [id]: string[]): Promise<number> {
  const bytes = await desk.bytes(`/v1/documents/${named(id)}/raw`)
  const file = text(values['out'])
  if (file === undefined) print(Buffer.from(bytes).toString('utf8'))
  else {
    writeFileSync(file, bytes)
    print(
      `${bytes.length} bytes are in ${file}. Correct it, then: crossdock quarantine fix ${named(id)} --file ${file} --reason …`,
    )
  }
  return 0
}

async function fix({ print, values }: Call, desk: Desk, [id]: string[]): Promise<number> {
  const reason = neededReason(values)
  const bytes = await correctedBytes(values, () => desk.bytes(`/v1/documents/${named(id)}/raw`))
  const dryRun = values['dry-run'] === true
  const query = new URLSearchParams({ reason, dryRun: String(dryRun) })
  const made = (await desk.ask(`/v1/documents/${named(id)}/correction?${query.toString()}`, {
    method: 'PUT',
    bytes,
  })) as Corrected
  if (values['json'] === true) print(JSON.stringify(made))
  else {
    for (const edit of made.edits) print(describeEdit(edit))
    if (made.edits.length === 0) print('Nothing is changed by this.')
    for (const each of made.reads.documents) print(`reads: ${each.kind} ${each.part}`.trimEnd())
    for (const each of made.reads.refused)
      print(`still refused: ${each.part} ${each.place}: ${each.rule}. ${each.cure}`)
    print(
      dryRun
        ? 'Nothing was written (--dry-run).'
        : 'The document is read again with this; the raw bytes stay as they came.',
    )
  }
  return made.reads.refused.length === 0 ? 0 : 1
}

async function correctedBytes(values: Call['values'], fetchRaw: () => Promise<Uint8Array>): Promise<Uint8Array> {
  const file = text(values['file'])
  const old = text(values['replace'])
  if ((file === undefined) === (old === undefined)) throw new UsageError('give either --file, or --replace and --with')
  if (file !== undefined) return readFileSync(file)
  // One character for one byte, so that bytes that are no UTF-8 stay as they are.
  const asLatin1 = (value: string): string => Buffer.from(value, 'utf8').toString('latin1')
  const document = Buffer.from(await fetchRaw()).toString('latin1')
  const pieces = document.split(asLatin1(old ?? ''))
  if (old === '' || pieces.length !== 2)
    throw new UsageError(
      `"${old ?? ''}" stands ${pieces.length - 1} times in the document; name a text that stands there once`,
    )
  return Buffer.from(pieces.join(asLatin1(text(values['with']) ?? '')), 'latin1')
}

async function replay(call: Call, desk: Desk, ids: string[]): Promise<number> {
  const body = filterOf(call.values, ids)
  return tell(
    call,
    (await desk.ask('/v1/quarantine/replay', { method: 'POST', body })) as Results,
    'are read again by the running hub',
  )
}

async function discard(call: Call, desk: Desk, ids: string[]): Promise<number> {
  const body = { ...filterOf(call.values, ids), reason: neededReason(call.values) }
  return tell(
    call,
    (await desk.ask('/v1/quarantine/discard', { method: 'POST', body })) as Results,
    'are kept and not applied',
  )
}

/** As a discard, and the partner is told where its language has a word for it. */
async function reject({ print, values }: Call, desk: Desk, ids: string[]): Promise<number> {
  const body = { ...filterOf(values, ids), reason: neededReason(values) }
  const { items } = (await desk.ask('/v1/quarantine/reject', { method: 'POST', body })) as {
    items: (Results['items'][number] & { told: boolean })[]
  }
  if (values['json'] === true) print(JSON.stringify({ items }))
  else {
    for (const { id, result, told } of items)
      print(
        result !== 'done'
          ? `${id}: ${result === 'unknown' ? 'there is no such item' : 'it is not open any more'}`
          : `${id}: rejected; ${told ? 'the partner is told' : 'its connection has no word for that: tell the partner'}`,
      )
    if (items.length === 0) print('Nothing of that is open in quarantine. List what is with: crossdock quarantine')
  }
  return items.length > 0 && items.every((item) => item.result === 'done') ? 0 : 1
}

function tell({ print, values }: Call, results: Results, done: string): number {
  if (values['json'] === true) print(JSON.stringify(results))
  else {
    for (const { id, result } of results.items)
      if (result !== 'done')
        print(`${id}: ${result === 'unknown' ? 'there is no such item' : 'it is not open any more'}`)
    if (results.documents > 0) print(`${results.documents} documents ${done}.`)
    else print('Nothing of that is open in quarantine. List what is with: crossdock quarantine')
  }
  return results.documents > 0 && results.items.every((item) => item.result === 'done') ? 0 : 1
}

function filterOf(values: Call['values'], ids: string[]): Record<string, unknown> {
  const filter = {
    ids: ids.length === 0 ? undefined : ids,
    cause: text(values['cause']),
    connectionId: text(values['connection']),
    port: text(values['port']),
    code: text(values['code']),
    openedBefore: text(values['before']),
  }
  if (Object.values(filter).every((each) => each === undefined))
    throw new UsageError('say which: item ids, --cause, --connection, --port, --code or --before')
  return filter
}

function neededReason(values: Call['values']): string {
  const reason = text(values['reason'])
  if (reason === undefined) throw new UsageError('say why: --reason "…"; it is kept with what you do')
  return reason
}

function named(id: string | undefined): string {
  if (id === undefined) throw new UsageError('name the document: env_…; crossdock quarantine lists one of each cause')
  return encodeURIComponent(id)
}

const describeEdit = ({ at, was, becomes }: Edit): string =>
  `byte ${at}: ${JSON.stringify(was)} → ${JSON.stringify(becomes)}`
