/** Checks 11, 12 and 19–24: what comes in, as bytes. */
import type { FolderPort, InboundDocument } from '#connectors/contract/connector.ts'
import type { InboundKind } from '#connectors/contract/exhibit.ts'
import { contains } from '../contains.ts'
import type { Desk } from '../desk.ts'
import {
  because,
  type Bench,
  bytesOf,
  callOf,
  type Check,
  deskOf,
  foldersOf,
  forEachKind,
  inboundOf,
  type InboundPort,
  must,
  readAt,
  readSaid,
  refusalsOf,
  type Said,
  saidOf,
  utf8,
  webhooksOf,
  withBytes,
  within,
} from '../check.ts'
import { pollAll } from '../draining.ts'
import { AWKWARD_SKUS, isWhole, linesOf, partsOf, type Wish } from '../values.ts'

/** What the port makes of the partner's words for this wish; breaks when anything of it is refused. A document may say more than that. */
function readWish(desk: Desk, port: InboundPort, kind: InboundKind, wish: Wish): InboundDocument[] | undefined {
  const said = saidOf(desk, port.shown, kind, wish)
  if (said === undefined) return undefined
  const reading = readSaid(desk, port, said)
  must(reading.refused.length === 0, () => refusalsOf(reading))
  return reading.documents.filter((document) => document.kind === kind)
}

/** A quantity that stands for nothing else, so that it can be found in the bytes and spoilt. */
const MARK = 7_654_321

/** The partner's document with the quantity of one line made impossible, in whatever format it is. */
function spoilt(desk: Desk, port: InboundPort, kind: InboundKind, wish: Wish, at: number): Said | undefined {
  const lines = wish.lines?.map((line, index) => (index === at ? { ...line, quantity: MARK } : line)) ?? []
  const said = saidOf(desk, port.shown, kind, { ...wish, lines })
  const text = Buffer.from(said?.bytes ?? []).toString('latin1')
  if (said === undefined || !text.includes(String(MARK))) return undefined
  return withBytes(said, Buffer.from(text.replaceAll(String(MARK), port.shown.impossible ?? '-1'), 'latin1'))
}

