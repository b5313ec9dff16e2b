/** Checks 38–42: faults, secrets, stopping, memory, sockets. */
import { inspect } from 'node:util'
import { Fault, type FaultKind } from '#core/fault.ts'
import type { Outcome } from '#core/outcome.ts'
import type { FolderPort } from '#connectors/contract/connector.ts'
import type { InboundKind } from '#connectors/contract/exhibit.ts'
import { textsOf } from '#store/connection-books.ts'
import {
  because,
  type Bench,
  type Check,
  deskOf,
  foldersOf,
  type InboundPort,
  inboundOf,
  kindsOf,
  must,
  type NotApplicable,
  outboundOf,
  pullsOf,
  saidOf,
  within,
} from '../check.ts'
import type { Desk } from '../desk.ts'
import { drain, pollAll } from '../draining.ts'
import { answerOf, type Misstep, notSent } from '../paper-http.ts'
import { atSecond } from '../paper-clock.ts'
import { documentFor, outcomeOfSend, prepared, warm } from '../sending.ts'
import { refuseLogins } from './access.ts'

export const safetyChecks: Check[] = [
  {
    number: 38,
    name: 'faults classified',
    says: 'Each way of failing is named by what must be done next: nobody there, refused login, wrong address, refused document.',
    run: (bench) => classified(bench),
  },
  {
    number: 39,
    name: 'no secret anywhere',
    says: 'No secret comes into a log, an error, a stored row, a sample or the docs page, whatever fails.',
    overRuntime: true,
    run: (bench) => noSecrets(bench),
  },
  {
    number: 40,
    name: 'stops when told',
    says: 'When the process is to stop, at most one more call is made and one more document taken.',
    run: (bench) => stops(bench),
  },
  {
    number: 41,
    name: 'bounded memory',
    says: 'A feed of any size is read in the memory of some chunks; what is read whole has a size limit.',
    run: (bench) => boundedMemory(bench),
  },
  {
    number: 42,
    name: 'only through the transports',
    says: 'It opens no socket of its own and calls only paths below its declared address.',
    run: (bench) => onlyTransports(bench),
  },
]

async function classified(bench: Bench): Promise<void | NotApplicable> {
  const ports = outboundOf(bench)
  const lists = pullsOf(bench)
  if (ports.length === 0 && lists.length === 0) return because('it calls no partner')
  const gone = new Fault('transient', { code: 'sftp.lost', message: 'nobody answers' })
  const noFolder = new Fault('config', { code: 'sftp.no-such-folder', message: 'no such folder' })
  const cases: [what: string, http: Misstep, sftp: Fault, fault: FaultKind][] = [
    ['nobody there', notSent, gone, 'transient'],
    [
      'a refused login',
      { when: 'instead', answer: answerOf(401) },
      new Fault('auth', { code: 'sftp.auth', message: 'refused' }),
      'auth',
    ],
    ['a wrong address', { when: 'instead', answer: answerOf(404) }, noFolder, 'config'],
  ]
  for (const [what, http, sftp, fault] of cases) {
    for (const each of ports)
      await within(each.port.name, async () => {
        const desk = deskOf(bench)
        await warm(desk)
        const transmission = await prepared(desk, each, 'i1')
        desk.http.always = http
        desk.sftp.always = sftp
        const outcome = await outcomeOfSend(desk, each.port, transmission)
        must(faultOf(outcome) === fault, `${what} is ${outcome.kind} ${faultOf(outcome) ?? ''} and not ${fault}`)
      })
    for (const each of lists)
      await within(each.port.name, async () => {
        const desk = deskOf(bench)
        desk.http.always = http
        const error = await drain(desk, each).catch((thrown: unknown) => thrown)
        must(
          error instanceof Fault && error.kind === fault,
          `${what} is ${error instanceof Fault ? error.kind : String(error)}`,
        )
      })
  }
  for (const each of ports)
    await within(each.port.name, async () => {
      const desk = deskOf(bench)
      if (each.port.transport !== 'http' || desk.partner.refuse === undefined) return
      await warm(desk)
      const transmission = await prepared(desk, each, 'i1')
      desk.partner.refuse()
      const outcome = await outcomeOfSend(desk, each.port, transmission)
      must(
        outcome.kind === 'rejected',
        `a document that the partner refuses is ${outcome.kind} ${faultOf(outcome) ?? ''}`,
      )
      must(
        outcome.issues.every(({ cure, rule }) => cure !== '' && rule !== ''),
        'the refusal has no rule or no cure',
      )
    })
}

