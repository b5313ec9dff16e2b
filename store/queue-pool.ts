/**
 * What BullMQ's PostgreSQL backend takes for a pg.Pool. Every queue and worker wants a connection of its own to LISTEN on; here
 * they share one, whatever their number, so that a process needs few connections and PGlite's single session is enough.
 */
import { EventEmitter } from 'node:events'

export type QueueResult = { rows: unknown[]; rowCount: number | null }
export type QueueQuery = (text: string, parameters?: readonly unknown[]) => Promise<QueueResult>

/** A session of its own, for the queue's migrations. */
export type QueueSession = { query: QueueQuery; release: () => void }

/** The shared listener. `start` subscribes to a channel once; `lost` reports that everything must be subscribed again. */
export type Notifications = {
  start: (channel: string, notify: (payload: string) => void, lost: (error: Error) => void) => Promise<void>
}

type Source = {
  query: QueueQuery
  session: () => Promise<QueueSession>
  notifications: Notifications
  end: () => Promise<void>
}

/**
 * A worker that may not begin (another process works the queue alone) asks whether a job waits, is told yes, may still not begin, and
 * asks again: 640 times a second, and on PGlite without ever letting a timer fire (bullmq 6.7.0). New jobs are
 * announced by NOTIFY, so this question can wait.
 */
const PROBE_EVERY_MS = 50
/** How BullMQ's statement begins (its has_waiting_job); workers/pump.test.ts notices when that changes. */
const PROBE = '-- Whether the queue has a claimable'

export class QueuePool extends EventEmitter {
  /** Read by BullMQ: the listening socket notices a dropped connection. */
  readonly options = { keepAlive: true }
  readonly #source: Source
  readonly #probes = new Map<string, Promise<void>>()
  readonly #channels = new Map<string, { subscribers: Set<QueueClient>; started: Promise<void> }>()

  constructor(source: Source) {
    super()
    this.#source = source
    // Each queue and worker listens for errors; there are as many as connections ask for.
    this.setMaxListeners(0)
  }

  async query(text: string, parameters?: readonly unknown[]): Promise<QueueResult> {
    if (text.startsWith(PROBE)) {
      const queue = String(parameters?.[0])
      await this.#probes.get(queue)
      this.#probes.set(queue, new Promise((resolve) => setTimeout(resolve, PROBE_EVERY_MS).unref()))
    }
    return this.#source.query(text, parameters)
  }

  connect(): Promise<QueueClient> {
    return Promise.resolve(
      new QueueClient(
        this.#source.session,
        (channel, client) => this.#subscribe(channel, client),
        (client) => this.#forget(client),
      ),
    )
  }

  end(): Promise<void> {
    return this.#source.end()
  }

  async #subscribe(channel: string, client: QueueClient): Promise<void> {
    let entry = this.#channels.get(channel)
    if (entry === undefined) {
      const subscribers = new Set<QueueClient>()
      const notify = (payload: string): void => {
        for (const each of subscribers) each.emit('notification', { channel, payload })
      }
      const lost = (error: Error): void => {
        this.#channels.delete(channel)
        for (const each of subscribers) each.emit('error', error)
      }
      entry = { subscribers, started: this.#source.notifications.start(channel, notify, lost) }
      entry.started.catch(() => this.#channels.delete(channel))
      this.#channels.set(channel, entry)
    }
    entry.subscribers.add(client)
    await entry.started
  }

  #forget(client: QueueClient): void {
    for (const { subscribers } of this.#channels.values()) subscribers.delete(client)
  }
}

/** Looks like a checked-out pg client. A real session is only taken for statements that need one. */
class QueueClient extends EventEmitter {
  readonly #openSession: () => Promise<QueueSession>
  readonly #subscribe: (channel: string, client: QueueClient) => Promise<void>
  readonly #forget: (client: QueueClient) => void
  #session: Promise<QueueSession> | undefined

  constructor(
    openSession: () => Promise<QueueSession>,
    subscribe: (channel: string, client: QueueClient) => Promise<void>,
    forget: (client: QueueClient) => void,
  ) {
    super()
    this.setMaxListeners(0)
    this.#openSession = openSession
    this.#subscribe = subscribe
    this.#forget = forget
  }

  async query(text: string, parameters?: readonly unknown[]): Promise<QueueResult> {
    const statement = text.replace(/^(?:\s*--[^\n]*\n)+/, '').trim()
    const channel = /^LISTEN\s+"?([A-Za-z0-9_]+)"?;?$/i.exec(statement)?.[1]
    if (channel !== undefined) {
      await this.#subscribe(channel, this)
      return NOTHING
    }
    // The name of a connection that many share would say nothing.
    if (statement.includes('application_name')) return NOTHING
    this.#session ??= this.#openSession()
    return (await this.#session).query(text, parameters)
  }

  release(): void {
    this.#forget(this)
    void this.#session?.then((session) => session.release())
    this.#session = undefined
  }
}

const NOTHING: QueueResult = { rows: [], rowCount: 0 }
