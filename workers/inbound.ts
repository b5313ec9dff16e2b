/**
 * The inbound loop: stored raw documents → connector reads → canonical documents → one commit. A bad document, or a bad part of
 * one, waits in quarantine with its place and cure; its neighbours go on.
 */
import { faultMessage } from '#core/fault.ts'
import type { Issue } from '#core/issue.ts'
import { aboutOrder, type EnvelopeState } from '#core/model/document.ts'
import type { Instant } from '#core/model/time.ts'
import type { Trace } from '#core/model/trace.ts'
import type { InboundDocument, Reading } from '#connectors/contract/connector.ts'
import { isDatabaseAway } from '#store/database.ts'
import {
  countStarts,
  type EnvelopeVerdict,
  loadEnvelopes,
  lockEnvelopes,
  settleEnvelopes,
  type StoredEnvelope,
} from '#store/envelopes.ts'
import { feedsToReplay, restartFeed } from '#store/feeds.ts'
import { insertInstructions } from '#store/instructions.ts'
import {
  type AppliedRevision,
  type NewQuarantineItem,
  quarantine,
  resolveOlderQuarantine,
  resolveQuarantineOf,
} from '#store/quarantine.ts'
import { insertTraces, type NewTrace } from '#store/traces.ts'
import type { Unit } from '#store/unit.ts'
import { applyAmendments } from './amend-orders.ts'
import { applyAnswers, type NodeAnswer } from './apply-fulfillment.ts'
import { applyInvoice } from './apply-invoice.ts'
import { applyAdjustment } from './apply-adjustments.ts'
import { applyOrders } from './apply-orders.ts'
import { applyReceipt } from './apply-receipts.ts'
import { applyStockChange } from './apply-stock-change.ts'
import { applyStockFeed } from './apply-stock.ts'
import { applyTillReturns } from './apply-till.ts'
import { applyReceipts, applySupplies } from './apply-supply.ts'
import { claimReading } from './claims.ts'
import { receiptsCame } from './missing-receipts.ts'
import { inboundPort, type Master } from './master.ts'
import { nudgePublish } from './nudge.ts'
import { pollQueue } from './poll.ts'
import { receiptsOf } from './receipts.ts'
import { retryRaces } from './races.ts'
import { applyReturnWords, type ReturnWord } from './returns/inbound.ts'
import { applyTracking } from './track-shipment.ts'
import type { Incoming, StockVerdict } from './verdict.ts'
import type { World } from './world.ts'

/** A document that stopped its worker this often is set aside; counted in our table, whatever the queue thinks. */
const MAX_STARTS = 3

export type ReadEnvelope = { envelope: StoredEnvelope; reading: Reading }

export async function handleInbound(world: World, ids: readonly string[], retried: boolean): Promise<void> {
  if (!retried) return applyTogether(world, ids)
  // Something in this batch failed or killed its worker: from now on one by one, so that it cannot take the others along.
  for (const id of ids) {
    await countStarts(world.db, [id])
    await applyAlone(world, id)
  }
}

/** Streamed stock feeds are read by their own worker; here they come only when their rows are replayed. */
async function replayStreamed(world: World, ids: readonly string[]): Promise<void> {
  const now = world.clock.now()
  await world.commit(async (unit) => {
    const feeds = await feedsToReplay(unit, ids)
    for (const id of feeds) await restartFeed(unit, id, now)
    unit.enqueue('feed', feeds)
  })
}

async function applyTogether(world: World, ids: readonly string[]): Promise<void> {
  const read = await readEnvelopes(world, ids)
  try {
    await applyRead(world, read)
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    world.log.warn('a batch did not go in as one; going on one by one', {
      documents: ids.length,
      error: faultMessage(error),
    })
    for (const id of ids) await applyAlone(world, id)
  }
}

async function applyAlone(world: World, id: string): Promise<void> {
  const [one] = await readEnvelopes(world, [id])
  if (one === undefined) return
  try {
    if (one.envelope.attempts > MAX_STARTS) throw new Error(`it stopped its worker ${one.envelope.attempts} times`)
    await applyRead(world, [one])
  } catch (error) {
    if (isDatabaseAway(error)) throw error
    await setAside(world, one.envelope, error)
  }
}

async function readEnvelopes(world: World, ids: readonly string[]): Promise<ReadEnvelope[]> {
  const [master, envelopes] = await Promise.all([world.master.fresh(), loadEnvelopes(world.db, ids)])
  const streamed = envelopes.filter((envelope) => envelope.chunked).map((envelope) => envelope.id)
  if (streamed.length > 0) await replayStreamed(world, streamed)
  return envelopes
    .filter((envelope) => !envelope.chunked && isUnsettled(envelope.state))
    .map((envelope) => ({ envelope, reading: readOne(world, master, envelope) }))
}

