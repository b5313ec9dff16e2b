/** HTTP without a network: the partner on paper answers, unless it is told to misbehave. Every call is kept. */
import type { Instant } from '#core/model/time.ts'
import type { PaperPartner } from '#connectors/contract/exhibit.ts'
import type { HttpAnswer, HttpFailure, HttpRequest, HttpResult, HttpTransport } from '#connectors/contract/transport.ts'
import type { Trip } from './trip.ts'

/** `instead`: the call has no effect. `after`: the next call that has an effect has it, and then this is what comes back. */
export type Misstep =
  | { when: 'instead' | 'after'; answer: HttpAnswer }
  | { when: 'instead' | 'after'; failure: HttpFailure }

export type PaperHttp = {
  transport: HttpTransport
  calls: HttpRequest[]
  /** What the next calls meet, one each; `always` when there is none. */
  next: Misstep[]
  always: Misstep | undefined
}

const encoder = new TextEncoder()

export const answerOf = (status: number, body: unknown = '', headers: Record<string, string> = {}): HttpAnswer => ({
  status,
  headers,
  body: encoder.encode(typeof body === 'string' ? body : JSON.stringify(body)),
})

export const lost = (when: Misstep['when'] = 'after'): Misstep => ({
  when,
  failure: { failed: 'lost', code: 'timeout', message: 'the answer did not come in time' },
})

export const notSent: Misstep = {
  when: 'instead',
  failure: { failed: 'notSent', code: 'ECONNREFUSED', message: 'nobody answers' },
}

export function paperHttp(
  partner: PaperPartner,
  world: { now: () => Instant; effects: () => number; trip: Trip },
): PaperHttp {
  const paper: PaperHttp = {
    calls: [],
    next: [],
    always: undefined,
    transport: {
      request: (request) => {
        paper.calls.push(request)
        return world.trip(`${request.method} ${request.path}`, () => Promise.resolve(exchange(request)))
      },
    },
  }

  const exchange = (request: HttpRequest): HttpResult => {
    const step = paper.next[0] ?? paper.always
    if (step?.when === 'instead') {
      paper.next.shift()
      return resultOf(step)
    }
    const before = world.effects()
    const answer = partner.answer?.(request, world.now())
    if (answer === undefined)
      return failed({ failed: 'notSent', code: 'ENOTFOUND', message: 'the partner has no HTTP' })
    if (step === undefined || world.effects() === before) return { ok: true, answer }
    paper.next.shift()
    return resultOf(step)
  }
  return paper
}

const failed = (failure: HttpFailure): HttpResult => ({ ok: false, failure })
const resultOf = (step: Misstep): HttpResult =>
  'answer' in step ? { ok: true, answer: step.answer } : failed(step.failure)
