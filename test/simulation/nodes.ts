/**
 * The people at the nodes: they accept, refuse, find too little, ship in parts, forget, agree to cancels or do not, and what they say
 * comes late, twice and in any order. Their shelves are real: what is not there is not shipped. What one node sends another lies on
 * that one's bench for its order, when it is there; what nobody wants of it any more goes to the shelf.
 */
import type { PaperBooks } from '../kit/paper-partner.ts'
import type { Chance, Schedule } from './schedule.ts'

const HOUR_MS = 3_600_000
const SECOND_MS = 1_000

type Line = { lineNo: number; sku: string; wanted: number; shipped: number }
type Job = {
  requestId: string
  orderId: string
  nodeId: string
  /** The node that the parcel is addressed to; absent for the customer's door. */
  to?: string
  lines: Line[]
  state: 'open' | 'done' | 'forgotten'
}

export type Say = (name: string, id: string, document: unknown) => void

const benchKey = ({ nodeId, orderId }: Pick<Job, 'nodeId' | 'orderId'>, { lineNo }: Pick<Line, 'lineNo'>): string =>
  `${nodeId}/${orderId}/${lineNo}`

export class Nodes {
  readonly #books: PaperBooks
  readonly #schedule: Schedule
  readonly #chance: Chance
  readonly #say: Say
  readonly shelves: Map<string, Map<string, number>>
  readonly jobs = new Map<string, Job>()
  /** What lies there for an order's line: `order/line` → units. */
  readonly #bench = new Map<string, number>()
  readonly #nodeAt: (city: string) => string | undefined
  #cancelsSeen = 0
  #said = 0

  constructor(
    books: PaperBooks,
    schedule: Schedule,
    chance: Chance,
    say: Say,
    opening: Readonly<Record<string, Readonly<Record<string, number>>>>,
    nodeAt: (city: string) => string | undefined,
  ) {
    this.#books = books
    this.#schedule = schedule
    this.#chance = chance
    this.#say = say
    this.#nodeAt = nodeAt
    this.shelves = new Map(Object.entries(opening).map(([node, units]) => [node, new Map(Object.entries(units))]))
  }

  get #now(): string {
    return new Date(this.#schedule.nowMs).toISOString()
  }

