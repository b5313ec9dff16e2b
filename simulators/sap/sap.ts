/** An SAP that ships: takes IDocs over HTTP or in a folder, keeps books, and sends deliveries and confirmations back, politely or not. */
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { startFilePartner } from '../kit/file-partner.ts'
import type { SftpLogin } from '../kit/sftp/server.ts'
import { Timers } from '../kit/timers.ts'
import { Warehouse } from '../kit/warehouse.ts'
import { deliveryOf, readIncomingIdoc } from './idocs.ts'
import type { IncomingIdoc } from './idocs.ts'
import { instantFromEpochMs } from '#core/model/time.ts'

/** `lost`: taken, and the socket is cut. `failed`: 503, not taken. */
export type SapManner = 'lost' | 'failed'

export type SapOptions = {
  stock: Readonly<Record<string, number>>
  /** Sends each answer twice: the second time in another file or call, with the same DOCNUM. */
  tellsTwice?: boolean
  /** Milliseconds since 1970. */
  now?: () => number
}

type Way = { tell: (name: string, bytes: Uint8Array) => void }

/** The books, whatever way the IDocs go. A DOCNUM counts once. */
class Sap {
  readonly warehouse: Warehouse
  readonly docnums: string[] = []
  readonly #kinds = new Map<string, IncomingIdoc['kind']>()
  readonly #options: SapOptions
  readonly #way: Way
  #sent = 700_000

  constructor(options: SapOptions, way: Way) {
    this.#options = options
    this.#way = way
    this.warehouse = new Warehouse(options.stock, 2)
  }

  take(bytes: Uint8Array): boolean {
    const idoc = readIncomingIdoc(bytes)
    if (idoc === undefined) return false
    if (this.docnums.includes(idoc.docnum)) return true
    this.docnums.push(idoc.docnum)
    this.warehouse.receive(idoc.number, idoc.lines)
    this.#kinds.set(idoc.number, idoc.kind)
    return true
  }

  /** Ships what is there, but for so many units of the first line. */
  ship(number: string, withheld = 0): void {
    const order = this.warehouse.ship(number, withheld)
    if (order === undefined) throw new Error(`${number} cannot be shipped`)
    this.#sent += 1
    const message = this.#kinds.get(number) === 'SHPORD' ? 'SHPCON' : 'DESADV'
    const { now = () => Date.now() } = this.#options
    const at = instantFromEpochMs(now())
    const bytes = deliveryOf(order, { docnum: this.#sent, vbeln: this.#sent, message, at })
    this.#way.tell(`${message}_${this.#sent}.xml`, bytes)
    // A line end more makes other bytes of the same IDoc.
    if (this.#options.tellsTwice === true)
      this.#way.tell(`${message}_${this.#sent}_again.xml`, Buffer.concat([bytes, Buffer.from('\n')]))
  }
}

const booksOf = (sap: Sap) => ({
  ship: sap.ship.bind(sap),
  books: () => ({ items: sap.warehouse.items(), orders: sap.warehouse.orders(), docnums: [...sap.docnums] }),
})

export type SapOverSftp = Awaited<ReturnType<typeof startSapOverSftp>>

export async function startSapOverSftp(options: SapOptions & { login: SftpLogin }) {
  const sap: Sap = new Sap(options, { tell: (name, bytes) => partner.lay(name, bytes) })
  const partner = await startFilePartner({
    login: options.login,
    manners: { halfWritten: 0, halfWrittenMs: 200, duplicateFiles: 0, garbageFile: 0 },
    random: () => 1,
    take: (_, bytes) => void sap.take(bytes),
  })
  return { ...booksOf(sap), sftp: partner.sftp, folder: partner.folder, close: () => partner.close() }
}

export type SapOverHttp = Awaited<ReturnType<typeof startSapOverHttp>>

/** Who calls whom with what. `hub` is where the answers go, once it is known. */
export type SapLogins = {
  hubAtSap: { username: string; password: string }
  sapAtHub: { username: string; password: string }
}

const RETRY_MS = 100

export async function startSapOverHttp(options: SapOptions & { path: string; logins: SapLogins }) {
  const { logins } = options
  const timers = new Timers()
  const state = {
    hub: undefined as string | undefined,
    manners: [] as SapManner[],
    refused: [] as number[],
    closed: false,
  }
  const basic = ({ username, password }: { username: string; password: string }): string =>
    `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`

  const post = (bytes: Uint8Array): void => {
    if (state.hub === undefined || state.closed) return
    const headers = { 'content-type': 'text/xml', authorization: basic(logins.sapAtHub) }
    fetch(state.hub, { method: 'POST', headers, body: Buffer.from(bytes) })
      .then(
        (answer) => answer.status,
        () => 0,
      )
      .then((status) => {
        if (status === 200) return
        state.refused.push(status)
        timers.after(RETRY_MS, () => post(bytes))
      })
      .catch(() => undefined)
  }
  const sap = new Sap(options, { tell: (_, bytes) => post(bytes) })
  const server = createServer((request, response) => {
    bodyOf(request)
      .then((body) => {
        if (request.headers.authorization !== basic(logins.hubAtSap)) return void response.writeHead(401).end()
        if (request.url !== options.path) return void response.writeHead(404).end()
        const manner = body.length === 0 ? undefined : state.manners.shift()
        if (manner === 'failed') return void response.writeHead(503).end()
        const taken = sap.take(body)
        if (manner === 'lost') return void request.socket.destroy()
        response.writeHead(taken ? 200 : 400, { 'content-type': 'text/plain' }).end()
      })
      .catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    ...booksOf(sap),
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    tellHub: (url: string): void => {
      state.hub = url
    },
    misbehave: (...manners: SapManner[]): void => {
      state.manners = manners
    },
    refused: state.refused,
    close: async (): Promise<void> => {
      state.closed = true
      timers.clear()
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
  return Buffer.concat(chunks)
}
