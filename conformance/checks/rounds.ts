/** Checks 17, 18, 25, 34, 35 and 49: whole rounds over the runtime's own loops. */
import type { FolderPort, WebhookPort } from '#connectors/contract/connector.ts'
import type { InboundKind } from '#connectors/contract/exhibit.ts'
import { connectionBooks, envelopesOf, instructionsOf } from '#store/connection-books.ts'
import { differs, renamed } from '../contains.ts'
import {
  because,
  type Bench,
  callOf,
  type Check,
  deskOf,
  foldersOf,
  type InboundPort,
  inboundOf,
  kindsOf,
  metaOf,
  must,
  type NotApplicable,
  outboundOf,
  type OutboundPort,
  saidOf,
  refusalsOf,
  readSaid,
  webhooksOf,
  within,
} from '../check.ts'
import type { Desk } from '../desk.ts'
import { seedRequest } from '../seeding.ts'
import { documentFor } from '../sending.ts'
import { notSent } from '../paper-http.ts'
import { partsOf, valueOf, type Wish } from '../values.ts'
import { killEverywhere } from './kills.ts'
import { Fault } from '#core/fault.ts'

export const roundChecks: Check[] = [
  {
    number: 17,
    name: 'the same document twice',
    says: 'The same delivery has the same key whenever it comes, so that a repeat is one canonical event.',
    run: async (bench) => {
      if (inboundOf(bench).length === 0) return because('it reads nothing')
      for (const each of webhooksOf(bench)) await within(each.port.name, () => repeatedCall(bench, each))
      for (const each of foldersOf(bench)) await within(each.port.name, () => repeatedFile(bench, each))
    },
  },
  {
    number: 18,
    name: 'any order of arrival',
    says: 'Documents about one order that arrive in any order end alike.',
    overRuntime: true,
    run: async (bench) => {
      const ports = inboundOf(bench).filter(({ shown }) => shown.says.order !== undefined)
      if (ports.length === 0) return because('it reads no orders, and an answer states whole lines')
      for (const each of ports) await within(each.port.name, () => anyOrder(bench, each))
    },
  },
  {
    number: 25,
    name: 'killed at every await',
    says: 'A process that dies before or after any wait for the database or the partner loses nothing and does nothing twice.',
    overRuntime: true,
    run: (bench) => killEverywhere(bench),
  },
  {
    number: 34,
    name: 'partial acceptance',
    says: 'An answer that takes some units and refuses others is read as that, line by line; a cancel of some units is told as that, or refused.',
    run: async (bench) => {
      const ports = inboundOf(bench).filter(({ shown }) => shown.says.fulfillmentResponse !== undefined)
      const cancels = outboundOf(bench).filter(({ port }) => port.kind === 'fulfillmentCancel')
      if (ports.length + cancels.length === 0) return because('its partner answers no requests')
      for (const each of ports) await within(each.port.name, () => partial(bench, each))
      for (const each of cancels) await within(each.port.name, () => cancelledInPart(bench, each))
    },
  },
  {
    number: 35,
    name: 'a cancel races a shipment',
    says: 'A shipment and the answer to a cancel end alike in either order, and no unit is counted twice.',
    overRuntime: true,
    run: async (bench) => {
      const [each] = inboundOf(bench).filter(
        ({ shown }) => shown.says.shipment !== undefined && shown.says.cancelResponse !== undefined,
      )
      if (each === undefined) return because('no port of it tells both of shipments and of cancels')
      if (outboundOf(bench).every(({ port }) => port.kind !== 'fulfillmentCancel'))
        return because('it asks for no cancels')
      await within(each.port.name, () => race(bench, each))
    },
  },
  {
    number: 49,
    name: 'two tenants',
    says: 'Two connections side by side: a dead partner delays nobody else’s, and neither sees a credential or a document of the other.',
    overRuntime: true,
    run: (bench) => sideBySide(bench),
  },
]

async function repeatedCall(bench: Bench, { port, shown }: InboundPort<WebhookPort<unknown>>): Promise<void> {
  const desk = deskOf(bench)
  const kind = kindsOf(shown)[0]
  const said = kind === undefined ? undefined : saidOf(desk, shown, kind, { id: 'twice' })
  if (said === undefined) return
  const call = callOf(desk, shown, said.bytes)
  desk.clock.advance(30_000)
  const later = { ...call, receivedAt: desk.clock.now() }
  must(port.sourceKey(call) === port.sourceKey(later), 'a delivery that is tried again has another key')
  const other = saidOf(desk, shown, kind as InboundKind, { id: 'other', at: 5, lines: [{ sku: 'SKU-2', quantity: 3 }] })
  if (other === undefined) return
  must(port.sourceKey(callOf(desk, shown, other.bytes)) !== port.sourceKey(call), 'another document has the same key')
}

