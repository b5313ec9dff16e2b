/** Checks 29–33, 36 and 37: what is sent, at a partner that misbehaves. */
import { Fault } from '#core/fault.ts'
import { epochMsOf } from '#core/model/time.ts'
import { instructionsOf } from '#store/connection-books.ts'
import {
  because,
  type Bench,
  type Check,
  deskOf,
  must,
  type NotApplicable,
  outboundOf,
  type OutboundPort,
  within,
} from '../check.ts'
import type { Desk } from '../desk.ts'
import { answerOf, lost, type Misstep } from '../paper-http.ts'
import { documentFor, outcomeOfSend, prepared, prepareOf, warm } from '../sending.ts'

const overHttp = (bench: Bench): OutboundPort[] => outboundOf(bench).filter(({ port }) => port.transport === 'http')
const overSftp = (bench: Bench): OutboundPort[] => outboundOf(bench).filter(({ port }) => port.transport === 'sftp')

async function forEachSend(
  ports: readonly OutboundPort[],
  none: string,
  each: (port: OutboundPort) => Promise<void>,
): Promise<void | NotApplicable> {
  if (ports.length === 0) return because(none)
  for (const port of ports) await within(port.port.name, () => each(port))
}

const NO_HTTP = 'it sends nothing over HTTP'

/** One instruction, told over the runtime's own loop to a partner that misbehaves. */
async function tellOnce(bench: Bench, each: OutboundPort, misbehave: (desk: Desk) => void) {
  const { runtime, connector, exhibit } = bench
  const desk = await runtime.tenant(connector, exhibit)
  try {
    const process = runtime.process([desk])
    await connector.check(await process.world.contextOf(desk.connectionId, desk.stop.signal))
    misbehave(desk)
    await process.tell(desk, each.port.name, each.port.kind, 'key-i1', documentFor(desk, each, 'i1'))
    await process.work()
    const [told] = await instructionsOf(runtime.db, desk.connectionId)
    must(told !== undefined, 'the instruction is gone')
    return { desk, told, effects: desk.effects() }
  } finally {
    await runtime.forget([desk])
  }
}

/** Whether the partner may be told again without being asked; else a person decides after doubt. */
const canBeAsked = ({ port }: OutboundPort): boolean => port.lookup !== undefined