export const inboundChecks: Check[] = [
  {
    number: 11,
    name: 'empty source',
    says: 'A source with nothing in it gives nothing, and a document without a byte is told and never thrown.',
    run: async (bench) => {
      for (const port of inboundOf(bench))
        await within(port.port.name, async () => {
          const desk = deskOf(bench)
          if (port.port.transport === 'folder' || port.port.transport === 'pull')
            must((await pollAll(desk, port)).length === 0, 'documents come out of an empty source')
          const reading = readAt(desk, port, new Uint8Array())
          must(reading.documents.length === 0, 'an empty document says something')
          must(reading.refused.length > 0 || reading.ignored !== undefined, 'an empty document vanishes')
        })
    },
  },
  {
    number: 12,
    name: 'one and many',
    says: 'A document of one element is read as one of many is.',
    run: (bench) =>
      forEachKind(inboundOf(bench), (port, kind) => {
        for (const count of [1, 2, 7]) {
          const desk = deskOf(bench)
          const wish = { id: 'many', lines: linesOf(count) }
          const documents = readWish(desk, port, kind, wish)
          if (documents === undefined || isWhole(kind)) return
          must(documents.length === 1, `${count} lines make ${documents.length} documents`)
          const parts = partsOf(documents[0]?.value)
          must(parts === count, `${count} lines are read as ${parts}`)
        }
      }),
  },
  {
    number: 19,
    name: 'signatures',
    says: 'A webhook is taken with a true signature over its raw bytes alone: not changed, not stale, not without a secret.',
    run: async (bench) => {
      const ports = webhooksOf(bench).filter(({ port }) => port.transport === 'webhook')
      if (ports.length === 0) return because('it has no port that partners call with a signature')
      for (const { port, shown } of ports)
        await within(port.name, () => {
          const desk = deskOf(bench)
          const { verify: proof } = port
          must(proof !== undefined, 'it verifies nothing')
          type Proof = NonNullable<typeof port.verify>
          const verify = (...[call, secret]: Parameters<Proof>) => proof(call, secret, desk.config)
          const secret = (name: string) => desk.secrets[name]
          const call = callOf(desk, shown, bytesOf('{"a": 1}'))
          const good = verify(call, secret)
          must(good.ok, () => `a true signature is refused: ${good.ok ? '' : good.reason}`)
          const changed = verify({ ...call, body: bytesOf('{"a":1}') }, secret).ok
          must(!changed || shown.logsIn === true, 'a body with other bytes is taken')
          must(!verify({ ...call, headers: {} }, secret).ok, 'a call without a signature is taken')
          must(!verify(call, () => undefined).ok, 'a call is taken although the connection has no secret')
          must(!verify(call, () => '').ok, 'a call is taken although the secret is empty')
          const other = bench.exhibit.secrets('another')
          must(!verify(call, (name) => other[name]).ok, 'a signature of another secret is taken')
          if (shown.signsTime !== true) return
          desk.clock.advance(3_600_000)
          must(!verify({ ...call, receivedAt: desk.clock.now() }, secret).ok, 'an hour old call is taken')
        })
    },
  },
  {
    number: 20,
    name: 'poison',
    says: 'A part that cannot be read is refused alone, with its place and its cure, and its neighbours are read.',
    run: (bench) =>
      forEachKind(inboundOf(bench), (port, kind) => {
        const desk = deskOf(bench)
        const said = spoilt(desk, port, kind, { id: 'poison', lines: linesOf(3) }, 1)
        if (said === undefined) return
        const { documents, refused } = readSaid(desk, port, said)
        must(refused.length > 0, 'an impossible quantity is read')
        for (const issue of refused.flatMap(({ issues }) => issues))
          must(issue.place.path !== '' && issue.cure !== '', `${issue.code} names no place or no cure`)
        const left = documents.map(({ value }) => partsOf(value)).join()
        // Rows of stock are each of their own. Lines of an order or an answer may be taken to belong together.
        const mayAll = kind !== 'stock' && left === ''
        must(left === '2' || mayAll, `of two good parts beside a bad one ${left || 'none'} are read`)
      }),
  },
  {
    number: 21,
    name: 'half a document',
    says: 'A document that is cut off, or broken as a whole, leaves no half result.',
    run: (bench) =>
      forEachKind(
        inboundOf(bench).filter(({ shown }) => shown.format !== 'csv' && shown.format !== 'ndjson'),
        (port, kind) => {
          const desk = deskOf(bench)
          const said = saidOf(desk, port.shown, kind, { id: 'half', lines: linesOf(3) })
          if (said === undefined) return
          const end = Buffer.from(said.bytes).toString('latin1').trimEnd().length
          for (let length = 1; length < end - 1; length += Math.max(1, Math.floor(end / 40))) {
            const { documents } = readSaid(desk, port, withBytes(said, said.bytes.subarray(0, length)))
            must(documents.length === 0, `the first ${length} of ${end} bytes are taken for a whole document`)
          }
        },
      ),
  },
  {
    number: 22,
    name: 'files in the making',
    says: 'A file is taken when it is whole, once, and again under the same name when its content is new; one of no bytes stops nothing.',
    run: async (bench) => {
      const ports = foldersOf(bench)
      if (ports.length === 0) return because('it reads no folder')
      for (const port of ports) await within(port.port.name, () => filesInTheMaking(bench, port))
    },
  },
  {
    number: 23,
    name: 'spellings',
    says: 'Other line ends and byte-order marks mean the same or are refused, and text of another encoding is never guessed.',
    run: (bench) =>
      forEachKind(inboundOf(bench), (port, kind) => {
        const desk = deskOf(bench)
        const wish = { id: 'spelt', lines: linesOf(2) }
        const said = saidOf(desk, port.shown, kind, wish)
        if (said === undefined) return
        const plain = readWish(desk, port, kind, wish)?.map(({ value }) => value)
        const text = Buffer.from(said.bytes).toString('latin1')
        const spelt = (spelling: string) => readSaid(desk, port, withBytes(said, Buffer.from(spelling, 'latin1')))
        const spellings = {
          'a byte-order mark': `\u00ef\u00bb\u00bf${text}`,
          'CRLF line ends': text.replaceAll(/\r?\n/g, '\r\n'),
          'a blank line at the end': `${text}\r\n`,
        }
        for (const [name, spelling] of Object.entries(spellings)) {
          const { documents, refused } = spelt(spelling)
          const values = documents.filter((one) => one.kind === kind).map(({ value }) => value)
          must(refused.length > 0 || contains(values, plain), `with ${name} it says something else`)
        }
        const foreign = spelt(text.replace(/SKU-1|spelt|kit/, 'caf\u00e9'))
        const read = JSON.stringify(foreign.documents.map(({ value }) => value))
        must(!read.includes('\uFFFD'), 'bytes of another encoding become question marks')
      }),
  },
  {
    number: 24,
    name: 'codes stay text',
    says: 'Product codes with zeros in front, too many digits or exponents arrive as they were written.',
    run: (bench) =>
      forEachKind(
        inboundOf(bench).filter(({ shown }) => shown.says.order !== undefined || shown.says.stock !== undefined),
        (port, kind) => {
          if (kind !== 'order' && kind !== 'stock') return
          const lines = AWKWARD_SKUS.map((sku, index) => ({ sku, quantity: index + 1 }))
          const [document] = readWish(deskOf(bench), port, kind, { id: 'codes', lines }) ?? []
          if (document === undefined) return
          const value = document.value as { lines?: { sku: string }[]; rows?: { sku: string }[] }
          const codes = (value.lines ?? value.rows ?? []).map(({ sku }) => sku)
          for (const sku of AWKWARD_SKUS) must(codes.includes(sku), `${sku} became one of ${codes.join(', ')}`)
        },
      ),
  },
]

