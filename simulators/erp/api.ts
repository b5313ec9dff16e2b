/** What each call of the hub does to the ERP's books and what it is answered; knows nothing of sockets. */
import { createHash } from 'node:crypto'
import type { RequestBook, RequestEntry, StockBook } from './books.ts'
import type { Desk } from './desk.ts'
import { BatchWire, CancelWire, RequestWire } from './wire.ts'

export type ApiAnswer = {
  status: number
  body: unknown
  /** The call changed the books. */
  effect: boolean
}

/** RFC 9457. `code` is stable; `detail` is for people. */
export function problem(status: number, code: string, detail: string): ApiAnswer {
  return { status, body: { type: `urn:erp:${code}`, status, code, detail }, effect: false }
}

/** The answer kept under an idempotency key, and what it was the answer to. */
type Kept = { bodyHash: string; answer: ApiAnswer; requestIds: string[] }

export type ApiCounts = {
  /** Calls and items that repeated what was booked already. */
  duplicates: number
  /** The same key or the same request id with other content. */
  conflicts: number
  /** Documents received, by kind. */
  received: Record<string, number>
}

export class Api {
  readonly #name: string
  readonly #stock: StockBook
  readonly #requests: RequestBook
  readonly #desk: Desk
  readonly #kept = new Map<string, Kept>()
  readonly #references = new Map<string, string>()
  readonly counts: ApiCounts = { duplicates: 0, conflicts: 0, received: {} }

  constructor(parts: { name: string; stock: StockBook; requests: RequestBook; desk: Desk }) {
    this.#name = parts.name
    this.#stock = parts.stock
    this.#requests = parts.requests
    this.#desk = parts.desk
  }

  /** `path` is split at slashes and decoded: `['fulfillment-requests', 'ful_1', 'cancel']`. */
  answer(method: string, path: readonly string[], body: string, key: string | undefined): ApiAnswer {
    const [collection, id, verb] = path
    const route = `${method} ${path.length}${verb === undefined ? '' : ` ${verb}`}`
    if (collection !== 'fulfillment-requests') return notFound()
    if (route === 'POST 1') return this.#once(key, body, (json) => this.#one(json))
    if (route === 'POST 2' && id === 'batch') return this.#once(key, body, (json) => this.#batch(json))
    if (id === undefined) return notFound()
    if (route === 'GET 2') return this.#look(id)
    if (route === 'POST 3 cancel') return this.#cancel(id, body)
    if (route === 'POST 3 reminder') return this.#reminder(id)
    return notFound()
  }

