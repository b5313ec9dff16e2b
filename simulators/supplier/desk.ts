/** The life of a purchase order inside the supplier: received, acknowledged line by line, shipped. */
import type { Instant } from '#core/model/time.ts'
import { plusMs } from '#core/model/time.ts'
import type { LineAnswer, OrderBook, OrderEntry, VendorStock } from './books.ts'
import { chance } from '../kit/chance.ts'
import { answerLine, pack } from './decide.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'
import type { Correspondent } from './interchange.ts'
import type { Language } from './language.ts'
import type { SupplierManners, SupplierStep } from './options.ts'
import type { Change, PurchaseOrder } from './purchase-order.ts'
import { Timers } from '../kit/timers.ts'
import type { Tray } from './tray.ts'

const DAY_MS = 86_400_000
/** A backordered line is promised this much later than one on the shelf. */
const BACKORDER_DAYS = 7

export type DeskSetup = {
  name: string
  stock: VendorStock
  orders: OrderBook
  tray: Tray
  language: Language
  manners: SupplierManners
  random: () => number
  now: () => Instant
  delayMs: (step: SupplierStep, subject: string) => number
  unitsPerCarton: number
  carrier: string
  packed: readonly string[]
  onTrouble: (trouble: string) => void
}

export class Desk {
  readonly #setup: DeskSetup
  readonly #timers = new Timers()
  #shipments = 0
  #cartons = 0

  constructor(setup: DeskSetup) {
    this.#setup = setup
  }

  get idle(): boolean {
    return this.#timers.idle
  }

  close(): void {
    this.#timers.clear()
  }

  /** Runs any step of the supplier after its delay. */
  after(step: SupplierStep, subject: string, work: () => void): void {
    this.#timers.after(this.#setup.delayMs(step, subject), work)
  }