/** Seen again before it was moved, as after a crash: it must be known. */
async function repeatedFile(bench: Bench, { port, shown }: InboundPort<FolderPort<unknown>>): Promise<void> {
  const desk = deskOf(bench)
  const kind = kindsOf(shown)[0]
  const said = kind === undefined ? undefined : saidOf(desk, shown, kind, { id: 'twice' })
  if (said === undefined || shown.file === undefined) return
  desk.sftp.put(shown.file.folder, said.name, said.bytes)
  const keys = new Set<string>()
  for (let look = 0; look < 5; look++) {
    for await (const fetched of port.fetch(desk.context(), () => Promise.resolve(false))) keys.add(fetched.sourceKey)
    desk.clock.advance(shown.file.settledMs + 1_000)
  }
  must(keys.size === 1, `a file that is seen again before it was moved has ${keys.size} keys`)
}

/** Orders as they stand, without what differs between two tenants. */
async function booksOf(bench: Bench, desk: Desk): Promise<unknown> {
  return renamed(await connectionBooks(bench.runtime.db, desk), desk.connectionId, 'kit')
}

/** Stores the partner's documents one by one, in this order, and lets the hub work. */
async function arrive(bench: Bench, desk: Desk, { port, shown }: InboundPort, documents: [InboundKind, Wish][]) {
  const process = bench.runtime.process([desk])
  for (const [index, [kind, wish]] of documents.entries()) {
    const said = saidOf(desk, shown, kind, wish)
    must(said !== undefined, `the exhibit says no ${kind}`)
    const meta = metaOf(desk, { port, shown }, said.bytes, said.meta)
    await process.store(desk, port.name, `${wish.id}-${index}-${kind}`, said.bytes, meta)
    await process.work(1_000)
  }
  const stuck = (await envelopesOf(bench.runtime.db, desk.connectionId)).filter((one) => one.state === 'received')
  must(stuck.length === 0, `${stuck.length} documents are never read`)
}

async function anyOrder(bench: Bench, each: InboundPort): Promise<void> {
  const quantities = each.shown.sold === true ? [5, 5, 5] : [5, 3, 2]
  const revisions = quantities.map((quantity, index): [InboundKind, Wish] => [
    'order',
    { id: 'o1', at: 10 * (index + 1), lines: [{ sku: 'SKU-1', quantity }] },
  ])
  const orders =
    bench.depth === 'quick'
      ? [
          [0, 2],
          [2, 0],
        ]
      : [
          [0, 1, 2],
          [2, 1, 0],
          [1, 2, 0],
          [1, 0, 2],
        ]
  const { runtime, connector, exhibit } = bench
  let expected: unknown
  for (const order of orders) {
    const desk = await runtime.tenant(connector, exhibit)
    try {
      await arrive(
        bench,
        desk,
        each,
        order.flatMap((index) => (revisions[index] === undefined ? [] : [revisions[index]])),
      )
      const books = whatStands(await booksOf(bench, desk))
      expected ??= books
      const difference = differs(books, expected)
      must(difference === undefined, () => `in the order ${order.join(', ')}: ${difference}`)
    } finally {
      await runtime.forget([desk])
    }
  }
}

/** What a customer gets in the end: units that were never wanted leave no trace there. */
function whatStands(books: unknown): unknown {
  const { orders } = books as { orders: { ordered: number; units_cancelled: number; revised_at: string }[] }
  return orders.map(({ ordered, units_cancelled: cancelled, revised_at: at }) => ({ left: ordered - cancelled, at }))
}

async function partial(bench: Bench, each: InboundPort): Promise<void> {
  const desk = deskOf(bench)
  const wish: Wish = { id: 'p1', lines: [{ sku: 'SKU-1', quantity: 3 }], rejected: 1 }
  const said = saidOf(desk, each.shown, 'fulfillmentResponse', wish)
  if (said === undefined) return
  const reading = readSaid(desk, each, said)
  must(reading.refused.length === 0, () => refusalsOf(reading))
  const difference = differs(
    reading.documents.map(({ value }) => (value as { lines: unknown }).lines),
    [valueOf('fulfillmentResponse', wish, desk).lines],
  )
  must(difference === undefined, difference ?? '')
  must(partsOf(reading.documents[0]?.value) === 1, 'it has another number of lines')
}

