/** What every partner of this folder has: its exchange folder with or without an SFTP server, an out tray, and counts of what passed. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { instantFromEpochMs, type Instant } from '#core/model/time.ts'
import { Tally } from '../kit/tally.ts'
import { ExchangeFolder } from '../kit/exchange-folder.ts'
import type { IntakeSetup } from './intake.ts'
import { ControlNumbers } from './interchange.ts'
import type { Language } from './language.ts'
import { STAR_SEPARATORS, type FileManners, type InFolder, type PartnerOptions, type Served } from './options.ts'
import { Receipts, type ReceiptCounts } from './receipts.ts'
import { startSftpServer, type SftpServer } from '../kit/sftp/server.ts'
import { Tray } from './tray.ts'
import { Watch, type Taker } from '../kit/watch.ts'

/** What any partner's books say of the files and papers that passed. */
export type PaperBooks = {
  /** Transaction sets by type. Sets in copies and broken files are not counted. */
  documents: { in: Record<string, number>; out: Record<string, number> }
  /** Files laid into out/: `whole`, `halfWritten`, `copy`, `broken`, `garbage`. */
  filesOut: Record<string, number>
  /** `orders`: order numbers that came again; `interchanges`: files that came again; `conflicts`: same number, other bytes. */
  repeats: { orders: number; interchanges: number; conflicts: number }
  /** What the hub said of our documents, by group. */
  receipts: ReceiptCounts
  /** What could not be read or written, in words. */
  troubles: string[]
}

export type Office = {
  folder: string
  sftp?: Pick<SftpServer, 'host' | 'port' | 'hostKeySha256' | 'cutConnections'>
  now: () => Instant
  tray: Tray
  /** All that an intake needs besides its desk. */
  intake: Omit<IntakeSetup, 'later'>
  onTrouble: (trouble: string) => void
  /** Begins to look into in/. */
  open: (intake: Taker) => void
  books: () => PaperBooks
  /** True when in/ is empty, `idle` holds and every paper lies in out/; false after `timeoutMs`. */
  settled: (idle: () => boolean, timeoutMs: number) => Promise<boolean>
  close: () => Promise<void>
}

export async function openOffice(
  options: PartnerOptions & (Served | InFolder),
  language: Pick<Language, 'compose' | 'withWrongTrailer'>,
  manners: FileManners,
): Promise<Office> {
  const { name, identity, random } = options
  const folder = options.serve === false ? options.folder : await mkdtemp(join(tmpdir(), 'crossdock-partner-'))
  const exchange = await ExchangeFolder.open(folder)
  const server = options.serve === false ? undefined : await serve(options, folder)
  const now = options.now ?? (() => instantFromEpochMs(Date.now()))
  const troubles: string[] = []
  const onTrouble = (trouble: string): void => void troubles.push(trouble)
  const [documentsIn, documentsOut, filesOut, repeats] = [new Tally(), new Tally(), new Tally(), new Tally()]
  const receipts = new Receipts()
  const tray = new Tray({
    name,
    language,
    sender: { identity, separators: options.separators ?? STAR_SEPARATORS },
    numbers: new ControlNumbers(options.firstControlNumber ?? 1),
    folder: exchange,
    manners,
    random,
    now,
    setsPerFile: options.setsPerFile ?? 50,
    documentsOut,
    filesOut,
    onGroup: (functionalId, groupNumber) => receipts.expect(functionalId, groupNumber),
    onTrouble,
  })
  let watch: Watch | undefined
  return {
    folder,
    ...(server === undefined ? {} : { sftp: server }),
    now,
    tray,
    intake: { tray, receipts, documentsIn, repeats, onTrouble },
    onTrouble,
    open: (intake) => {
      watch = new Watch(exchange, intake, options.pollMs ?? 20, onTrouble)
    },
    books: () => ({
      documents: { in: documentsIn.all(), out: documentsOut.all() },
      filesOut: filesOut.all(),
      repeats: {
        orders: repeats.of('orders'),
        interchanges: repeats.of('interchanges'),
        conflicts: repeats.of('conflicts'),
      },
      receipts: receipts.counts(),
      troubles: [...troubles],
    }),
    settled: (idle, timeoutMs) =>
      waitUntil(async () => ((await watch?.idle()) ?? true) && idle() && tray.idle, timeoutMs),
    close: async () => {
      await watch?.close()
      await tray.close()
      await server?.close()
      if (server !== undefined) await rm(folder, { recursive: true, force: true })
    },
  }
}

function serve(options: Served, folder: string): Promise<SftpServer> {
  const { login, hostKey, host, port } = options
  return startSftpServer({
    folder,
    login,
    ...(hostKey === undefined ? {} : { hostKey }),
    ...(host === undefined ? {} : { host }),
    ...(port === undefined ? {} : { port }),
  })
}

const POLL_MS = 5

async function waitUntil(isTrue: () => Promise<boolean>, timeoutMs: number): Promise<boolean> {
  for (let waitedMs = 0; !(await isTrue()); waitedMs += POLL_MS) {
    if (waitedMs >= timeoutMs) return false
    await sleep(POLL_MS)
  }
  return true
}
