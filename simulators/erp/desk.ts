/** The life of a request inside the ERP: received, answered, picked, shipped or collected, or cancelled in between. */
import { isDeepStrictEqual } from 'node:util'
import type { Instant } from '#core/model/time.ts'
import { plusMs } from '#core/model/time.ts'
import type { LineEntry, RequestBook, RequestEntry, StockBook } from './books.ts'
import { answerLine, drawRefusal, drawShortPick, pack } from './decide.ts'
import type { ErpManners, ErpStep } from './options.ts'
import { Timers } from '../kit/timers.ts'
import type { ErpEvent, PackageWire, RequestWire } from './wire.ts'

/** What the ERP promises for what it accepts. */
const DAY_MS = 86_400_000

export type DeskSetup = {
  name: string
  stock: StockBook
  requests: RequestBook
  manners: ErpManners
  random: () => number
  now: () => Instant
  delayMs: (step: ErpStep, requestId: string) => number
  unitsPerPackage: number
  carrier: string
  emit: (event: ErpEvent) => void
}

export type Received = 'fresh' | 'again' | 'conflict'

export class Desk {
  readonly #setup: DeskSetup
  readonly #wires = new Map<string, RequestWire>()
  readonly #timers = new Timers()
  #shipments = 0
  #packages = 0

  constructor(setup: DeskSetup) {
    this.#setup = setup
  }

  get idle(): boolean {
    return this.#timers.idle
  }

  close(): void {
    this.#timers.clear()
  }

  /** Books a request once by its id. `conflict`: the id is known with other content. */
  receive(wire: RequestWire): Received {
    const { requests } = this.#setup
    const known = requests.find(wire.requestId)
    if (known !== undefined) {
      known.timesReceived += 1
      return isDeepStrictEqual(this.#wires.get(wire.requestId), wire) ? 'again' : 'conflict'
    }
    this.#wires.set(wire.requestId, wire)
    const entry = requests.open(wire)
    this.#after('answer', entry, () => this.#answer(entry))
    return 'fresh'
  }

  /** Takes note that a cancel is wanted; the answer comes as an event. Asking twice is asking once. */
  askCancel(entry: RequestEntry): 'fresh' | 'again' {
    if (entry.cancel !== undefined) return 'again'
    entry.cancel = 'asked'
    this.#after('cancel', entry, () => this.#answerCancel(entry))
    return 'fresh'
  }

  #after(step: ErpStep, entry: RequestEntry, work: () => void): void {
    this.#timers.after(this.#setup.delayMs(step, entry.requestId), work)
  }

  #answer(entry: RequestEntry): void {
    if (entry.state !== 'received') return
    const { stock, manners, random } = this.#setup
    const refusal = drawRefusal(random, this.#handledWithCare(entry) ? 0 : manners.rejectShare)
    for (const line of entry.lines) {
      Object.assign(line, answerLine({ requested: line.requested, free: stock.free(line.sku, entry.node) }, refusal))
      if (line.accepted > 0) stock.commit(line.sku, entry.node, line.accepted)
    }
    if (this.#tellAnswer(entry)) {
      this.#after(entry.method === 'ship' ? 'ship' : 'collect', entry, () => this.#fulfil(entry))
    }
  }

