/** Checks 43–48 and 50: meaning. */
import { createHash } from 'node:crypto'
import { seededRandom } from '#core/random.ts'
import type { InboundDocument, Reading } from '#connectors/contract/connector.ts'
import type { InboundKind } from '#connectors/contract/exhibit.ts'
import { coverage } from '#mappings/engine/index.ts'
import { rowCounts } from '#store/connection-books.ts'
import { contains, differs } from '../contains.ts'
import type { Desk } from '../desk.ts'
import {
  because,
  type Bench,
  type Check,
  deskOf,
  forEachKind,
  type InboundPort,
  inboundOf,
  type KitMap,
  must,
  outboundOf,
  readSaid,
  readSample,
  refusalsOf,
  saidOf,
  withBytes,
  within,
} from '../check.ts'
import { documentFor } from '../sending.ts'
import { anyWish, linesOf, UNKNOWN_SKU, valueOf } from '../values.ts'

const GENERATED = 25

const mapNamed = (bench: Bench, name: string | undefined): KitMap | undefined => {
  if (name === undefined) return undefined
  const found = bench.maps.find((map) => map.name === name)
  must(found !== undefined, `there is no map "${name}"`)
  return found
}

const mapContext = (desk: Desk) =>
  ({ receivedAt: desk.clock.now(), channelId: desk.channelId, crosswalk: desk.crosswalk }) as never

export const mappingChecks: Check[] = [
  {
    number: 43,
    name: 'round trips',
    says: 'What the partner says of any document is read as that, and what was read is written and read again without change.',
    run: async (bench) => {
      await forEachKind(inboundOf(bench), (port, kind) => saidAndRead(bench, port, kind))
      for (const each of outboundOf(bench)) await within(each.port.name, () => writtenAndRead(bench, each))
    },
  },
  {
    number: 44,
    name: 'sources told',
    says: 'Every value of a canonical document says where in the partner’s document it came from.',
    run: (bench) =>
      forEachKind(inboundOf(bench), (port, kind) => {
        const desk = deskOf(bench)
        const said = saidOf(desk, port.shown, kind, { id: 'traced', lines: linesOf(2) })
        if (said === undefined) return
        for (const document of readSaid(desk, port, said).documents) traced(document, port.shown.given ?? [])
      }),
  },
  {
    number: 45,
    name: 'unread fields',
    says: 'Fields of the partner’s samples that no rule reads are accepted by name, and no name is left over.',
    run: async (bench) => {
      const ports = inboundOf(bench).filter(({ shown }) => shown.map !== undefined)
      if (ports.length === 0) return because('none of its ports names a map of the catalogue')
      for (const { port, shown } of ports) await within(port.name, () => unreadFields(bench, shown))
    },
  },
  {
    number: 46,
    name: 'unknown codes',
    says: 'A product code without a row is told as `crosswalk` with the code as its subject, and never passed through.',
    run: async (bench) => {
      const ports = inboundOf(bench).filter(
        ({ shown }) => shown.says.order !== undefined || shown.says.stock !== undefined,
      )
      if (ports.length === 0) return because('no port of it reads product codes')
      await forEachKind(ports, (port, kind) => {
        if (kind !== 'order' && kind !== 'stock') return
        const desk = deskOf(bench)
        const said = saidOf(desk, port.shown, kind, { id: 'gap', lines: [{ sku: UNKNOWN_SKU, quantity: 2 }] })
        if (said === undefined) return
        const { documents, refused } = readSaid(desk, port, said)
        must(
          !JSON.stringify(documents.map(({ value }) => value)).includes(UNKNOWN_SKU),
          'an unknown code is passed through',
        )
        const gaps = refused.flatMap(({ issues }) => issues).filter((issue) => issue.class === 'crosswalk')
        must(gaps.length > 0, () => `an unknown code is told as: ${refusalsOf({ refused }) || 'nothing'}`)
        must(
          gaps.some(({ subject }) => subject?.includes(UNKNOWN_SKU) === true),
          'the gap does not name the code',
        )
      })
    },
  },
  {
    number: 47,
    name: 'exact numbers and times',
    says: 'Money and quantities are whole numbers of their smallest unit, never rounded; times are instants in UTC.',
    run: (bench) =>
      forEachKind(inboundOf(bench), (port, kind) => {
        for (const priceMinor of [435, 1999, 115]) {
          const desk = deskOf(bench)
          const value = valueOf(kind, { id: 'exact', lines: linesOf(2) }, desk) as {
            lines?: { unitPriceMinor?: number }[]
          }
          if (kind === 'order') for (const line of value.lines ?? []) line.unitPriceMinor = priceMinor
          const said = saidOf(desk, port.shown, kind, { id: 'exact' }, value)
          if (said === undefined) return
          for (const document of readSaid(desk, port, said).documents) {
            if (kind === 'order') {
              const lines = (document.value as { lines: { unitPriceMinor: number }[] }).lines
              const wrong = lines.find((line) => line.unitPriceMinor !== priceMinor)
              must(wrong === undefined, `a price of ${priceMinor} cents is read as ${wrong?.unitPriceMinor}`)
            }
            exact(document.value, '')
          }
        }
        const broken = fraction(deskOf(bench), port, kind)
        must(!broken, 'a quantity of one and a half is read as a whole one')
      }),
  },
  {
    number: 48,
    name: 'no silent change',
    says: 'The samples give what they gave in the released version; what gives something else is a new major version.',
    run: (bench) => {
      const { recorded, connector } = bench
      must(
        recorded !== undefined,
        `no outputs are recorded; do it with crossdock connector test ${connector.id} --record`,
      )
      const now = outputsOf(bench)
      const changed = Object.keys(now).filter((sample) => (recorded.outputs[sample] ?? now[sample]) !== now[sample])
      const isMajor = major(connector.version) > major(recorded.version)
      must(
        changed.length === 0 || isMajor,
        () =>
          `since ${recorded.version} other documents come of ${changed.join(', ')}; raise the major version, then record`,
      )
    },
  },
  {
    number: 50,
    name: 'reading touches nothing',
    says: 'A preview reads a document and leaves no trace: no call, no row, no change to the document or the settings.',
    run: async (bench) => {
      const before = await rowCounts(bench.runtime.db)
      await forEachKind(inboundOf(bench), (port, kind) => {
        const desk = deskOf(bench)
        const said = saidOf(desk, port.shown, kind, { id: 'seen', lines: linesOf(2) })
        if (said === undefined) return
        const copy = Uint8Array.from(said.bytes)
        const config = JSON.stringify(desk.config)
        const first = plain(readSaid(desk, port, said))
        const second = plain(readSaid(desk, port, said))
        must(first === second, 'the same document read twice says two things')
        must(Buffer.from(said.bytes).equals(copy), 'reading changes the bytes of the document')
        must(JSON.stringify(desk.config) === config, 'reading changes the settings')
        must(desk.http.calls.length === 0, 'reading calls the partner')
      })
      must((await rowCounts(bench.runtime.db)) === before, 'reading writes rows')
    },
  },
]

