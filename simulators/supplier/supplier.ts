/**
 * A simulated drop-ship supplier that trades files in a folder. X12: it reads 850s and 860s and answers 997, 855, 856 and 865, and
 * tells its stock by 846; EDIFACT: ORDERS and ORDCHG, answered by CONTRL, ORDRSP and DESADV, and INVRPT. By default it serves
 * the folder itself by SFTP; it can also work on one that OpenSSH serves. It keeps books of its own and can misbehave.
 */
import type { Instant } from '#core/model/time.ts'
import { OrderBook, VendorStock, type OrderEntry, type VendorStockEntry } from './books.ts'
import { Desk } from './desk.ts'
import { EdifactIntake } from './edifact-intake.ts'
import { Intake } from './intake.ts'
import type { Correspondent } from './interchange.ts'
import { EDIFACT, X12 } from './language.ts'
import { openOffice, type Office, type PaperBooks } from './office.ts'
import { GOOD_MANNERS } from './options.ts'
import type { SupplierManners, SupplierOptions } from './options.ts'
import { supplierReaders } from './supplier-readers.ts'

export type SupplierBooks = PaperBooks & { stock: VendorStockEntry[]; orders: OrderEntry[] }

export type Supplier = Pick<Office, 'sftp'> & {
  /** The folder on this machine that holds in/, out/ and archive/. */
  folder: string
  /** Changes behaviour while it runs. */
  behave: (manners: Partial<SupplierManners>) => void
  /** Lays out a report of all its stock for a partner; `asOf` is now where it is left out. */
  tellStock: (to: Correspondent, asOf?: Instant) => void
  /** A copy, safe to keep. */
  books: () => SupplierBooks
  /** Resolves to true when in/ is empty, no step is due and every answer lies in out/; to false after `timeoutMs`. */
  settled: (timeoutMs: number) => Promise<boolean>
  /** Stops, and removes the folder where it was the supplier's own. */
  close: () => Promise<void>
}

/** `sftp` is absent when someone else serves the folder. Remote paths are /in, /out, /archive. */
export async function startSupplier(options: SupplierOptions): Promise<Supplier> {
  const { name, random, unitsPerCarton = 10, carrier = 'UPSN', delayMs = () => 0, packed = [] } = options
  const language = options.standard === 'edifact' ? EDIFACT : X12
  const manners: SupplierManners = { ...GOOD_MANNERS, ...options.manners }
  const office = await openOffice(options, language, manners)
  const { tray, now, onTrouble } = office
  const stock = new VendorStock(options.stock)
  const orders = new OrderBook()
  const parcels = { unitsPerCarton, carrier, packed }
  const desk = new Desk({ name, stock, orders, tray, language, manners, random, now, delayMs, onTrouble, ...parcels })
  const later = (file: string, work: () => void): void => desk.after('acknowledge', file, work)
  const setup = { ...office.intake, later }
  office.open(
    options.standard === 'edifact' ? new EdifactIntake(setup, desk) : new Intake(setup, supplierReaders(desk)),
  )
  let reports = 0
  return {
    folder: office.folder,
    ...(office.sftp === undefined ? {} : { sftp: office.sftp }),
    behave: (changes) => Object.assign(manners, changes),
    tellStock: (to, asOf = now()) => {
      reports += 1
      const report = { number: String(reports), at: asOf, entries: stock.entries() }
      tray.add(language.types.stock, to, language.stock({ ...report, place: options.place ?? name.toUpperCase() }))
    },
    books: () => ({ ...office.books(), stock: stock.entries(), orders: orders.entries() }),
    settled: (timeoutMs) => office.settled(() => desk.idle, timeoutMs),
    close: async () => {
      desk.close()
      await office.close()
    },
  }
}