  #later(name: string, run: () => void, mostMs = 6 * HOUR_MS): void {
    this.#schedule.after(SECOND_MS + this.#chance.next() * mostMs, name, () => Promise.resolve(run()))
  }

  /** After the hub has sent: new requests and new wishes to cancel are on their desks. */
  look(): void {
    for (const [key, document] of this.#books.requests) {
      if (this.jobs.has(key)) continue
      const to = this.#nodeAt(document.shipTo?.city ?? '')
      const job: Job = {
        requestId: document.requestId,
        orderId: document.orderId,
        nodeId: document.nodeId,
        ...(to === undefined ? {} : { to }),
        lines: document.lines.map(({ lineNo, sku, quantity }) => ({ lineNo, sku, wanted: quantity, shipped: 0 })),
        state: 'open',
      }
      this.jobs.set(key, job)
      if (this.#chance.happens(0.06)) job.state = 'forgotten'
      else this.#later('a node reads a request', () => this.#decide(job))
    }
    for (const wish of this.#books.cancelDocuments.slice(this.#cancelsSeen)) {
      const job = this.jobs.get(wish.requestId)
      this.#cancelsSeen += 1
      if (job === undefined) continue
      // Its people may be packing at this very moment.
      this.#later('a node reads a cancel', () => this.#cancel(job, wish.lines), 2 * HOUR_MS)
    }
  }

  #decide(job: Job): void {
    if (job.state !== 'open') return
    if (this.#chance.happens(0.1)) {
      job.state = 'done'
      return this.#answer(job, () => 0, this.#chance.happens(0.5) ? 'outOfStock' : 'capacity')
    }
    if (this.#chance.happens(0.85)) this.#answer(job, (line) => line.wanted)
    this.#later('a node ships', () => this.#ship(job))
  }

  #ship(job: Job): void {
    if (job.state !== 'open') return
    this.#tidy()
    const parts: { lineNo: number; quantity: number }[] = []
    const isLast = !this.#chance.happens(0.2)
    for (const line of job.lines) {
      const left = line.wanted - line.shipped
      const there = this.#there(job, line)
      const finds = this.#chance.happens(0.1) ? left - 1 : left
      const quantity = Math.max(0, Math.min(finds, there, isLast ? finds : Math.ceil(left / 2)))
      if (quantity === 0) continue
      line.shipped += quantity
      this.#take(job, line, quantity)
      parts.push({ lineNo: line.lineNo, quantity })
    }
    if (parts.length > 0) {
      const value = {
        requestId: job.requestId,
        externalId: `S-${job.requestId}-${(this.#said += 1)}`,
        shippedAt: this.#now,
        carrier: 'DPD',
        packages: [{ trackingNumber: `T-${this.#said}`, lines: parts }],
      }
      this.#tell('shipment', value.externalId, { kind: 'shipment', value })
      const { to } = job
      if (to !== undefined)
        this.#later(
          'a parcel arrives at a node',
          () => this.#arrive(job, to, parts),
          this.#chance.happens(0.1) ? 30 * HOUR_MS : HOUR_MS,
        )
    }
    if (job.lines.every((line) => line.shipped === line.wanted)) job.state = 'done'
    else if (isLast) {
      job.state = 'done'
      this.#answer(job, (line) => line.shipped, 'outOfStock')
    } else this.#later('a node ships the rest', () => this.#ship(job))
  }

  /** Of a line's goods: those that lie on the bench for it, and those on the shelf. */
  #there(job: Job, line: Line): number {
    return (this.#bench.get(benchKey(job, line)) ?? 0) + (this.shelves.get(job.nodeId)?.get(line.sku) ?? 0)
  }

  #take(job: Job, line: Line, quantity: number): void {
    const onBench = this.#bench.get(benchKey(job, line)) ?? 0
    const fromBench = Math.min(onBench, quantity)
    this.#bench.set(benchKey(job, line), onBench - fromBench)
    this.#shelve(job.nodeId, line.sku, fromBench - quantity)
  }

  #shelve(nodeId: string, sku: string, units: number): void {
    const shelf = this.shelves.get(nodeId)
    shelf?.set(sku, (shelf.get(sku) ?? 0) + units)
  }

  #arrive(job: Job, nodeId: string, parts: readonly { lineNo: number; quantity: number }[]): void {
    for (const { lineNo, quantity } of parts) {
      const key = benchKey({ ...job, nodeId }, { lineNo })
      this.#bench.set(key, (this.#bench.get(key) ?? 0) + quantity)
    }
  }

  /** What lies on the benches for nobody goes to the shelves before anybody counts or takes from them. */
  #tidy(): void {
    for (const [key, units] of this.#bench) {
      const [nodeId = '', orderId, lineNo] = key.split('/')
      const jobs = [...this.jobs.values()].filter((job) => job.orderId === orderId)
      const isWanted = jobs.some((job) => job.nodeId === nodeId && job.state === 'open')
      const sku = jobs.flatMap((job) => job.lines).find((line) => line.lineNo === Number(lineNo))?.sku
      if (isWanted || sku === undefined) continue
      this.#bench.delete(key)
      this.#shelve(nodeId, sku, units)
    }
  }

  #cancel(job: Job, lines: readonly { lineNo: number; quantity: number }[] | undefined): void {
    const left = job.lines.some((line) => line.shipped < line.wanted)
    const agrees = job.state !== 'done' && left && this.#chance.happens(0.7)
    const taken: { lineNo: number; quantity: number }[] = []
    if (agrees) {
      for (const line of job.lines) {
        const asked =
          lines === undefined ? line.wanted : (lines.find((each) => each.lineNo === line.lineNo)?.quantity ?? 0)
        const quantity = Math.min(asked, line.wanted - line.shipped)
        if (quantity === 0) continue
        line.wanted -= quantity
        taken.push({ lineNo: line.lineNo, quantity })
      }
      if (job.lines.every((line) => line.shipped === line.wanted)) job.state = 'done'
    }
    const value = {
      requestId: job.requestId,
      answeredAt: this.#now,
      accepted: taken.length > 0,
      ...(taken.length > 0 ? { lines: taken } : { reason: 'too late' }),
    }
    this.#tell('cancel answer', `C-${job.requestId}-${(this.#said += 1)}`, { kind: 'cancelResponse', value })
  }

  #answer(job: Job, accepted: (line: Line) => number, reason?: string): void {
    const value = {
      requestId: job.requestId,
      answeredAt: this.#now,
      lines: job.lines
        .filter((line) => line.wanted > 0)
        .map((line) => ({
          lineNo: line.lineNo,
          accepted: accepted(line),
          rejected: line.wanted - accepted(line),
          ...(accepted(line) < line.wanted && reason !== undefined ? { reason } : {}),
        })),
    }
    if (value.lines.length > 0)
      this.#tell('answer', `A-${job.requestId}-${(this.#said += 1)}`, { kind: 'fulfillmentResponse', value })
  }

  /** All that lies there, as of now; it arrives when it arrives. */
  count(nodeId: string): void {
    this.#tidy()
    const rows = [...(this.shelves.get(nodeId) ?? [])].map(([sku, onHand]) => ({ sku, nodeId, onHand }))
    const value = { mode: 'full', asOf: this.#now, absentMeansZero: false, rows }
    this.#tell('count', `N-${nodeId}-${(this.#said += 1)}`, { kind: 'stock', value })
  }

  #tell(what: string, id: string, document: unknown): void {
    const copies = this.#chance.happens(0.15) ? 2 : 1
    for (let copy = 0; copy < copies; copy++)
      this.#later(
        `a node's ${what} arrives`,
        () => this.#say(what, id, document),
        this.#chance.happens(0.1) ? 8 * HOUR_MS : 60 * SECOND_MS,
      )
  }
}
