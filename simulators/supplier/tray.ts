/** The out tray: gathers what is due, writes it into files of one type each, and lays them into out/, politely or not. */
import { describeIssue } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { Tally } from '../kit/tally.ts'
import { chance } from '../kit/chance.ts'
import { dateOf } from './documents.ts'
import type { ExchangeFolder } from '../kit/exchange-folder.ts'
import type { Composed, ControlNumbers, Correspondent, Segments, Sender } from './interchange.ts'
import type { Language } from './language.ts'
import type { FileManners } from './options.ts'
import { Timers } from '../kit/timers.ts'

export type TraySetup = {
  name: string
  sender: Sender
  language: Pick<Language, 'compose' | 'withWrongTrailer'>
  numbers: ControlNumbers
  folder: ExchangeFolder
  manners: FileManners
  random: () => number
  now: () => Instant
  setsPerFile: number
  documentsOut: Tally
  filesOut: Tally
  /** Hears of each group that is laid out, so that its 997 can be told from a stranger's. */
  onGroup: (functionalId: string, groupNumber: string) => void
  /** Hears what could not be written or laid out. */
  onTrouble: (trouble: string) => void
}

type Bundle = { type: string; to: Correspondent; sets: Segments[] }

/** Documents that come due close together share a file. */
const GATHER_MS = 5

export class Tray {
  readonly #setup: TraySetup
  readonly #timers = new Timers()
  #bundles = new Map<string, Bundle>()
  readonly #publishing = new Set<Promise<void>>()

  constructor(setup: TraySetup) {
    this.#setup = setup
  }

  get idle(): boolean {
    return this.#bundles.size === 0 && this.#publishing.size === 0
  }

  /** `type` as ST01 or UNH has it. */
  add(type: string, to: Correspondent, segments: Segments): void {
    const key = JSON.stringify([type, to])
    const bundle = this.#bundles.get(key) ?? { type, to, sets: [] }
    bundle.sets.push(segments)
    this.#bundles.set(key, bundle)
    if (this.#timers.idle) this.#timers.after(GATHER_MS, () => this.#flush())
  }

  /** Drops what was not begun and waits for what was. */
  async close(): Promise<void> {
    this.#timers.clear()
    this.#bundles.clear()
    await Promise.all(this.#publishing)
  }

  #flush(): void {
    const { setsPerFile, onTrouble } = this.#setup
    const bundles = [...this.#bundles.values()]
    this.#bundles = new Map()
    for (const { type, to, sets } of bundles) {
      for (let from = 0; from < sets.length; from += setsPerFile) {
        const work = this.#layOut(type, to, sets.slice(from, from + setsPerFile))
          .catch((error: unknown) => onTrouble(error instanceof Error ? error.message : 'a file could not be laid out'))
          .finally(() => this.#publishing.delete(work))
        this.#publishing.add(work)
      }
    }
  }

  async #layOut(type: string, to: Correspondent, sets: Bundle['sets']): Promise<void> {
    const { manners, random, documentsOut, onGroup, language } = this.#setup
    if (chance(random, manners.garbageFile)) await this.#publish('garbage', `GARBAGE_${this.#stamp()}`, this.#garbage())
    if (chance(random, manners.wrongControlNumber)) {
      const broken = this.#compose(type, to, sets)
      if (broken !== undefined)
        await this.#publish('broken', this.#nameOf(type, broken), language.withWrongTrailer(broken.bytes))
    }
    const composed = this.#compose(type, to, sets)
    if (composed === undefined) return
    onGroup(composed.functionalId, composed.groupNumber)
    documentsOut.add(type, sets.length)
    const name = this.#nameOf(type, composed)
    if (chance(random, manners.halfWritten)) await this.#publishInHalves(name, composed.bytes)
    else await this.#publish('whole', name, composed.bytes)
    if (chance(random, manners.duplicateFiles)) await this.#publish('copy', `${name}_again`, composed.bytes)
  }

  /** A value that the standard cannot carry must not vanish without a word: it is told, and the file is not written. */
  #compose(type: string, to: Correspondent, sets: Bundle['sets']): Composed | undefined {
    const { sender, numbers, now, onTrouble, language } = this.#setup
    const written = language.compose(sender, to, type, sets, numbers.take(), now())
    if (written.ok) return written.value
    onTrouble(written.issues.map(describeIssue).join('; '))
    return undefined
  }

  async #publish(kind: 'whole' | 'copy' | 'broken' | 'garbage', name: string, bytes: Uint8Array): Promise<void> {
    await this.#setup.folder.publish(`${name}.edi`, bytes)
    this.#setup.filesOut.add(kind)
  }

  async #publishInHalves(name: string, bytes: Uint8Array): Promise<void> {
    const { folder, manners, filesOut } = this.#setup
    await folder.publishInHalves(`${name}.edi`, bytes, manners.halfWrittenMs)
    filesOut.add('halfWritten')
  }

  #nameOf(type: string, { interchangeNumber }: Composed): string {
    const { name, now } = this.#setup
    return `${type}_${name}_${dateOf(now())}_${interchangeNumber}`
  }

  #stamp(): string {
    return String(this.#setup.numbers.take()).padStart(9, '0')
  }

  #garbage(): Uint8Array {
    const noise = Array.from({ length: 400 }, () => Math.floor(this.#setup.random() * 256))
    return Buffer.concat([Buffer.from('<html>502 Bad Gateway</html>\n'), Buffer.from(noise)])
  }
}
