/**
 * The deliver loop of one connection: instructions → bytes → partner → outcome. The bytes are stored before the first attempt and
 * the outcome after it. An unknown outcome is looked up before anything is sent again; where no look-up exists, a person decides.
 */
import { Fault, FAULT_RULES, type FaultKind, faultMessage } from '#core/fault.ts'
import { epochMsOf, instantFromEpochMs, plusMs } from '#core/model/time.ts'
import type { Lookup, Outcome } from '#core/outcome.ts'
import type { Context, Delivery, SendPort, Sent, Transmission } from '#connectors/contract/connector.ts'
import {
  beginLookup,
  beginSending,
  instructionsOfTransmissions,
  loadTransmissions,
  type NewTransmission,
  openInstructions,
  postpone,
  type StoredInstruction,
} from '#store/instructions.ts'
import { type LiveConnection, outboundPort } from './master.ts'
import { breakConnection, type Result, settle } from './settle.ts'
import type { Breaker } from './breaker.ts'
import type { Gate } from './gate.ts'
import type { World } from './world.ts'

/** How long a send may take before its outcome counts as unknown. Longer than every transport's own deadline. */
const LEASE_MS = 120_000
const CLOCK_SKEW_MS = 1_000
const DEFAULT_ATTEMPTS = 10
const LONG_SILENCE_MS = 15 * 60_000
const MAX_LOOKUPS = 8
/** Instructions that wait and are taken along, beside those that the job names. */
const MAX_TAKEN = 500

const LETS_OTHERS_GO: ReadonlySet<string> = new Set(['event', 'channelAnswer', 'amendmentAnswer', 'channelChange'])

type AnyPort = SendPort<unknown>
type Job = { world: World; connection: LiveConnection; context: Context<unknown>; gate: Gate; breaker: Breaker }

export async function handleDeliver(
  world: World,
  connectionId: string,
  ids: readonly string[],
  signal: AbortSignal,
): Promise<void> {
  const connection = await activeConnection(world, connectionId)
  if (connection === undefined) return
  const context = await world.contextOf(connectionId, signal)
  const job: Job = {
    world,
    connection,
    context,
    gate: world.gates.of(connectionId, connection.connector.limits(connection.config)),
    breaker: world.breakers.of(connectionId),
  }
  // What was told lets the next one of its order go; what stopped the connection lets nothing go, and waits as it is.
  let taken = await deliverRound(job, ids)
  while (taken.some((row) => LETS_OTHERS_GO.has(row.kind)) && !signal.aborted) {
    if ((await activeConnection(world, connectionId)) === undefined) return
    taken = await deliverRound(job, [])
  }
}

async function activeConnection({ master }: World, id: string): Promise<LiveConnection | undefined> {
  const connection = (await master.fresh()).connections.get(id)
  return connection?.state === 'active' ? connection : undefined
}

async function deliverRound(job: Job, ids: readonly string[]): Promise<StoredInstruction[]> {
  const { world, connection } = job
  const now = world.clock.now()
  // Clocks of two machines differ a little; a row that one of them just made is due on the other.
  const soon = plusMs(now, CLOCK_SKEW_MS)
  const rows = await openInstructions(world.db, connection.id, ids, now, MAX_TAKEN)
  const due = rows.filter((row) => row.state === 'queued' && row.nextAt <= soon)
  const doubtful = rows.filter(
    (row) => row.state === 'unknown' || (row.state === 'sending' && (row.leaseUntil ?? now) < now),
  )
  const taken = await asFarAsItIsThere(job, due, doubtful)
  await lookUp(job, taken.doubtful)
  await send(job, taken.due)
  return taken.due
}