const plain = (reading: Reading): string =>
  JSON.stringify({ ...reading, documents: reading.documents.map(({ trace: _, ...document }) => document) })

const major = (version: string): number => Number(version.split('.')[0])

/** A hash of what comes of each sample: documents and refusals, without where values came from. */
export function outputsOf(bench: Pick<Bench, 'connector' | 'exhibit' | 'file'>): Record<string, string> {
  const outputs: Record<string, string> = {}
  for (const each of inboundOf(bench))
    for (const path of each.shown.samples) {
      const raw = bench.file(path)
      if (raw === undefined) continue
      const { documents, refused, ignored } = readSample(deskOf(bench as Bench), each, path, raw)
      const text = plain({ documents, refused, receipts: [], ...(ignored === undefined ? {} : { ignored }) })
      outputs[`${each.port.name} ${path}`] = createHash('sha256').update(text).digest('hex').slice(0, 16)
    }
  return outputs
}

function saidAndRead(bench: Bench, port: InboundPort, kind: InboundKind): void {
  const random = seededRandom(43)
  const map = mapNamed(bench, port.shown.map)
  for (let round = 0; round < GENERATED; round++) {
    const desk = deskOf(bench)
    const wish = { ...anyWish(random, `g${round}`), rejected: 0 }
    const said = saidOf(desk, port.shown, kind, wish)
    if (said === undefined) return
    const reading = readSaid(desk, port, said)
    must(reading.refused.length === 0, () => `document ${round}: ${refusalsOf(reading)}`)
    const document = reading.documents.find((one) => one.kind === kind)
    const expected = asItCame(document?.value, valueOf(kind, wish, desk), port.shown.given ?? [], desk)
    const difference = differs(document?.value, expected)
    must(difference === undefined, () => `document ${round}: ${difference}`)
    if (map?.kind === kind) settles(map, document?.value, desk)
  }
}