/** A held document is read again when its quarantined parts are replayed. */
const isUnsettled = (state: EnvelopeState | undefined): boolean =>
  state === 'received' || state === 'quarantined' || state === 'held'

/** Reads a document as the hub reads it now, and writes nothing: for people who look whether their cure would do. */
export async function readDocument(world: World, envelope: StoredEnvelope): Promise<Reading> {
  return readOne(world, await world.master.fresh(), envelope)
}

function readOne(world: World, master: Master, envelope: StoredEnvelope): Reading {
  const connection = master.connections.get(envelope.connectionId)
  const port = connection === undefined ? undefined : inboundPort(connection, envelope.port)
  if (connection === undefined || port === undefined)
    return refusedWhole(missingPort(envelope, master.broken.get(envelope.connectionId)))
  try {
    return port.read(envelope.raw, envelope.meta, {
      connectionId: connection.id as never,
      config: connection.config as never,
      ...(connection.channel === undefined ? {} : { channelId: connection.channel.id }),
      crosswalk: connection.crosswalkAt(envelope.receivedAt),
      receivedAt: envelope.receivedAt,
    })
  } catch (error) {
    world.log.error('a connector threw while reading', { envelope: envelope.id, error: faultMessage(error) })
    return refusedWhole(bugIssue(error))
  }
}

const refusedWhole = (issue: Issue): Reading => ({
  documents: [],
  refused: [{ part: '', issues: [issue] }],
  receipts: [],
})

const missingPort = (envelope: StoredEnvelope, why: string | undefined): Issue => ({
  code: 'connection.unusable',
  class: 'config',
  place: { path: `connection ${envelope.connectionId}` },
  rule: why ?? `the connection has no port "${envelope.port}" that reads`,
  cure: 'Correct the connection, then replay.',
  subject: envelope.connectionId,
})

const bugIssue = (error: unknown): Issue => ({
  code: 'bug',
  class: 'config',
  place: { path: '' },
  rule: `reading or applying it failed inside the hub: ${faultMessage(error)}`,
  cure: 'Fix the connector or report the error, then replay.',
})

const MOVES_STOCK: ReadonlySet<string> = new Set([
  'stock',
  'stockChange',
  'supplies',
  'receipts',
  'receiptAdvice',
  'stockAdjustment',
])

/** Applies everything in one commit. */
async function applyRead(world: World, read: readonly ReadEnvelope[]): Promise<void> {
  if (read.length === 0) return
  await retryRaces(() => world.commit((unit) => applyIn(unit, world, read)))
  if (read.some(({ reading }) => reading.documents.some(({ kind }) => MOVES_STOCK.has(kind)))) await nudgePublish(world)
}

async function applyIn(unit: Unit, world: World, all: readonly ReadEnvelope[]): Promise<void> {
  const now = world.clock.now()
  const states = await lockEnvelopes(
    unit,
    all.map((each) => each.envelope.id),
  )
  const mine = all.filter(({ envelope }) => isUnsettled(states.get(envelope.id)))
  const { read, repeats } = await sifted(unit, world, mine, now)
  const { verdicts, traces } = await applyDocuments(unit, world, read, now)
  await insertTraces(unit, traces)
  const ids = read.map(({ envelope }) => envelope.id)
  if (read.some(({ envelope }) => envelope.state !== 'received'))
    await resolveQuarantineOf(unit, ids, now, ['open', 'replaying'])
  const items: NewQuarantineItem[] = []
  const settled = read.map(({ envelope, reading }): EnvelopeVerdict => {
    const refused = [
      ...reading.refused,
      ...(verdicts.get(envelope.id) ?? []).flatMap(({ part, verdict }) =>
        'issues' in verdict && verdict.issues.length > 0 ? [{ part, issues: verdict.issues, about: undefined }] : [],
      ),
    ]
    for (const { part, issues, about } of refused)
      for (const issue of issues)
        items.push({
          id: world.ids.next('qua'),
          envelopeId: envelope.id,
          part,
          issue,
          about: about ?? aboutOf(reading, part),
        })
    const parts = verdicts.get(envelope.id) ?? []
    const first = repeats.get(envelope.id)
    if (first !== undefined && parts.length === 0 && refused.length === 0)
      return { id: envelope.id, state: 'duplicate', reason: `it says what ${first} said` }
    return { id: envelope.id, ...envelopeVerdict(reading, parts, refused.length > 0) }
  })
  for (const { envelope, reading } of mine)
    await receiptsCame(unit, envelope.connectionId, reading.acknowledged ?? [], now)
  for (const { envelope, reading } of read)
    if (reading.look !== undefined) unit.enqueue(pollQueue(envelope.connectionId, reading.look), [envelope.id])
  await Promise.all([
    resolveOlderQuarantine(unit, appliedRevisions(read, verdicts), now),
    quarantine(unit, items, now),
    settleEnvelopes(unit, settled, now),
    insertInstructions(
      unit,
      read.flatMap(({ envelope, reading }) => receiptsOf(world, envelope, reading, now)),
    ),
  ])
}