const faultOf = (outcome: Outcome): FaultKind | undefined =>
  outcome.kind === 'unavailable' ? outcome.fault : undefined

async function noSecrets(bench: Bench): Promise<void> {
  const { runtime, connector, exhibit, page } = bench
  const desk = await runtime.tenant(connector, exhibit)
  const said: string[] = [page ?? '']
  try {
    const process = runtime.process([desk])
    for (const each of inboundOf(bench)) {
      said.push(...each.shown.samples.map((path) => Buffer.from(bench.file(path) ?? []).toString('latin1')))
      const kind = kindsOf(each.shown)[0]
      const document = kind === undefined ? undefined : saidOf(desk, each.shown, kind, { id: 'canary' })
      if (document === undefined) continue
      if (each.port.transport === 'webhook' || each.port.transport === 'push')
        await process.receive(desk, each.port, document.bytes)
      else await process.poll(desk, each.port.name)
    }
    const missteps: ((desk: Desk) => void)[] = [
      () => undefined,
      (at) => void (at.http.always = { when: 'instead', answer: answerOf(400, { error: 'bad request' }) }),
      (at) => void (at.http.always = { when: 'instead', answer: answerOf(500, 'it broke') }),
      (at) => {
        at.http.always = notSent
        at.sftp.always = new Fault('transient', { code: 'sftp.lost', message: 'nobody answers' })
      },
      refuseLogins,
    ]
    for (const [index, misbehave] of missteps.entries()) {
      misbehave(desk)
      for (const each of outboundOf(bench)) {
        const id = `c${index}-${each.port.name}`
        await process.tell(desk, each.port.name, each.port.kind, id, documentFor(desk, each, id))
      }
      await process.work(1_000)
      for (const each of inboundOf(bench))
        await process.poll(desk, each.port.name).catch((error: unknown) => said.push(whole(error)))
      const checked = await connector
        .check(await process.world.contextOf(desk.connectionId, desk.stop.signal))
        .catch((error: unknown) => error)
      said.push(whole(checked))
    }
    said.push(...(await textsOf(runtime.db, desk.connectionId)), whole(process.lines), whole(desk.log.lines))
  } finally {
    await runtime.forget([desk])
  }
  for (const [name, value] of Object.entries(desk.secrets))
    for (const form of [value, Buffer.from(value).toString('base64'), encodeURIComponent(value)])
      must(!said.some((text) => text.includes(form)), `the secret ${name} is in what was logged, thrown or stored`)
}

const whole = (value: unknown): string => inspect(value, { depth: 12, showHidden: true, maxStringLength: Infinity })

const MANY = 20

async function stops(bench: Bench): Promise<void | NotApplicable> {
  const lists = pullsOf(bench)
  const folders = foldersOf(bench)
  if (lists.length === 0 && folders.length === 0) return because('it looks nowhere by itself')
  for (const each of lists)
    await within(each.port.name, async () => {
      const desk = deskOf(bench)
      const count = (each.shown.list?.pageSize ?? 1) * 6
      desk.partner.list?.(Array.from({ length: count }, (_, i) => ({ id: `r${i}`, changedAt: atSecond(-100) })))
      const { cursor } = await drain(desk, each)
      desk.stop.abort()
      desk.http.calls.length = 0
      await each.port.pull(desk.context(), cursor).catch(() => undefined)
      must(desk.http.calls.length <= 1, `told to stop, it makes ${desk.http.calls.length} more calls`)
    })
  for (const each of folders) await within(each.port.name, () => stopsInFolder(bench, each))
}

