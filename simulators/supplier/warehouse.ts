/**
 * A simulated 3PL that trades X12 files in a folder: it reads 940s and 943s and answers 997 and 945; what comes in, what is found or
 * broken, and what stands in the house it tells by 944, 947 and 846. It keeps books of its own and can misbehave.
 */
import type { Instant } from '#core/model/time.ts'
import { chance } from '../kit/chance.ts'
import { Timers } from '../kit/timers.ts'
import { Intake } from './intake.ts'
import type { Correspondent } from './interchange.ts'
import { X12 } from './language.ts'
import { openOffice, type Office, type PaperBooks } from './office.ts'
import { GOOD_FILES, type FileManners, type InFolder, type PartnerOptions, type Served } from './options.ts'
import { HouseStock, type ExpectedGoods, type HouseStockEntry, type ShippingOrder } from './warehouse-books.ts'
import { adjustmentAdvice, houseStock, receiptAdvice, shippingAdvice } from './warehouse-documents.ts'
import { warehouseReaders } from './warehouse-readers.ts'

export type WarehouseManners = FileManners & {
  /** Orders of which the first line is picked one unit short, although the book has it. */
  shortPickShare: number
}

export type WarehouseOptions = PartnerOptions & {
  manners?: Partial<WarehouseManners>
  /** How long picking takes, in milliseconds. Default 0. */
  pickMs?: () => number
} & (Served | InFolder)

export type WarehouseBooks = PaperBooks & {
  stock: HouseStockEntry[]
  orders: ShippingOrder[]
  expected: ExpectedGoods[]
}

export type Warehouse = Pick<Office, 'folder' | 'sftp'> & {
  behave: (manners: Partial<WarehouseManners>) => void
  /** Goods that a 943 announced are here: all of them, `damaged` units of each line broken. */
  receive: (adviceNumber: string, damaged?: number) => void
  /** Above zero: found; below: gone. Broken goods stay in the house. */
  adjust: (to: Correspondent, sku: string, change: number, reason: 'count' | 'damage') => void
  tellStock: (to: Correspondent, asOf?: Instant) => void
  /** A copy, safe to keep. */
  books: () => WarehouseBooks
  settled: (timeoutMs: number) => Promise<boolean>
  close: () => Promise<void>
}

const REASONS = { count: '05', damage: '01' }

export async function startWarehouse(options: WarehouseOptions): Promise<Warehouse> {
  const { name, random, carrier = 'UPSN', pickMs = () => 0 } = options
  const manners: WarehouseManners = { ...GOOD_FILES, shortPickShare: 0, ...options.manners }
  const office = await openOffice(options, X12, manners)
  const { tray, now } = office
  const place = { name, code: options.place ?? name.toUpperCase() }
  const stock = new HouseStock(options.stock)
  const timers = new Timers()
  const orders = new Map<string, ShippingOrder>()
  const expected = new Map<string, { goods: ExpectedGoods; from: Correspondent }>()
  let papers = 0
  /** W1703 has room for 12 characters. */
  const nextNumber = (): string => `${name.toUpperCase().slice(0, 6)}${String((papers += 1)).padStart(6, '0')}`

  const pick = (order: ShippingOrder, to: Correspondent): void => {
    const missing = chance(random, manners.shortPickShare) ? 1 : 0
    order.lines.forEach((line, index) => {
      line.shipped = Math.max(0, Math.min(line.ordered - (index === 0 ? missing : 0), stock.free(line.sku)))
      stock.ship(line.sku, line.shipped)
    })
    order.state = 'shipped'
    const number = nextNumber()
    tray.add('945', to, shippingAdvice(order, { number, at: now(), carrier, tracking: `1Z${number}` }))
  }

  const readers = warehouseReaders({
    shipOrder: (order, from) => {
      if (orders.has(order.orderNumber)) return 'again'
      orders.set(order.orderNumber, order)
      timers.after(pickMs(), () => pick(order, from))
      return 'fresh'
    },
    expect: (goods, from) => {
      const known = expected.has(goods.adviceNumber)
      expected.set(goods.adviceNumber, { goods, from })
      return known ? 'again' : 'fresh'
    },
  })
  office.open(new Intake({ ...office.intake, later: (_file, work) => timers.after(0, work) }, readers))

  return {
    folder: office.folder,
    ...(office.sftp === undefined ? {} : { sftp: office.sftp }),
    behave: (changes) => Object.assign(manners, changes),
    receive: (adviceNumber, damaged = 0) => {
      const known = expected.get(adviceNumber)
      if (known === undefined) throw new Error(`nobody announced ${adviceNumber}`)
      const lines = known.goods.lines.map((line) => ({ ...line, damaged: Math.min(damaged, line.quantity) }))
      for (const line of lines) stock.receive(line.sku, line.quantity, line.damaged)
      const receipt = { number: nextNumber(), advice: adviceNumber, at: now(), lines }
      tray.add('944', known.from, receiptAdvice(place, receipt))
    },
    adjust: (to, sku, change, reason) => {
      if (reason === 'damage') stock.breakUnits(sku, -change)
      else stock.adjust(sku, change)
      const adjustment = { number: nextNumber(), at: now(), sku, change, reason: REASONS[reason] }
      tray.add('947', to, adjustmentAdvice(place, adjustment))
    },
    tellStock: (to, asOf = now()) =>
      tray.add('846', to, houseStock(place, { number: nextNumber(), at: asOf, entries: stock.entries() })),
    books: () => ({
      ...office.books(),
      stock: stock.entries(),
      orders: structuredClone([...orders.values()]),
      expected: structuredClone([...expected.values()].map(({ goods }) => goods)),
    }),
    settled: (timeoutMs) => office.settled(() => timers.idle, timeoutMs),
    close: async () => {
      timers.clear()
      await office.close()
    },
  }
}