function aboutOf(reading: Reading, part: string): string | undefined {
  const document = reading.documents.find((each) => each.part === part)
  return document?.kind === 'order' ? aboutOrder(document.value.externalId) : undefined
}

/** Orders come as a whole each time, so the newest word on one says all that an older one could. */
function appliedRevisions(
  read: readonly ReadEnvelope[],
  verdicts: ReadonlyMap<string, readonly PartVerdict[]>,
): AppliedRevision[] {
  return read.flatMap(({ envelope, reading }) =>
    reading.documents.flatMap((document): AppliedRevision[] => {
      const verdict = verdicts.get(envelope.id)?.find((each) => each.part === document.part)?.verdict
      if (document.kind !== 'order' || verdict?.kind !== 'applied') return []
      const { externalId, revisedAt } = document.value
      return [
        { connectionId: envelope.connectionId, about: aboutOrder(externalId), revisedAt, envelopeId: envelope.id },
      ]
    }),
  )
}

/** The readings without what came before; `repeats` names the document that came first. */
async function sifted(
  unit: Unit,
  world: World,
  all: readonly ReadEnvelope[],
  now: Instant,
): Promise<{ read: ReadEnvelope[]; repeats: Map<string, string> }> {
  const read: ReadEnvelope[] = []
  const repeats = new Map<string, string>()
  for (const { envelope, reading } of all) {
    const { reading: rest, repeats: first } = await claimReading(unit, world, envelope, reading, now)
    read.push({ envelope, reading: rest })
    if (first !== undefined) repeats.set(envelope.id, first)
  }
  return { read, repeats }
}

const isAnswer = (document: InboundDocument): document is Extract<InboundDocument, NodeAnswer> =>
  document.kind === 'fulfillmentResponse' || document.kind === 'shipment' || document.kind === 'cancelResponse'

type WithTrace<T> = Incoming<T> & { trace: (() => Trace) | undefined }
type PartVerdict = { part: string; verdict: StockVerdict }