  /** The same key and body again gets the same answer and has no second effect. Refused calls leave the key free. */
  #once(key: string | undefined, body: string, work: (json: unknown) => Kept['answer'] & { ids: string[] }): ApiAnswer {
    if (key === undefined || key === '')
      return problem(400, 'idempotency-key-missing', 'Send an Idempotency-Key header')
    const bodyHash = createHash('sha256').update(body).digest('hex')
    const kept = this.#kept.get(key)
    if (kept !== undefined) return this.#again(kept, bodyHash)
    const json = parseJson(body)
    if (json === undefined) return problem(400, 'json-syntax', 'The body is not JSON')
    const { ids, ...answer } = work(json)
    if (answer.status < 300) this.#kept.set(key, { bodyHash, answer, requestIds: ids })
    return answer
  }

  #again(kept: Kept, bodyHash: string): ApiAnswer {
    if (kept.bodyHash !== bodyHash) {
      this.counts.conflicts += 1
      return problem(422, 'idempotency-key-reused', 'This Idempotency-Key was used with another body')
    }
    this.counts.duplicates += 1
    for (const requestId of kept.requestIds) {
      const entry = this.#requests.find(requestId)
      if (entry !== undefined) entry.timesReceived += 1
    }
    return { status: 200, body: kept.answer.body, effect: false }
  }

  #one(json: unknown): ApiAnswer & { ids: string[] } {
    const answer = this.#receive(json)
    return { ...answer, ids: answer.status < 300 ? [requestIdOf(json)].flatMap((id) => id ?? []) : [] }
  }

  #batch(json: unknown): ApiAnswer & { ids: string[] } {
    const batch = BatchWire.safeParse(json)
    if (!batch.success) return { ...invalid(batch.error.issues), ids: [] }
    const answers = batch.data.requests.map((item) => ({ item, answer: this.#receive(item) }))
    const results = answers.map(({ item, answer }) => ({
      requestId: requestIdOf(item),
      status: answer.status,
      ...(answer.body as object),
    }))
    const taken = answers.filter(({ answer }) => answer.status < 300)
    return {
      status: 200,
      body: { results },
      effect: answers.some(({ answer }) => answer.effect),
      ids: taken.flatMap(({ item }) => requestIdOf(item) ?? []),
    }
  }

  #receive(json: unknown): ApiAnswer {
    const wire = RequestWire.safeParse(json)
    if (!wire.success) return invalid(wire.error.issues)
    const request = wire.data
    if (!this.#stock.hasNode(request.node)) return problem(422, 'unknown-node', `No node is called ${request.node}`)
    this.counts.received['request'] = (this.counts.received['request'] ?? 0) + 1
    const received = this.#desk.receive(request)
    if (received === 'conflict') {
      this.counts.conflicts += 1
      return problem(409, 'request-differs', `Request ${request.requestId} is known with other content`)
    }
    if (received === 'again') this.counts.duplicates += 1
    const body = { requestId: request.requestId, reference: this.#reference(request.requestId), state: 'received' }
    return { status: received === 'fresh' ? 201 : 200, body, effect: received === 'fresh' }
  }

  #look(requestId: string): ApiAnswer {
    const entry = this.#requests.find(requestId)
    if (entry === undefined) return unknownRequest(requestId)
    return { status: 200, body: this.#view(entry), effect: false }
  }

  /** It does what it does; the reminder is noted. */
  #reminder(requestId: string): ApiAnswer {
    this.counts.received['reminder'] = (this.counts.received['reminder'] ?? 0) + 1
    return { status: 202, body: { requestId }, effect: true }
  }

  #cancel(requestId: string, body: string): ApiAnswer {
    const entry = this.#requests.find(requestId)
    if (entry === undefined) return unknownRequest(requestId)
    const wanted = CancelWire.safeParse(body === '' ? {} : parseJson(body))
    if (!wanted.success) return invalid(wanted.error.issues)
    this.counts.received['cancel'] = (this.counts.received['cancel'] ?? 0) + 1
    const asked = this.#desk.askCancel(entry)
    if (asked === 'again') this.counts.duplicates += 1
    return {
      status: asked === 'fresh' ? 202 : 200,
      body: { requestId, reference: this.#reference(requestId), state: 'cancelAsked' },
      effect: asked === 'fresh',
    }
  }

  #view(entry: RequestEntry): unknown {
    const { requestId, orderId, node, method, state, lines, shipments } = entry
    return structuredClone({
      requestId,
      reference: this.#reference(requestId),
      orderId,
      node,
      method,
      state,
      lines,
      shipments,
    })
  }

  /** The ERP's own number of a request. */
  #reference(requestId: string): string {
    const known = this.#references.get(requestId)
    if (known !== undefined) return known
    const reference = `${this.#name}-R${String(this.#references.size + 1).padStart(8, '0')}`
    this.#references.set(requestId, reference)
    return reference
  }
}

const notFound = (): ApiAnswer => problem(404, 'not-found', 'There is nothing at this address')
const unknownRequest = (requestId: string): ApiAnswer => problem(404, 'unknown-request', `No request ${requestId}`)

function invalid(issues: readonly { path: PropertyKey[]; message: string }[]): ApiAnswer {
  const detail = issues.map((issue) => `/${issue.path.join('/')}: ${issue.message}`).join('; ')
  return problem(422, 'invalid-request', detail)
}

/** Undefined for what is no JSON; JSON itself has no undefined. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

function requestIdOf(item: unknown): string | undefined {
  if (typeof item !== 'object' || item === null || !('requestId' in item)) return undefined
  return typeof item.requestId === 'string' ? item.requestId : undefined
}