  /** One event for the state of all lines; `request.rejected` and false when nothing is left to do. */
  #tellAnswer(entry: RequestEntry): boolean {
    const at = this.#setup.now()
    const accepted = entry.lines.some((line) => line.accepted > 0)
    const rejected = entry.lines.some((line) => line.rejected > 0)
    entry.state = accepted ? 'accepted' : 'rejected'
    const kind = accepted ? (rejected ? 'partial' : 'accepted') : 'rejected'
    const lines = entry.lines.map(({ lineNo, accepted, rejected, reason }) => ({
      lineNo,
      accepted,
      rejected,
      ...(reason === undefined ? {} : { reason }),
      ...(accepted === 0 ? {} : { expectedShipAt: plusMs(at, DAY_MS) }),
    }))
    this.#setup.emit({ type: `request.${kind}`, requestId: entry.requestId, at, lines })
    return accepted
  }

  #fulfil(entry: RequestEntry): void {
    if (entry.state !== 'accepted') return
    this.#pickShort(entry)
    const lines = entry.lines.filter((line) => line.accepted > 0)
    if (lines.length === 0) return
    for (const line of lines) {
      this.#setup.stock.ship(line.sku, entry.node, line.accepted, entry.method)
      line.shipped = line.accepted
    }
    entry.state = entry.method === 'ship' ? 'shipped' : 'collected'
    this.#tellShipment(entry, lines)
  }

  #handledWithCare({ lines }: RequestEntry): boolean {
    return lines.some((line) => this.#setup.manners.withCare.includes(line.sku))
  }

  /** A unit is not on the shelf: it leaves the books, and the hub is told before the rest goes out. */
  #pickShort(entry: RequestEntry): void {
    const { stock, manners, random } = this.#setup
    const share = this.#handledWithCare(entry) ? 0 : manners.shortPickShare
    const index = drawShortPick(random, share, entry.lines)
    const line = index === undefined ? undefined : entry.lines[index]
    if (line === undefined) return
    stock.writeOff(line.sku, entry.node, 1)
    Object.assign(line, { accepted: line.accepted - 1, rejected: line.rejected + 1, reason: 'outOfStock' })
    this.#tellAnswer(entry)
  }

  #tellShipment(entry: RequestEntry, shipped: readonly LineEntry[]): void {
    const { name, carrier, unitsPerPackage, emit, now } = this.#setup
    this.#shipments += 1
    const { requestId } = entry
    const shipmentId = `${name}-S${String(this.#shipments).padStart(8, '0')}`
    const shippedAt = now()
    const lines = shipped.map(({ lineNo, accepted }) => ({ lineNo, quantity: accepted }))
    const packed = pack(lines, unitsPerPackage)
    if (entry.method === 'pickup') {
      emit({ type: 'pickup.collected', requestId, shipmentId, shippedAt, packages: packed.map((lines) => ({ lines })) })
      entry.shipments.push({ shipmentId, shippedAt, trackingNumbers: [], lines })
      return
    }
    const packages = packed.map((lines) => this.#label(lines))
    const trackingNumbers = packages.map((parcel) => parcel.trackingNumber)
    emit({ type: 'shipment.created', requestId, shipmentId, shippedAt, carrier, service: 'standard', packages })
    entry.shipments.push({ shipmentId, shippedAt, trackingNumbers, lines })
  }

  #label(lines: PackageWire['lines']): PackageWire & { trackingNumber: string } {
    this.#packages += 1
    const trackingNumber = `${this.#setup.name.toUpperCase()}${String(this.#packages).padStart(10, '0')}`
    const units = lines.reduce((sum, line) => sum + line.quantity, 0)
    return {
      trackingNumber,
      trackingUrl: `https://tracking.example/${trackingNumber}`,
      weightGrams: 200 + 450 * units,
      lines,
    }
  }

  #answerCancel(entry: RequestEntry): void {
    const { stock, emit, now } = this.#setup
    const { requestId } = entry
    if (entry.state === 'shipped' || entry.state === 'collected') {
      entry.cancel = 'refused'
      const reason = entry.state === 'shipped' ? 'already shipped' : 'already collected'
      emit({ type: 'cancel.answered', requestId, at: now(), accepted: false, reason })
      return
    }
    for (const line of entry.lines) {
      if (line.accepted > 0) stock.release(line.sku, entry.node, line.accepted)
      line.cancelled = line.requested - line.rejected
    }
    entry.cancel = 'accepted'
    entry.state = 'cancelled'
    emit({ type: 'cancel.answered', requestId, at: now(), accepted: true })
  }
}