async function stopsInFolder(bench: Bench, each: InboundPort<FolderPort<unknown>>): Promise<void> {
  const { port, shown } = each
  const desk = deskOf(bench)
  const kind = kindsOf(shown)[0]
  for (let index = 0; index < MANY; index++) {
    const said = saidOf(desk, shown, kind as InboundKind, { id: `f${index}`, at: index })
    if (said !== undefined && shown.file !== undefined) desk.sftp.put(shown.file.folder, said.name, said.bytes)
  }
  let taken = 0
  for (let look = 0; look < 4; look++) {
    for await (const fetched of port.fetch(desk.context(), () => Promise.resolve(false))) {
      taken += 1
      await port.settle(desk.context(), fetched)
      desk.stop.abort()
    }
    desk.clock.advance((shown.file?.settledMs ?? 0) + 1_000)
  }
  must(taken <= 2, `told to stop after one file, it takes ${taken} of ${MANY}`)
}

const FULL_ROWS = 5_000_000
const FULL_BYTES = 200_000_000
const QUICK_ROWS = 4_000
const MOST_GROWTH_BYTES = 200_000_000
const MOST_BODY_BYTES = 64_000_000

async function boundedMemory(bench: Bench): Promise<void | NotApplicable> {
  const ports = inboundOf(bench)
  if (ports.length === 0) return because('it reads nothing')
  for (const each of ports) {
    const { port, shown } = each
    if ('maxBytes' in port)
      must(
        port.maxBytes <= MOST_BODY_BYTES,
        `${port.name} takes ${port.maxBytes} bytes at once, above ${MOST_BODY_BYTES}`,
      )
    const stream = 'stream' in port ? port.stream : undefined
    if (stream === undefined || shown.chunks === undefined) continue
    await within(port.name, () => {
      const desk = deskOf(bench)
      const quick = bench.depth === 'quick'
      const reader = stream.open({ ...shown.meta?.('stock', undefined) }, desk.readContext())
      const before = process.memoryUsage().rss
      let [bytes, rows, half, most] = [0, 0, 0, before]
      for (const chunk of shown.chunks?.(quick ? QUICK_ROWS : FULL_ROWS) ?? []) {
        rows += reader.push(chunk).rows.length
        bytes += chunk.length
        if (half === 0 && rows > 0) half = bytes
        most = Math.max(most, process.memoryUsage().rss)
        if (!quick && bytes > FULL_BYTES) break
      }
      const early = rows
      rows += quick ? reader.end().rows.length : 0
      must(reader.fault() === undefined, 'the exhibit’s own feed cannot be read')
      must(early > 0 && (!quick || rows - early < QUICK_ROWS / 2), 'rows are kept until the end of the feed')
      must(!quick || rows === QUICK_ROWS, `of ${QUICK_ROWS} rows ${rows} are read`)
      must(
        most - before < MOST_GROWTH_BYTES,
        `memory grows by ${Math.round((most - before) / 1e6)} MB over ${Math.round(bytes / 1e6)} MB`,
      )
    })
  }
}

async function onlyTransports(bench: Bench): Promise<void | NotApplicable> {
  const { http, sftp } = bench.connector.endpoints(deskOf(bench).config)
  const desk = deskOf(bench)
  const before = bench.sockets().length
  await bench.connector.check(desk.context())
  for (const each of inboundOf(bench)) await pollAll(desk, each)
  for (const each of outboundOf(bench)) {
    const transmission = await prepared(desk, each, `s-${each.port.name}`)
    await outcomeOfSend(desk, each.port, transmission)
    await each.port.lookup?.(desk.context(), transmission)
  }
  // A socket is opened a moment after it was asked for.
  await new Promise((resolve) => setImmediate(resolve))
  const opened = bench.sockets().slice(before)
  must(opened.length === 0, () => `it opens a socket of its own: ${opened.join(', ')}`)
  for (const { path } of desk.http.calls)
    must(/^\/(?!\/)/.test(path), `it calls "${path}", which is no path below its address`)
  must(desk.http.calls.length === 0 || http !== undefined, 'it calls over HTTP and declares no address')
  must(desk.sftp.files().length === 0 || sftp !== undefined, 'it uses SFTP and declares no server')
}