/** All of it; or, while the partner is away, one thing to see whether it is back, and the rest waits without losing an attempt. */
async function asFarAsItIsThere(
  { world, breaker }: Job,
  due: StoredInstruction[],
  doubtful: StoredInstruction[],
): Promise<{ due: StoredInstruction[]; doubtful: StoredInstruction[] }> {
  const nowMs = epochMsOf(world.clock.now())
  const room = breaker.room(nowMs)
  if (room.kind === 'all') return { due, doubtful }
  const one = room.kind === 'one' ? (due[0] ?? doubtful[0]) : undefined
  // What was prepared as one transmission goes as one.
  const isTaken = (row: StoredInstruction): boolean =>
    one !== undefined && (row === one || (row.transmissionId !== null && row.transmissionId === one.transmissionId))
  const until = room.kind === 'none' ? room.untilMs : nowMs + room.pauseMs
  await postpone(
    world.db,
    [...due, ...doubtful].filter((row) => !isTaken(row)).map((row) => row.id),
    instantFromEpochMs(until),
  )
  return { due: due.filter(isTaken), doubtful: doubtful.filter(isTaken) }
}

async function send(job: Job, rows: readonly StoredInstruction[]): Promise<void> {
  for (const [kind, group] of Map.groupBy(rows, (row) => row.kind)) {
    const port = outboundPort(job.connection, kind) as AnyPort | undefined
    if (port === undefined)
      await settle(
        job.world,
        job.connection,
        group.map((row) => ({ row, outcome: noPort(kind) })),
      )
    else await sendAll(job, port, group)
  }
}

async function sendAll(job: Job, port: AnyPort, rows: readonly StoredInstruction[]): Promise<void> {
  const { ready, failed } = await prepare(job, port, rows)
  await settle(job.world, job.connection, failed)
  if (ready.length === 0) return
  const now = job.world.clock.now()
  const taken = await job.world.commit((unit) =>
    beginSending(
      unit,
      ready.map((each) => each.stored),
      plusMs(now, LEASE_MS),
      now,
    ),
  )
  const mine = ready.filter((each) => taken.has(each.stored.id))
  const results = await Promise.all(mine.map((each) => job.gate.run(() => sendOne(job, port, each))))
  await settle(job.world, job.connection, results.flat())
  await stopAfterLongSilence(job)
}

/**
 * Who has said nothing for so long is stopped as a broken connection is: people see it, routing passes it over, and a check now and then
 * finds when it is back.
 */
async function stopAfterLongSilence({ world, connection, breaker }: Job): Promise<void> {
  const sinceMs = breaker.awaySinceMs()
  const now = world.clock.now()
  if (sinceMs === undefined || epochMsOf(now) - sinceMs < LONG_SILENCE_MS) return
  const message = `it has given no answer since ${instantFromEpochMs(sinceMs)}`
  await world.commit((unit) => breakConnection(unit, world, connection, { fault: 'transient', message }, now))
  breaker.forget()
}

type Ready = { stored: NewTransmission; transmission: Transmission; rows: StoredInstruction[] }

/** Groups instructions into transmissions. One that was prepared before keeps its bytes, its name and its companions. */
async function prepare(
  job: Job,
  port: AnyPort,
  rows: readonly StoredInstruction[],
): Promise<{ ready: Ready[]; failed: Result[] }> {
  const ready: Ready[] = []
  const failed: Result[] = []
  const again = rows.filter((row) => row.transmissionId !== null)
  for (const each of await loadPrepared(job, port, again)) ready.push(each)
  const fresh = rows.filter((row) => row.transmissionId === null)
  const batchMax = Math.min(port.batchMax, port.batchLimit?.(job.connection.config) ?? port.batchMax)
  for (let i = 0; i < fresh.length; i += batchMax) {
    const batch = fresh.slice(i, i + batchMax)
    const made = await prepareBatch(job, port, batch)
    if ('stored' in made) ready.push(made)
    // One that cannot be written must not keep its batch: the others are prepared without it.
    else if (batch.length === 1) failed.push(...made.failed)
    else for (const row of batch) collect(await prepareBatch(job, port, [row]), ready, failed)
  }
  return { ready, failed }
}

