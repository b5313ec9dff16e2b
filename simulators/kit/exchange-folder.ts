/** The supplier's side of the exchange folder: takes whole files out of in/, lays answers into out/. */
import { link, mkdir, open, readFile, readdir, rename, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'

/** Names that are still being written: hidden ones, and the endings that partners' programs use. */
const TEMPORARY = /^\.|\.(tmp|filepart|part|incomplete|writing)$/i

export class ExchangeFolder {
  readonly #in: string
  readonly #out: string
  readonly #archive: string

  private constructor(folder: string) {
    this.#in = join(folder, 'in')
    this.#out = join(folder, 'out')
    this.#archive = join(folder, 'archive')
  }

  static async open(folder: string): Promise<ExchangeFolder> {
    const exchange = new ExchangeFolder(folder)
    for (const path of [exchange.#in, exchange.#out, exchange.#archive]) await mkdir(path, { recursive: true })
    return exchange
  }

  /** Names of whole files in in/, by name. */
  async arrived(): Promise<string[]> {
    const entries = await readdir(this.#in, { withFileTypes: true })
    return entries
      .filter((entry) => entry.isFile() && !TEMPORARY.test(entry.name))
      .map((entry) => entry.name)
      .toSorted()
  }

  read(name: string): Promise<Uint8Array> {
    return readFile(join(this.#in, name))
  }

  /** A name that is taken in archive/ gets a number: nothing is ever written over. */
  async archive(name: string): Promise<void> {
    const from = join(this.#in, name)
    for (let sibling = 0; ; sibling += 1) {
      const target = join(this.#archive, sibling === 0 ? name : `${name}.${sibling}`)
      try {
        await link(from, target)
      } catch (error) {
        if (error instanceof Error && 'code' in error && error.code === 'EEXIST') continue
        throw error
      }
      await unlink(from)
      return
    }
  }

  /** The file appears under its name only when it is whole. */
  async publish(name: string, bytes: Uint8Array): Promise<void> {
    const temporary = join(this.#out, `.${name}.tmp`)
    await writeFile(temporary, bytes)
    await rename(temporary, join(this.#out, name))
  }

  /** What a careless partner does: the first half stands under the final name for `pauseMs` before the rest comes. */
  async publishInHalves(name: string, bytes: Uint8Array, pauseMs: number): Promise<void> {
    const file = await open(join(this.#out, name), 'wx')
    try {
      const half = Math.floor(bytes.length / 2)
      await file.writeFile(bytes.subarray(0, half))
      await sleep(pauseMs)
      await file.writeFile(bytes.subarray(half))
    } finally {
      await file.close()
    }
  }
}