/** A time that the partner has no word for is that of the arrival. */
function asItCame(read: unknown, said: object, given: readonly string[], desk: Desk): object {
  const arrival = desk.readContext().receivedAt
  const fields = given.map((pointer) => pointer.slice(1))
  const late = fields.filter((field) => (read as Record<string, unknown> | undefined)?.[field] === arrival)
  return { ...said, ...Object.fromEntries(late.map((field) => [field, arrival])) }
}

/** What is written once is read to the same value, and written the same again. */
function settles(map: KitMap, value: unknown, desk: Desk): void {
  if (map.write === undefined || map.read === undefined) return
  const written = map.write(value, mapContext(desk))
  must(written.ok, `${map.name}: what was read cannot be written`)
  const again = map.read(written.value, mapContext(desk)).documents[0]?.value
  must(contains(again, value), () => `${map.name}: written and read again, ${differs(again, value)}`)
  const twice = map.write(again, mapContext(desk))
  must(twice.ok && Buffer.from(twice.value).equals(written.value), `${map.name}: written again it is written otherwise`)
}

function writtenAndRead(bench: Bench, each: ReturnType<typeof outboundOf>[number]): void {
  const map = mapNamed(bench, each.shown.map)
  if (map?.read === undefined || map.write === undefined) return
  const desk = deskOf(bench)
  const untold = new Set(each.shown.untold?.map((pointer) => pointer.slice(1)))
  const told = Object.entries(documentFor(desk, each, 'w1') as object).filter(([field]) => !untold.has(field))
  settles(map, Object.fromEntries(told), desk)
}

function traced(document: InboundDocument, given: readonly string[]): void {
  const trace = document.trace?.()
  must(trace !== undefined, 'the document does not say where its values came from')
  const known = [...trace.origins.map(({ target }) => target), ...given]
  for (const leaf of leavesOf(document.value, '')) {
    const covered = known.some((pointer) => leaf === pointer || leaf.startsWith(`${pointer}/`))
    must(covered, `${leaf} has no source`)
  }
}

function leavesOf(value: unknown, at: string): string[] {
  if (value === undefined) return []
  if (typeof value !== 'object' || value === null) return [at]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, `${at}/${key}`))
}

function unreadFields(bench: Bench, shown: InboundPort['shown']): void {
  const map = mapNamed(bench, shown.map)
  const { samples, unread: accepted = [] } = shown
  if (map?.treesOf === undefined) return
  const found = new Set<string>()
  for (const path of samples)
    for (const tree of map.treesOf(bench.file(path) ?? new Uint8Array()))
      for (const field of coverage(map.map, tree, map.schema).unread) found.add(field)
  const unlisted = [...found].filter((field) => !accepted.includes(field))
  must(unlisted.length === 0, `no rule reads ${unlisted.join(', ')}; read them, or list them in unread`)
  const left = accepted.filter((field) => !found.has(field))
  must(left.length === 0, `unread lists ${left.join(', ')}, which no sample has or a rule reads`)
}

/** Fields that are measured and not counted. */
const MEASURED = /\/(latitude|longitude)$/
const LOOKS_LIKE_TIME = /^\d{4}-\d{2}-\d{2}T/

function exact(value: unknown, at: string): void {
  if (typeof value === 'number')
    must(MEASURED.test(at) || Number.isSafeInteger(value), `${at} is ${value}, no whole number`)
  else if (typeof value === 'string')
    must(!LOOKS_LIKE_TIME.test(value) || value.endsWith('Z'), `${at} is "${value}", no instant in UTC`)
  else if (typeof value === 'object' && value !== null)
    for (const [key, inner] of Object.entries(value)) exact(inner, `${at}/${key}`)
}

/** True when "1.5" units are read as if they were whole. */
function fraction(desk: Desk, port: InboundPort, kind: InboundKind): boolean {
  const mark = 7_654_321
  const said = saidOf(desk, port.shown, kind, { id: 'fraction', lines: [{ sku: 'SKU-1', quantity: mark }] })
  const text = Buffer.from(said?.bytes ?? []).toString('latin1')
  if (said === undefined || !text.includes(String(mark))) return false
  const spoilt = withBytes(said, Buffer.from(text.replaceAll(String(mark), '1.5'), 'latin1'))
  const { documents } = readSaid(desk, port, spoilt)
  return documents.some(({ value }) => partsOfDocument(value) > 0)
}

const partsOfDocument = (value: unknown): number =>
  kindsWithParts.reduce((sum, key) => sum + ((value as Record<string, unknown[] | undefined>)[key]?.length ?? 0), 0)
const kindsWithParts = ['lines', 'rows', 'packages']