function collect(made: Ready | { failed: Result[] }, ready: Ready[], failed: Result[]): void {
  if ('stored' in made) ready.push(made)
  else failed.push(...made.failed)
}

async function prepareBatch(job: Job, port: AnyPort, rows: StoredInstruction[]): Promise<Ready | { failed: Result[] }> {
  try {
    const prepared = await port.prepare(job.context, rows.map(deliveryOf))
    if (!prepared.ok)
      return { failed: rows.map((row) => ({ row, outcome: { kind: 'rejected', issues: prepared.issues } })) }
    const id = job.world.ids.next('trm')
    const { name, bytes, receiptKey } = prepared.value
    const withinMs = port.receiptWithinMs?.(job.connection.config)
    return {
      stored: {
        id,
        connectionId: job.connection.id,
        port: port.name,
        name,
        bytes,
        instructionIds: rows.map((row) => row.id),
        again: false,
        ...(receiptKey === undefined || withinMs === undefined ? {} : { receipt: { key: receiptKey, withinMs } }),
      },
      transmission: { id, name, bytes, deliveries: rows.map(deliveryOf) },
      rows,
    }
  } catch (error) {
    return { failed: rows.map((row) => ({ row, outcome: outcomeOfThrown(error) })) }
  }
}

async function loadPrepared(job: Job, port: AnyPort, rows: readonly StoredInstruction[]): Promise<Ready[]> {
  const ids = [...new Set(rows.flatMap((row) => row.transmissionId ?? []))]
  if (ids.length === 0) return []
  const all = Map.groupBy(await instructionsOfTransmissions(job.world.db, ids), (row) => row.transmissionId)
  return (await loadTransmissions(job.world.db, ids)).map((stored) => {
    // Some of its instructions may have been settled by the first attempt; the bytes stay as they were.
    const unsent = (all.get(stored.id) ?? []).filter((row) => row.state === 'queued')
    return {
      stored: {
        ...stored,
        connectionId: job.connection.id,
        port: port.name,
        instructionIds: unsent.map((row) => row.id),
        again: true,
      },
      transmission: { ...stored, deliveries: unsent.map(deliveryOf) },
      rows: unsent,
    }
  })
}

const deliveryOf = (row: StoredInstruction): Delivery => ({
  instructionId: row.id,
  key: row.businessKey,
  document: row.document as Delivery['document'],
})

async function sendOne(job: Job, port: AnyPort, { transmission, rows }: Ready): Promise<Result[]> {
  let sent: Sent
  try {
    sent = await port.send(job.context, transmission)
  } catch (error) {
    sent = { all: outcomeOfThrown(error) }
  }
  const outcomes = rows.map((row) => ({
    row,
    outcome: 'all' in sent ? sent.all : (sent.each[row.id] ?? lost('the connector gave no outcome for it')),
  }))
  const nowMs = epochMsOf(job.world.clock.now())
  // One transmission is one word on whether the partner is there, and any answer in it is one.
  const word =
    outcomes.find(({ outcome }) => outcome.kind !== 'unknown' && outcome.kind !== 'unavailable') ?? outcomes[0]
  if (word !== undefined) job.breaker.note(word.outcome, nowMs)
  const away = job.breaker.awaySinceMs() !== undefined
  return outcomes.map(({ row, outcome }) => {
    const level = sent.levels?.[row.id]
    return {
      row,
      // Nobody is there: that is nothing against this document, and costs it no attempt.
      outcome: away ? outcome : limitAttempts(row, outcome, port.maxAttempts ?? DEFAULT_ATTEMPTS),
      ...(away ? { away: true as const } : {}),
      ...(level === undefined ? {} : { level }),
    }
  })
}

