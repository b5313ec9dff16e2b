/**
 * A simulated 3PL that trades CSV files in SFTP folders, in German: AUFTRAG_ and STORNO_ in; BEST_, VERSAND_, BESTAND_, STORNOANTWORT_ and
 * QUITTUNG_ or ABLEHNUNG_ out; semicolons, decimal commas, local time. docs/examples/3pl-profile.json describes it. It keeps books of
 * its own and can misbehave.
 */
import type { Instant } from '#core/model/time.ts'
import { epochMsOf } from '#core/model/time.ts'
import { readCsv, record } from '#mappings/formats/csv/reader.ts'
import { writeCsv } from '#mappings/formats/csv/writer.ts'
import { chance } from '../kit/chance.ts'
import { type FileManners, GOOD_FILE_MANNERS, startFilePartner, type FilePartner } from '../kit/file-partner.ts'
import type { SftpLogin } from '../kit/sftp/server.ts'
import { Tally } from '../kit/tally.ts'
import { Timers } from '../kit/timers.ts'
import { Warehouse, type WarehouseItem, type WarehouseOrder } from '../kit/warehouse.ts'

export type ThreePlManners = FileManners & {
  /** Orders of which the first line gets a unit less than is there. */
  shortPickShare: number
  /** Orders that are confirmed and never shipped. */
  neverShipShare: number
  /** Files with rows that nobody can read, between the good ones. */
  badRowShare: number
}

const GOOD_MANNERS: ThreePlManners = { ...GOOD_FILE_MANNERS, shortPickShare: 0, neverShipShare: 0, badRowShare: 0 }

export type ThreePlOptions = {
  stock: Readonly<Record<string, number>>
  login: SftpLogin
  random: () => number
  now: () => Instant
  manners?: Partial<ThreePlManners>
  delayMs?: (step: 'ship', number: string) => number
}

export type ThreePl = Pick<FilePartner, 'folder' | 'sftp' | 'close'> & {
  behave: (changes: Partial<ThreePlManners>) => void
  tellStock: () => void
  books: () => {
    items: WarehouseItem[]
    orders: WarehouseOrder[]
    /** Receipts of the hub, by their beginning: OK or FEHLER. */
    receipts: Record<string, number>
    filesOut: Record<string, number>
    troubles: string[]
  }
  settled: (timeoutMs: number) => Promise<boolean>
}

export async function startThreePl(options: ThreePlOptions): Promise<ThreePl> {
  const { random, now } = options
  const clock = (): Date => new Date(epochMsOf(now()))
  const manners: ThreePlManners = { ...GOOD_MANNERS, ...options.manners }
  const delayMs = options.delayMs ?? (() => 0)
  const warehouse = new Warehouse(options.stock)
  const timers = new Timers()
  const receipts = new Tally()
  let files = 0
  let notes = 0
  // A count is as old as the last thing that moved: what leaves in the same second is in it.
  let movedAt = new Date(epochMsOf(now()) - 60_000)
  const partner = await startFilePartner({
    login: options.login,
    manners,
    random,
    take: (name, bytes) => take(name, bytes),
  })

  const lay = (prefix: string, header: readonly string[], rows: readonly (readonly string[])[], at = clock()): void => {
    files += 1
    const broken = chance(random, manners.badRowShare) ? [header.map(() => 'defekt')] : []
    const written = writeCsv([...broken, ...rows], { header, delimiter: ';' })
    if (!written.ok) throw new Error('the simulator wrote what CSV cannot hold')
    partner.lay(`${prefix}_${stampOf(at)}_${files}.csv`, written.value)
  }

  const ship = (number: string): void => {
    const order = warehouse.ship(number, chance(random, manners.shortPickShare) ? 1 : 0)
    if (order === undefined) return
    notes += 1
    movedAt = clock()
    const when = localTime(movedAt)
    const rows = order.cartons.flatMap((carton) =>
      carton.content.map(({ line, quantity }) => [
        `L${notes}`,
        number,
        line,
        `${quantity},0`,
        when,
        'DHL',
        carton.tracking,
      ]),
    )
    const missing = order.lines.filter((line) => line.shipped === 0)
    const nothing = missing.map((line) => [`L${notes}`, number, line.line, '0', when, '', ''])
    lay(
      'VERSAND',
      ['Lieferschein', 'Auftrag', 'Pos', 'Menge', 'Versandt', 'Spediteur', 'Sendung'],
      [...rows, ...nothing],
    )
  }

  const takeOrders = (name: string, bytes: Uint8Array): void => {
    const file = readCsv(bytes, {
      delimiter: ';',
      header: { required: ['Auftrag', 'Pos', 'Artikel', 'Menge'] },
      fallback: 'latin1',
    })
    if (file.issues.length > 0) return lay('ABLEHNUNG', ['Datei', 'Grund'], [[name, file.issues[0]?.rule ?? '']])
    const rows = file.rows.map(({ cells }) => record(file.columns, cells))
    for (const [number, lines] of Map.groupBy(rows, (row) => row['Auftrag'] ?? '')) {
      const wanted = lines.map((row) => ({
        line: row['Pos'] ?? '',
        item: row['Artikel'] ?? '',
        quantity: Number(row['Menge']),
      }))
      if (warehouse.receive(number, wanted) === 'again') continue
      const order = warehouse.order(number)
      lay(
        'BEST',
        ['Auftrag', 'Pos', 'Zugesagt', 'Fehlt', 'Grund'],
        wanted.map((line) => [number, line.line, String(line.quantity), '0', '']),
      )
      if (order !== undefined && chance(random, manners.neverShipShare)) order.state = 'ignored'
      else timers.after(delayMs('ship', number), () => ship(number))
    }
    lay('QUITTUNG', ['Datei'], [[name]])
  }

  const take = (name: string, bytes: Uint8Array): void => {
    if (/^(OK|FEHLER)_/.test(name)) return receipts.add(name.split('_')[0] ?? '')
    if (!name.startsWith('STORNO_')) return takeOrders(name, bytes)
    const file = readCsv(bytes, { delimiter: ';', header: { required: ['Auftrag'] }, fallback: 'latin1' })
    const numbers = file.rows.map(({ cells }) => record(file.columns, cells)['Auftrag'] ?? '')
    lay(
      'STORNOANTWORT',
      ['Auftrag', 'Ja'],
      numbers.map((number) => [number, warehouse.cancel(number) ? '1' : '0']),
    )
  }

  return {
    folder: partner.folder,
    sftp: partner.sftp,
    behave: (changes) => Object.assign(manners, changes),
    tellStock: () =>
      lay(
        'BESTAND',
        ['Artikel', 'Bestand'],
        warehouse.items().map(({ item, onHand }) => [item, String(onHand)]),
        movedAt,
      ),
    books: () => ({
      items: warehouse.items(),
      orders: warehouse.orders(),
      receipts: receipts.all(),
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

/** What a clock in Berlin shows, as `dd.mm.yyyy hh:mm:ss`. */
function localTime(at: Date): string {
  const parts = partsOf(at)
  return `${parts['day']}.${parts['month']}.${parts['year']} ${parts['hour']}:${parts['minute']}:${parts['second']}`
}

function stampOf(at: Date): string {
  const parts = partsOf(at)
  return `${parts['year']}${parts['month']}${parts['day']}_${parts['hour']}${parts['minute']}${parts['second']}`
}

function partsOf(at: Date): Record<string, string> {
  const format = new Intl.DateTimeFormat('de-DE', {
    timeZone: 'Europe/Berlin',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  })
  return Object.fromEntries(format.formatToParts(at).map(({ type, value }) => [type, value]))
}