  /** A purchase order number makes one order, however often it comes. */
  receive(order: PurchaseOrder, from: Correspondent): 'fresh' | 'again' {
    const { orders } = this.#setup
    const known = orders.find(order.poNumber)
    if (known !== undefined) {
      known.timesReceived += 1
      return 'again'
    }
    const entry = orders.open(order)
    this.after('answer', entry.poNumber, () => this.#answer(entry, from))
    return 'fresh'
  }

  /** 824: OTI10 is the set that is refused, OTI03 its number, TED02 why. */
  hear(advice: X12Set): void {
    const oti = advice.segments.find((segment) => segment.id === 'OTI')
    const words = advice.segments.filter((segment) => segment.id === 'TED').map((segment) => segment.element(2))
    this.#setup.onTrouble(`our ${oti?.element(10)} ${oti?.element(3)} was refused: ${words.join('; ')}`)
  }

  /** Takes an order out as long as it stands in the house; what nobody knows is no order, and its cancel is told as trouble. */
  cancel({ poNumber, number, references }: Change, from: Correspondent): 'fresh' {
    const entry = this.#setup.orders.find(poNumber)
    if (entry === undefined) this.#setup.onTrouble(`a cancel came for ${poNumber}, which nobody ordered`)
    else {
      Object.assign(entry, { cancelReferences: references, changeNumber: number })
      this.after('answer', poNumber, () => this.#answerCancel(entry, from))
    }
    return 'fresh'
  }

  /** Takes units out of lines as long as the order stands in the house: each line is to have so many from now on. */
  change({ poNumber, number, references }: Change, lines: ReadonlyMap<string, number>, from: Correspondent): 'fresh' {
    const entry = this.#setup.orders.find(poNumber)
    if (entry === undefined) this.#setup.onTrouble(`a change came for ${poNumber}, which nobody ordered`)
    else {
      Object.assign(entry, { cancelReferences: references, changeNumber: number })
      this.after('answer', poNumber, () => this.#answerChange(entry, lines, from))
    }
    return 'fresh'
  }

  #answerChange(entry: OrderEntry, wanted: ReadonlyMap<string, number>, to: Correspondent): void {
    const { stock, tray, now, language, packed } = this.#setup
    const stands = entry.state === 'received' || entry.state === 'accepted'
    const answers: LineAnswer[] = []
    for (const line of stands ? entry.lines : []) {
      const isPacked = packed.includes(line.vendorSku)
      const left = isPacked ? line.accepted : Math.min(line.accepted, wanted.get(line.lineId) ?? line.accepted)
      if (left < line.accepted) stock.release(line.vendorSku, line.accepted - left)
      line.accepted = left
      if (wanted.has(line.lineId)) answers.push({ line, agreed: !isPacked })
    }
    const byLine = answers.some((each) => !each.agreed) ? answers : []
    if (stands && entry.state === 'accepted' && entry.lines.every((line) => line.accepted === 0))
      entry.state = 'cancelled'
    tray.add(language.types.changeAnswer, to, language.changeAnswer(entry, stands, now(), byLine))
  }

  #answerCancel(entry: OrderEntry, to: Correspondent): void {
    const { stock, tray, now, language } = this.#setup
    const stands = entry.state === 'received' || entry.state === 'accepted'
    if (stands) {
      for (const line of entry.lines) if (line.accepted > 0) stock.release(line.vendorSku, line.accepted)
      entry.state = 'cancelled'
    }
    const accepted = stands || entry.state === 'cancelled'
    tray.add(language.types.changeAnswer, to, language.changeAnswer(entry, accepted, now()))
  }

  #answer(entry: OrderEntry, to: Correspondent): void {
    const { manners, random, stock, tray, now, language } = this.#setup
    if (entry.state === 'cancelled') return
    if (chance(random, manners.neverAnswerShare)) {
      entry.state = 'ignored'
      return
    }
    const refused = chance(random, manners.rejectShare)
    const short = chance(random, manners.partialShare) ? Math.floor(random() * entry.lines.length) : -1
    const late = chance(random, manners.backorderShare)
    entry.lines.forEach((line, index) => {
      const withheld = refused ? line.requested : index === short ? 1 : 0
      Object.assign(line, answerLine(line.requested, stock.free(line.vendorSku), withheld, late))
      if (line.accepted > 0) stock.commit(line.vendorSku, line.accepted)
    })
    const accepted = entry.lines.some((line) => line.accepted > 0)
    entry.state = accepted ? 'accepted' : 'rejected'
    const at = now()
    const promisedAt = plusMs(at, DAY_MS * (late ? 1 + BACKORDER_DAYS : 1))
    tray.add(language.types.answer, to, language.answer(entry, at, promisedAt))
    if (accepted) this.after('ship', entry.poNumber, () => this.#ship(entry, to))
  }

  #ship(entry: OrderEntry, to: Correspondent): void {
    const { name, stock, tray, now, carrier, unitsPerCarton, language } = this.#setup
    if (entry.state === 'cancelled') return
    const lines = entry.lines.filter((line) => line.accepted > 0)
    for (const line of lines) {
      stock.ship(line.vendorSku, line.accepted)
      line.shipped = line.accepted
    }
    this.#shipments += 1
    const content = lines.map(({ lineId, accepted }) => ({ lineId, quantity: accepted }))
    const shipment = {
      shipmentId: `${name.toUpperCase()}S${String(this.#shipments).padStart(8, '0')}`,
      shippedAt: now(),
      carrier,
      cartons: pack(content, unitsPerCarton).map((packed) => ({ trackingNumber: this.#label(), lines: packed })),
    }
    entry.shipments.push(shipment)
    entry.state = 'shipped'
    tray.add(language.types.notice, to, language.notice(entry, shipment, name))
  }

  #label(): string {
    this.#cartons += 1
    return `${this.#setup.name.toUpperCase()}${String(this.#cartons).padStart(10, '0')}`
  }
}