/** A transport says for each fault whether anything can have left; a connector's own exception leaves that open. */
function outcomeOfThrown(error: unknown): Outcome {
  if (!(error instanceof Fault)) return lost(faultMessage(error))
  if (error.kind === 'unknownOutcome') return { kind: 'unknown', code: error.code, message: error.message }
  if (error.kind === 'throttled') return { kind: 'throttled', retryAfterMs: error.retryAfterMs ?? 1_000 }
  return {
    kind: 'unavailable',
    fault: error.kind,
    code: error.code,
    message: error.message,
    ...(error.retryAfterMs === undefined ? {} : { retryAfterMs: error.retryAfterMs }),
  }
}

const lost = (message: string): Outcome => ({ kind: 'unknown', code: 'deliver.unknown', message })

const noPort = (kind: string): Outcome => ({
  kind: 'unavailable',
  fault: 'config',
  code: 'connection.no-port',
  message: `the connector has no port that sends ${kind}`,
})

/** Passing trouble that does not pass goes to a person. */
function limitAttempts(row: StoredInstruction, outcome: Outcome, maxAttempts: number): Outcome {
  if (
    outcome.kind !== 'unavailable' ||
    FAULT_RULES[outcome.fault].retry !== 'backoff' ||
    row.attempts + 1 < maxAttempts
  )
    return outcome
  return {
    ...outcome,
    fault: 'bug' satisfies FaultKind,
    message: `${outcome.message} (after ${row.attempts + 1} attempts)`,
  }
}

async function lookUp(job: Job, rows: readonly StoredInstruction[]): Promise<void> {
  if (rows.length === 0) return
  const now = job.world.clock.now()
  const taken = await beginLookup(
    job.world.db,
    rows.map((row) => row.id),
    plusMs(now, LEASE_MS),
    now,
  )
  const mine = rows.filter((row) => taken.has(row.id))
  const results: Result[] = []
  for (const [kind, group] of Map.groupBy(mine, (row) => row.kind)) {
    const port = outboundPort(job.connection, kind) as AnyPort | undefined
    if (port?.lookup === undefined) results.push(...group.map((row) => unasked(port, row)))
    else results.push(...(await lookUpWith(job, port, group)))
  }
  await settle(job.world, job.connection, results)
}

/**
 * Nobody can be asked. Where the partner keeps our key, or a number that is unique with it, a repeat is harmless, though not for ever;
 * where it keeps neither, a person decides.
 */
function unasked(port: AnyPort | undefined, row: StoredInstruction): Result {
  const harmless = port?.duplicates === 'key' || port?.duplicates === 'reference'
  return harmless && row.attempts < (port.maxAttempts ?? DEFAULT_ATTEMPTS)
    ? { row, found: { kind: 'absent' }, lookupsLeft: false, unasked: true }
    : { row, found: { kind: 'undecided', message: 'the partner cannot be asked' }, lookupsLeft: false }
}

async function lookUpWith(job: Job, port: AnyPort, rows: readonly StoredInstruction[]): Promise<Result[]> {
  const ids = [...new Set(rows.flatMap((row) => row.transmissionId ?? []))]
  const members = Map.groupBy(rows, (row) => row.transmissionId)
  const results: Result[] = []
  for (const stored of await loadTransmissions(job.world.db, ids)) {
    const group = members.get(stored.id) ?? []
    const found = await job.gate.run(() => askPartner(job, port, { ...stored, deliveries: group.map(deliveryOf) }))
    for (const row of group) {
      results.push({
        row,
        found: found[row.id] ?? { kind: 'undecided', message: 'the connector gave no answer for it' },
        lookupsLeft: job.breaker.awaySinceMs() !== undefined || row.lookups + 1 < MAX_LOOKUPS,
      })
    }
  }
  return results
}

async function askPartner(job: Job, port: AnyPort, transmission: Transmission): Promise<Record<string, Lookup>> {
  try {
    return (await port.lookup?.(job.context, transmission)) ?? {}
  } catch (error) {
    return Object.fromEntries(
      transmission.deliveries.map((each) => [
        each.instructionId,
        { kind: 'undecided' as const, message: faultMessage(error) },
      ]),
    )
  }
}