async function applyDocuments(
  unit: Unit,
  world: World,
  read: readonly ReadEnvelope[],
  now: Instant,
): Promise<{ verdicts: Map<string, PartVerdict[]>; traces: NewTrace[] }> {
  const verdicts = new Map<string, PartVerdict[]>()
  const traces: NewTrace[] = []
  const note = (from: Incoming<unknown>, verdict: StockVerdict): void => {
    verdicts.set(from.envelopeId, [...(verdicts.get(from.envelopeId) ?? []), { part: from.part, verdict }])
  }
  const keepTrace = (
    from: WithTrace<unknown>,
    kind: string,
    subjectId: string | undefined,
    verdict: StockVerdict,
  ): void => {
    if (verdict.kind !== 'applied' || subjectId === undefined || from.trace === undefined) return
    const { envelopeId, part } = from
    traces.push({ subjectId, envelopeId, part, kind, capturedAt: now, trace: from.trace() })
  }
  const documents = read.flatMap(({ envelope, reading }) =>
    reading.documents.map((document) => ({
      envelopeId: envelope.id,
      connectionId: envelope.connectionId,
      port: envelope.port,
      part: document.part,
      trace: document.trace,
      document,
    })),
  )
  const orders = documents.flatMap(({ document, ...from }) =>
    document.kind === 'order' ? [{ ...from, value: document.value }] : [],
  )
  for (const [i, captured] of (await applyOrders(unit, world, orders, now)).entries()) {
    const from = orders[i] as WithTrace<unknown>
    note(from, captured.verdict)
    keepTrace(from, 'order', captured.orderId, captured.verdict)
  }
  const amendments = documents.flatMap(({ document, ...from }) =>
    document.kind === 'orderAmendment' ? [{ ...from, value: document.value }] : [],
  )
  for (const [i, { verdict, orderId }] of (await applyAmendments(unit, world, amendments, now)).entries()) {
    const from = amendments[i] as WithTrace<unknown>
    note(from, verdict)
    keepTrace(from, 'orderAmendment', orderId, verdict)
  }

  const answers = documents.flatMap(({ document, ...from }): WithTrace<NodeAnswer>[] =>
    isAnswer(document) ? [{ ...from, value: document }] : [],
  )
  for (const [i, verdict] of (await applyAnswers(unit, world, answers, now)).entries()) {
    const from = answers[i] as WithTrace<NodeAnswer>
    note(from, verdict)
    keepTrace(from, from.value.kind, from.value.value.requestId, verdict)
  }

  const words = documents.flatMap(({ document, ...from }) =>
    document.kind === 'tracking' ? [{ ...from, value: document.value }] : [],
  )
  for (const [i, verdict] of (await applyTracking(unit, world, words, now)).entries())
    note(words[i] as Incoming<unknown>, verdict)

  const returns = documents.flatMap(({ document, ...from }) =>
    document.kind === 'tillReturn' ? [{ ...from, value: document.value }] : [],
  )
  for (const [i, verdict] of (await applyTillReturns(unit, world, returns, now)).entries())
    note(returns[i] as Incoming<unknown>, verdict)
  const returnWords = documents.flatMap(({ document, ...from }): WithTrace<ReturnWord>[] =>
    isReturnWord(document) ? [{ ...from, value: document }] : [],
  )
  for (const [i, { verdict, subjectId }] of (await applyReturnWords(unit, world, returnWords, now)).entries()) {
    const from = returnWords[i] as WithTrace<ReturnWord>
    note(from, verdict)
    keepTrace(from, from.value.kind, subjectId, verdict)
  }

  for (const { document, ...from } of documents) {
    if (document.kind === 'stock')
      note({ ...from, value: undefined }, await applyStockFeed(unit, world, { ...from, value: document.value }, now))
    else if (document.kind === 'stockChange')
      note({ ...from, value: undefined }, await applyStockChange(unit, world, { ...from, value: document.value }, now))
    else if (document.kind === 'supplies')
      note({ ...from, value: undefined }, await applySupplies(unit, world, { ...from, value: document.value }))
    else if (document.kind === 'receipts')
      note({ ...from, value: undefined }, await applyReceipts(unit, world, { ...from, value: document.value }))
    else if (document.kind === 'receiptAdvice')
      note({ ...from, value: undefined }, await applyReceipt(unit, world, { ...from, value: document.value }))
    else if (document.kind === 'stockAdjustment')
      note({ ...from, value: undefined }, await applyAdjustment(unit, world, { ...from, value: document.value }, now))
    else if (document.kind === 'invoice') {
      const verdict = await applyInvoice(unit, world, { ...from, value: document.value }, now)
      note({ ...from, value: undefined }, verdict)
      keepTrace({ ...from, value: undefined }, 'invoice', document.value.requestId, verdict)
    }
  }
  return { verdicts, traces }
}

const isReturnWord = (document: InboundDocument): document is InboundDocument & ReturnWord =>
  document.kind === 'returnRequest' || document.kind === 'returnReceipt' || document.kind === 'refundNotice'

function envelopeVerdict(
  reading: Reading,
  parts: readonly PartVerdict[],
  refused: boolean,
): Omit<EnvelopeVerdict, 'id'> {
  const held = parts.find((each) => each.verdict.kind === 'held')
  if (held?.verdict.kind === 'held') return { state: 'held', reason: held.verdict.reason }
  if (refused) return { state: 'quarantined', reason: 'see its quarantine items' }
  if (reading.ignored !== undefined) return { state: 'ignored', reason: reading.ignored }
  if (parts.length === 0) return { state: 'ignored', reason: 'it holds nothing to apply' }
  const kinds = new Set(parts.map((each) => each.verdict.kind))
  if (kinds.has('applied')) return { state: 'applied' }
  const outdated = parts.find((each) => each.verdict.kind === 'superseded')
  if (outdated?.verdict.kind === 'superseded') return { state: 'superseded', reason: outdated.verdict.reason }
  const ignored = parts.find((each) => each.verdict.kind === 'ignored')
  if (ignored?.verdict.kind === 'ignored') return { state: 'ignored', reason: ignored.verdict.reason }
  return { state: 'duplicate', reason: 'it says what is known already' }
}

async function setAside(world: World, envelope: StoredEnvelope, error: unknown): Promise<void> {
  const now = world.clock.now()
  world.log.error('a document was set aside', { envelope: envelope.id, error: faultMessage(error) })
  await world.commit(async (unit) => {
    await quarantine(
      unit,
      [{ id: world.ids.next('qua'), envelopeId: envelope.id, part: '', issue: bugIssue(error) }],
      now,
    )
    await settleEnvelopes(
      unit,
      [{ id: envelope.id, state: 'quarantined', reason: faultMessage(error).slice(0, 500) }],
      now,
    )
  })
}
