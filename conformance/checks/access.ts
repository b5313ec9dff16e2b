/** Checks 7–10: credentials and tokens. */
import { Fault } from '#core/fault.ts'
import { handleRecover } from '#workers/recover.ts'
import { instructionsOf, openCasesOf } from '#store/connection-books.ts'
import { because, type Bench, type Check, deskOf, must, outboundOf, pullsOf, within } from '../check.ts'
import type { Desk } from '../desk.ts'
import { drain } from '../draining.ts'
import { answerOf } from '../paper-http.ts'
import { atSecond } from '../paper-clock.ts'
import { documentFor, warm } from '../sending.ts'

/** From here on the partner refuses the credentials. */
export function refuseLogins(desk: Desk): void {
  desk.http.always = { when: 'instead', answer: answerOf(401, { error: 'unauthorized' }) }
  desk.sftp.always = new Fault('auth', { code: 'sftp.auth', message: 'the server refused the login' })
}

export function behaveAgain(desk: Desk): void {
  desk.http.always = undefined
  desk.sftp.always = undefined
}

const PARALLEL = 5

export const accessChecks: Check[] = [
  {
    number: 7,
    name: 'good and bad credentials',
    says: 'The check says that it works, or names refused credentials as `auth` with a cure; it does not throw.',
    run: async (bench) => {
      const good = deskOf(bench)
      const { http, sftp } = bench.connector.endpoints(good.config)
      if (http === undefined && sftp === undefined) return because('it calls no partner')
      await warm(good)
      const bad = deskOf(bench)
      refuseLogins(bad)
      const result = await bench.connector.check(bad.context())
      must(!result.ok, 'refused credentials are called good')
      must(result.fault === 'auth', () => `refused credentials are called ${result.fault}: ${result.detail}`)
      must(result.cure !== '', 'it tells no cure')
    },
  },
  {
    number: 8,
    name: 'one refresh',
    says: 'However many calls find the token ended at once, one refresh runs.',
    run: async (bench) => {
      const desk = deskOf(bench)
      const { tokens } = desk.partner
      if (tokens === undefined) return because('its credentials do not end by themselves')
      await warm(desk)
      tokens.expire()
      const before = tokens.granted()
      const results = await Promise.all(Array.from({ length: PARALLEL }, () => bench.connector.check(desk.context())))
      must(
        results.every((result) => result.ok),
        'a call fails while the token is renewed',
      )
      const granted = tokens.granted() - before
      must(granted === 1, `${PARALLEL} calls at once fetch ${granted} tokens`)
    },
  },
  {
    number: 9,
    name: 'token ends between pages',
    says: 'A token that ends while a list is read does not end the reading, and no page is lost.',
    run: async (bench) => {
      const ports = pullsOf(bench)
      if (ports.length === 0) return because('it reads no list')
      for (const each of ports)
        await within(each.port.name, async () => {
          const desk = deskOf(bench)
          const { tokens, list } = desk.partner
          if (tokens === undefined) return
          const count = (each.shown.list?.pageSize ?? 1) * 2 + 1
          list?.(Array.from({ length: count }, (_, i) => ({ id: `r${i}`, changedAt: atSecond(-count + i) })))
          const { documents } = await drain(desk, each, undefined, tokens.expire)
          const keys = new Set(documents.map((one) => one.sourceKey))
          must(keys.size === count, `of ${count} rows ${keys.size} are read`)
        })
      if (deskOf(bench).partner.tokens === undefined) return because('its credentials do not end by themselves')
    },
  },
  {
    number: 10,
    name: 'one alert, own recovery',
    says: 'Refused credentials stop the connection once and open one case; when they work again, it goes on by itself and nothing was lost.',
    overRuntime: true,
    run: (bench) => oneAlert(bench),
  },
]

async function oneAlert(bench: Bench) {
  const [each] = outboundOf(bench).filter(({ port }) => port.kind !== 'acknowledgement')
  if (each === undefined) return because('it sends nothing')
  const { runtime, connector, exhibit } = bench
  const desk = await runtime.tenant(connector, exhibit)
  const process = runtime.process([desk])
  try {
    refuseLogins(desk)
    for (const id of ['a1', 'a2', 'a3'])
      await process.tell(desk, each.port.name, each.port.kind, `key-${id}`, documentFor(desk, each, id))
    await process.work()
    const cases = await openCasesOf(runtime.db, desk.connectionId)
    must(cases.length === 1, `three refused calls open ${cases.length} cases`)
    must(cases[0]?.kind === 'connectionBroken', `the case is ${cases[0]?.kind}`)
    const state = (await process.world.master.fresh()).connections.get(desk.connectionId)?.state
    must(state === 'broken', `the connection is ${state}`)
    behaveAgain(desk)
    runtime.clock.advance(3_600_000)
    await handleRecover(process.world)
    await process.work()
    const told = await instructionsOf(runtime.db, desk.connectionId)
    const unsent = told.filter((one) => one.state !== 'sent')
    must(unsent.length === 0, () => `after the cure ${unsent.map((one) => `${one.state} (${one.detail})`).join(', ')}`)
    const open = await openCasesOf(runtime.db, desk.connectionId)
    must(open.length === 0, 'the case stays open after the cure')
  } finally {
    await runtime.forget([desk])
  }
}