export const outboundChecks: Check[] = [
  {
    number: 29,
    name: 'told twice, done once',
    says: 'The same instruction twice has one effect at the partner.',
    run: (bench) =>
      forEachSend(outboundOf(bench), 'it sends nothing', async (each) => {
        const desk = deskOf(bench)
        const transmission = await prepared(desk, each, 'i1')
        await outcomeOfSend(desk, each.port, transmission)
        const once = desk.effects().length
        must(once === 1, `sent once it has ${once} effects`)
        // Where only our asking tells a repeat, the runtime asks before it sends again.
        if (each.port.duplicates === 'lookup' || each.port.duplicates === 'none') return
        const again = await outcomeOfSend(desk, each.port, transmission)
        must(again.kind === 'accepted' || again.kind === 'duplicate', `sent again it is ${again.kind}`)
        const twice = desk.effects().length
        must(twice === 1, `sent twice it has ${twice} effects`)
      }),
  },
  {
    number: 30,
    name: 'lost answers',
    says: 'When the answer is lost after the partner took it, the partner is asked and nothing is sent again.',
    overRuntime: true,
    run: (bench) =>
      forEachSend(outboundOf(bench), 'it sends nothing', async (each) => {
        const { told, effects } = await tellOnce(bench, each, (desk) => {
          desk.http.next.push(lost())
          const fault = new Fault('unknownOutcome', {
            code: 'sftp.lost',
            message: 'the connection was lost at the rename',
          })
          desk.sftp.next.push({ when: 'after', fault })
        })
        must(effects.length === 1, `it has ${effects.length} effects`)
        const end = canBeAsked(each) ? 'sent' : 'parked'
        must(told.state === end || told.state === 'sent', `it ends as ${told.state} (${told.detail})`)
      }),
  },
  {
    number: 31,
    name: 'unreadable answers',
    says: 'When the partner took it and its answer cannot be read, that is doubt: not a refusal, and no reason to send again unasked.',
    overRuntime: true,
    run: (bench) =>
      forEachSend(overHttp(bench), NO_HTTP, async (each) => {
        const { told, effects } = await tellOnce(bench, each, (desk) => {
          desk.http.next.push({ when: 'after', answer: answerOf(200, '<html>it works!') })
        })
        must(effects.length === 1, `it has ${effects.length} effects`)
        must(told.state === 'sent' || told.state === 'parked', `it ends as ${told.state} (${told.detail})`)
      }),
  },
  {
    number: 32,
    name: 'throttling',
    says: 'A 429 is waited for as long as Retry-After says, in seconds or as a date, and a little where it says nothing.',
    run: (bench) =>
      forEachSend(overHttp(bench), NO_HTTP, async (each) => {
        const desk = deskOf(bench)
        await warm(desk)
        const transmission = await prepared(desk, each, 'i1')
        const date = new Date(epochMsOf(desk.clock.now()) + 9_000).toUTCString()
        const cases: [headers: Record<string, string>, least: number, most: number][] = [
          [{ 'retry-after': '7' }, 7_000, 7_000],
          [{ 'retry-after': date }, 8_000, 9_000],
          [{}, 1, 60_000],
        ]
        for (const [headers, least, most] of cases) {
          desk.http.next = [{ when: 'instead', answer: answerOf(429, {}, headers) }]
          const outcome = await outcomeOfSend(desk, each.port, transmission)
          const what = `429 with Retry-After ${headers['retry-after'] ?? 'absent'}`
          must(outcome.kind === 'throttled', `${what} is ${outcome.kind}`)
          const { retryAfterMs } = outcome
          must(retryAfterMs >= least && retryAfterMs <= most, `${what} waits ${retryAfterMs} ms`)
        }
      }),
  },
  {
    number: 33,
    name: 'a burst of failures',
    says: 'After some 503 in a row it goes on by itself, within its attempts, and is done once.',
    overRuntime: true,
    run: (bench) =>
      forEachSend(overHttp(bench), NO_HTTP, async (each) => {
        const away: Misstep = { when: 'instead', answer: answerOf(503, 'come back later') }
        const { told, effects } = await tellOnce(bench, each, (desk) => desk.http.next.push(away, away, away))
        must(told.state === 'sent', `it ends as ${told.state} (${told.detail})`)
        must(effects.length === 1, `it has ${effects.length} effects`)
      }),
  },
  {
    number: 36,
    name: 'whole files only',
    says: 'A file appears in the partner’s folder once, whole, under the name that was stored before it was sent.',
    run: (bench) =>
      forEachSend(overSftp(bench), 'it writes no files', async (each) => {
        const desk = deskOf(bench)
        const transmission = await prepared(desk, each, 'i1')
        await outcomeOfSend(desk, each.port, transmission)
        const { published } = desk.sftp
        must(published.length === 1, `it publishes ${published.length} times`)
        const [file] = published
        must(file?.name === transmission.name, `it lies there as ${file?.name}, and was stored as ${transmission.name}`)
        must(Buffer.from(file.bytes).equals(transmission.bytes), 'other bytes lie there than were stored')
      }),
  },
  {
    number: 37,
    name: 'control numbers',
    says: 'Numbers that must not repeat come from the durable sequence: unique, without an unexplained gap, the same on a resend.',
    run: async (bench) => {
      const ports = outboundOf(bench).filter(({ shown }) => shown.controlNumbers !== undefined)
      if (ports.length === 0) return because('what it sends carries no control numbers')
      for (const each of ports) await within(each.port.name, () => controlNumbers(bench, each))
    },
  },
]

async function controlNumbers(bench: Bench, each: OutboundPort): Promise<void> {
  const desk = deskOf(bench)
  const given: number[] = []
  const own = desk.context()
  const context = {
    ...own,
    nextNumbers: async (sequence: string, count: number) => {
      const numbers = await own.nextNumbers(sequence, count)
      given.push(...numbers)
      return numbers
    },
  }
  const ids = ['n1', 'n2', 'n3', 'n4']
  const written = await Promise.all(
    ids.map((id) =>
      prepareOf(context, each.port, [
        { instructionId: id, key: `key-${id}`, document: documentFor(desk, each, id) as never },
      ]),
    ),
  )
  const numbers = written.flatMap(({ bytes }) => each.shown.controlNumbers?.(bytes) ?? [])
  must(numbers.length >= ids.length, `in ${ids.length} files ${numbers.length} control numbers are found`)
  must(new Set(numbers).size === numbers.length, `a control number comes twice: ${numbers.join(', ')}`)
  const unexplained = numbers.filter((number) => !given.includes(Number(number)))
  must(unexplained.length === 0, `${unexplained.join(', ')} was not given by the sequence`)
}
