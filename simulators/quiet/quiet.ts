/**
 * A simulated warehouse that speaks Quiet XML in SFTP folders: ship orders and cancels in; acknowledgments, results with cartons, stock
 * and returns out. It keeps books of its own and can misbehave.
 */
import type { Instant } from '#core/model/time.ts'
import { chance } from '../kit/chance.ts'
import { type FileManners, GOOD_FILE_MANNERS, startFilePartner, type FilePartner } from '../kit/file-partner.ts'
import type { SftpLogin } from '../kit/sftp/server.ts'
import { Tally } from '../kit/tally.ts'
import { Timers } from '../kit/timers.ts'
import { type OrderedLine, Warehouse, type WarehouseItem, type WarehouseOrder } from '../kit/warehouse.ts'
import {
  acknowledgmentOf,
  cancelResultOf,
  errorOf,
  eventOf,
  readIncoming,
  resultOf,
  returnOf,
  summaryOf,
  type Party,
  type ReturnedLine,
} from './documents.ts'

export type QuietManners = FileManners & {
  /** Orders of which the first line gets a unit less than is there. */
  shortPickShare: number
  /** Orders that are acknowledged and never shipped. */
  neverShipShare: number
  /** Each shipped line is told as an inventory event too, though the result says it. */
  tellsShipmentsTwice: boolean
}

export const GOOD_MANNERS: QuietManners = {
  ...GOOD_FILE_MANNERS,
  shortPickShare: 0,
  neverShipShare: 0,
  tellsShipmentsTwice: false,
}

export type QuietOptions = {
  party: Party
  /** Units on hand by item number. */
  stock: Readonly<Record<string, number>>
  login: SftpLogin
  /** Numbers from 0 to below 1. */
  random: () => number
  manners?: Partial<QuietManners>
  /** How long a step takes, in milliseconds. Default 0. */
  delayMs?: (step: 'ship' | 'cancel', number: string) => number
  exceptionCode?: string
  unitsPerCarton?: number
  now: () => Instant
}

export type QuietWarehouse = Pick<FilePartner, 'folder' | 'sftp' | 'close'> & {
  behave: (changes: Partial<QuietManners>) => void
  /** Units are found or lost; the event tells it. */
  adjust: (item: string, delta: number, type?: string) => void
  /** Lays down a full count. */
  tellStock: () => void
  receiveReturn: (rma: string, lines: readonly ReturnedLine[]) => void
  books: () => {
    items: WarehouseItem[]
    orders: WarehouseOrder[]
    documents: Record<string, number>
    /** Returns that were announced, by RMA number. */
    returnsExpected: Record<string, readonly OrderedLine[]>
    filesOut: Record<string, number>
    troubles: string[]
  }
  settled: (timeoutMs: number) => Promise<boolean>
}

export async function startQuietWarehouse(options: QuietOptions): Promise<QuietWarehouse> {
  const { party, random, now, exceptionCode = 'SHORT' } = options
  const delayMs = options.delayMs ?? (() => 0)
  const manners: QuietManners = { ...GOOD_MANNERS, ...options.manners }
  const warehouse = new Warehouse(options.stock, options.unitsPerCarton)
  const timers = new Timers()
  const documents = new Tally()
  const expected = new Map<string, readonly OrderedLine[]>()
  let files = 0
  let events = 0

  const partner = await startFilePartner({
    login: options.login,
    manners,
    random,
    take: (name, bytes) => take(name, bytes),
  })

  /** `SoResultV2_ACME_ful_1_20261122_093000000.xml`; the count keeps names of one millisecond apart. */
  const lay = (type: string, key: string, bytes: Uint8Array): void => {
    const at = now()
    const stamp = `${at.slice(0, 10).replaceAll('-', '')}_${at.slice(11, 23).replace(/[:.]/g, '')}`
    files += 1
    documents.add(type)
    partner.lay(`${type}_${party.businessUnit}_${key}-${files}_${stamp}.xml`, bytes)
  }

  const tellEvent = (item: string, delta: number, type: string): void => {
    events += 1
    lay('InventoryEvent', item, eventOf({ id: `E${events}`, type, item, delta, reason: type }, party, now()))
  }

  const ship = (number: string): void => {
    const order = warehouse.ship(number, chance(random, manners.shortPickShare) ? 1 : 0)
    if (order === undefined) return
    lay('SoResultV2', number, resultOf(order, party, now(), exceptionCode))
    if (!manners.tellsShipmentsTwice) return
    for (const { item, shipped } of order.lines) if (shipped > 0) tellEvent(item, -shipped, 'SHIP')
  }

  const take = (name: string, bytes: Uint8Array): void => {
    const said = readIncoming(bytes)
    documents.add(`in ${said.kind}`)
    if (said.kind === 'unreadable') return lay('ErrorMessage', 'error', errorOf(`${name}: ${said.why}`, now()))
    if (said.kind === 'cancel') {
      timers.after(delayMs('cancel', said.number), () =>
        lay('SoCancelResult', said.number, cancelResultOf(said.number, party, warehouse.cancel(said.number))),
      )
      return
    }
    if (said.kind === 'return') {
      expected.set(said.rma, said.lines)
      return lay('Acknowledgment', said.rma, acknowledgmentOf(name, said.rma))
    }
    const fresh = warehouse.receive(said.number, said.lines) === 'fresh'
    lay('Acknowledgment', said.number, acknowledgmentOf(name, said.number))
    if (!fresh) return
    const order = warehouse.order(said.number)
    if (order !== undefined && chance(random, manners.neverShipShare)) order.state = 'ignored'
    else timers.after(delayMs('ship', said.number), () => ship(said.number))
  }

  return {
    folder: partner.folder,
    sftp: partner.sftp,
    behave: (changes) => Object.assign(manners, changes),
    adjust: (item, delta, type = 'ADJUST') => {
      warehouse.adjust(item, delta)
      tellEvent(item, delta, type)
    },
    tellStock: () => lay('InventorySummary', 'all', summaryOf(warehouse.items(), party)),
    receiveReturn: (rma, lines) => lay('RmaResultV2', rma, returnOf(rma, lines, party, now())),
    books: () => ({
      items: warehouse.items(),
      orders: warehouse.orders(),
      documents: documents.all(),
      returnsExpected: Object.fromEntries(expected),
      filesOut: partner.filesOut(),
      troubles: [...partner.troubles],
    }),
    settled: (timeoutMs) => partner.settled(() => timers.idle, timeoutMs),
    close: async () => {
      timers.clear()
      await partner.close()
    },
  }
}