/** Numbers that stand for nothing else, so that they can be found in what was written. */
const [TAKEN_OUT, REMAINING] = [7_654_321, 1_234_567]

async function cancelledInPart(bench: Bench, each: OutboundPort): Promise<void> {
  const desk = deskOf(bench)
  const document = {
    ...(documentFor(desk, each, 'c1') as object),
    sequence: 1,
    lines: [{ lineNo: 1, sku: 'SKU-1', quantity: TAKEN_OUT, remaining: REMAINING }],
  }
  const written = await each.port.prepare(desk.context(), [
    { instructionId: 'c1', key: 'key-c1', document: document as never },
  ])
  const text = written.ok ? Buffer.from(written.value.bytes).toString('latin1') : String(REMAINING)
  must(
    text.includes(String(TAKEN_OUT)) || text.includes(String(REMAINING)),
    'a cancel of some units is told as one of all of them',
  )
}

async function race(bench: Bench, each: InboundPort): Promise<void> {
  const { runtime, connector, exhibit } = bench
  let expected: unknown
  for (const kinds of [
    ['shipment', 'cancelResponse'],
    ['cancelResponse', 'shipment'],
  ] as const) {
    const desk = await runtime.tenant(connector, exhibit)
    try {
      const { requestId, quantity } = await seedRequest(runtime.process([desk]), desk, { cancel: true })
      const wish: Wish = { id: 's1', at: 60, requestId, lines: [{ sku: 'SKU-1', quantity }] }
      await arrive(
        bench,
        desk,
        each,
        kinds.map((kind): [InboundKind, Wish] => [kind, wish]),
      )
      const { requests, shipments } = (await booksOf(bench, desk)) as {
        requests: { shipped: number }[]
        shipments: unknown[]
      }
      const shipped = requests.map((one) => one.shipped)
      must(
        shipped.join() === String(quantity),
        `${kinds.join(', then ')}: ${shipped.join() || 'nothing'} of ${quantity} units is shipped`,
      )
      expected ??= { requests, shipments }
      const difference = differs({ requests, shipments }, expected)
      must(difference === undefined, () => `${kinds.join(', then ')}: ${difference}`)
    } finally {
      await runtime.forget([desk])
    }
  }
}

async function sideBySide(bench: Bench): Promise<void | NotApplicable> {
  const { runtime, connector, exhibit } = bench
  const ports = outboundOf(bench).filter(({ port }) => port.kind !== 'acknowledgement')
  const [each] = ports
  if (each === undefined) return because('it sends nothing, and what comes in is kept apart by its connection')
  const dead = await runtime.tenant(connector, exhibit, 'tenant-one')
  const alive = await runtime.tenant(connector, exhibit, 'tenant-two')
  try {
    const process = runtime.process([dead, alive])
    // The one that will be dead comes first, so that whatever is kept over connections is its.
    await connector.check(await process.world.contextOf(dead.connectionId, dead.stop.signal))
    dead.http.always = notSent
    dead.sftp.always = new Fault('transient', { code: 'sftp.lost', message: 'nobody answers' })
    for (const desk of [dead, alive])
      for (const id of ['t1', 't2']) {
        const key = `${desk.connectionId}-${id}`
        await process.tell(desk, each.port.name, each.port.kind, key, documentFor(desk, each, key))
      }
    await process.work(1_000)
    const waiting = await instructionsOf(runtime.db, dead.connectionId)
    must(
      waiting.every((one) => one.state !== 'sent'),
      'something is sent to a dead partner',
    )
    const told = await instructionsOf(runtime.db, alive.connectionId)
    must(
      told.every((one) => one.state === 'sent'),
      () => `beside a dead one: ${told.map((one) => `${one.state} (${one.detail})`).join(', ')}`,
    )
    must(
      told.every((one) => one.attempts === 1),
      'beside a dead partner it takes more than one attempt',
    )
    for (const [desk, other] of [
      [dead, alive],
      [alive, dead],
    ] as const) {
      const said = JSON.stringify([
        desk.http.calls,
        desk.sftp.files().map((file) => Buffer.from(file.bytes).toString('latin1')),
      ])
      for (const [name, value] of Object.entries(other.secrets))
        must(!said.includes(value), `${name} of the other connection reaches this one’s partner`)
      must(!said.includes(`${other.connectionId}-t`), 'a document of the other connection reaches this one’s partner')
    }
  } finally {
    await runtime.forget([dead, alive])
  }
}