async function filesInTheMaking(bench: Bench, port: InboundPort<FolderPort<unknown>>): Promise<void> {
  const { file, says } = port.shown
  must(file !== undefined, 'the exhibit does not say where files lie')
  const kind = Object.keys(says)[0] as InboundKind
  const desk = deskOf(bench)
  const write = (id: string): Said => {
    const said = saidOf(desk, port.shown, kind, { id, at: id.length, lines: linesOf(id.length) })
    must(said !== undefined, `the exhibit says no ${kind}`)
    return said
  }
  const { name, bytes: whole, meta } = write('first')
  desk.sftp.put(file.folder, `${name}.tmp`, whole)
  desk.sftp.put(file.folder, name, whole.subarray(0, whole.length / 2))
  desk.sftp.put(file.folder, write('none').name, new Uint8Array())
  let taken = await pollAll(desk, port, 1)
  must(
    taken.every((one) => one.raw.length === 0),
    'a file is taken at first sight, while it is written',
  )
  desk.sftp.put(file.folder, name, whole)
  taken = await pollAll(desk, port, 4)
  const full = taken.filter((one) => one.raw.length > 0)
  must(full.length === 1, `a file that grew is taken ${full.length} times`)
  must(utf8(full[0]?.raw ?? new Uint8Array()) === utf8(whole), 'the file is taken before it is whole')
  // What a port calls the name of a file is its own affair.
  for (const [key, value] of Object.entries(meta).filter(([known]) => known !== 'file'))
    must(full[0]?.meta[key] === value, `the exhibit says that ${key} is ${value}; the port says otherwise`)
  const left = desk.sftp.files().filter((one) => one.folder === file.folder && one.name === name)
  must(left.length === 0, 'a file that was taken still lies in the folder')
  desk.sftp.put(file.folder, name, write('second!').bytes)
  const again = (await pollAll(desk, port, 4)).filter((one) => one.raw.length > 0)
  must(again.length === 1, `new content under the old name is taken ${again.length} times`)
  must(again[0]?.sourceKey !== full[0]?.sourceKey, 'new content under the old name has the old key: it would be lost')
}
