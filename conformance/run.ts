/** Runs the kit on one connector: every check, each with its verdict and why. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import type { Connector } from '#connectors/contract/connector.ts'
import { type Exhibit, waysOf } from '#connectors/contract/exhibit.ts'
import { faultMessage } from '#core/fault.ts'
import { type Bench, Broken, type Check } from './check.ts'
import { accessChecks } from './checks/access.ts'
import { cursorChecks } from './checks/cursor.ts'
import { inboundChecks } from './checks/inbound.ts'
import { manifestChecks } from './checks/manifest.ts'
import { mappingChecks } from './checks/mapping.ts'
import { outboundChecks } from './checks/outbound.ts'
import { roundChecks } from './checks/rounds.ts'
import { safetyChecks } from './checks/safety.ts'
import { openRuntime, type Runtime } from './runtime.ts'

export const CHECKS: readonly Check[] = [
  ...manifestChecks,
  ...accessChecks,
  ...inboundChecks,
  ...cursorChecks,
  ...outboundChecks,
  ...roundChecks,
  ...safetyChecks,
  ...mappingChecks,
].toSorted((left, right) => left.number - right.number)

export type Finding = {
  number: number
  name: string
  says: string
  verdict: 'passed' | 'failed' | 'not applicable' | 'waived'
  /** Why it failed, does not apply or is waived. */
  why?: string
}

export type Report = { connector: string; version: string; findings: Finding[] }

export type KitInput = Pick<Bench, 'maps' | 'file' | 'recorded' | 'page' | 'depth'> & {
  /** The day of the run, `2026-11-22`: waivers end. */
  today: string
  runtime?: Runtime
  /** Checks to run; all when left out. */
  only?: (check: Check) => boolean
}

/** Throws only when the connector brings nothing to be tested with. */
export async function runKit(connector: Connector, input: KitInput): Promise<Report> {
  const exhibit = await connector.exhibit?.()
  if (exhibit === undefined)
    throw new Error(
      `${connector.id} brings no exhibit: add exhibit.ts beside its connector.ts (docs/connectors/conformance.md)`,
    )
  const runtime = input.runtime ?? (await openRuntime())
  const sockets: string[] = []
  const note = (message: unknown): void => void sockets.push(socketName(message))
  subscribe('net.client.socket', note)
  try {
    const unshown = connector.ports.filter((port) => !waysOf(exhibit).some((way) => shows(way, port)))
    const benches = waysOf(exhibit).map((way): Bench => ({
      ...input,
      connector: withPortsOf(connector, way),
      exhibit: way,
      unshown: unshown.map(({ name }) => name),
      runtime,
      sockets: () => sockets,
    }))
    const findings: Finding[] = []
    for (const check of CHECKS.filter(input.only ?? (() => true))) {
      const found: Finding[] = []
      for (const bench of benches) found.push(await findingOf(check, bench, bench.exhibit, input.today))
      findings.push(worstOf(found))
    }
    return { connector: connector.id, version: connector.version, findings }
  } finally {
    unsubscribe('net.client.socket', note)
    if (input.runtime === undefined) await runtime.close()
  }
}

const shows = ({ inbound, outbound }: Exhibit, { direction, name }: AnyPort): boolean =>
  Object.hasOwn(direction === 'in' ? inbound : outbound, name)

type AnyPort = Connector['ports'][number]

/** A setting may leave a connection some ports or others; the kit tries each that is shown. */
const withPortsOf = (connector: Connector, exhibit: Exhibit): Connector => ({
  ...connector,
  ports: connector.ports.filter((port) => shows(exhibit, port)).map((port) => ({ ...port, has: () => true })),
})

const ORDER_OF_WORTH: Finding['verdict'][] = ['failed', 'waived', 'passed', 'not applicable']

/** A check holds when it holds over every way that it applies to. */
function worstOf(found: readonly Finding[]): Finding {
  const [worst] = found.toSorted((a, b) => ORDER_OF_WORTH.indexOf(a.verdict) - ORDER_OF_WORTH.indexOf(b.verdict))
  if (worst === undefined) throw new Error('a connector is shown in at least one way')
  return worst
}

const socketName = (message: unknown): string => {
  const { socket } = message as { socket?: { remoteAddress?: string } }
  return socket?.remoteAddress ?? 'a socket'
}

async function findingOf(check: Check, bench: Bench, exhibit: Exhibit, today: string): Promise<Finding> {
  const { number, name, says } = check
  const finding = { number, name, says }
  try {
    const result = await check.run(bench)
    return result === undefined
      ? { ...finding, verdict: 'passed' }
      : { ...finding, verdict: 'not applicable', why: `not applicable because ${result.notApplicable}` }
  } catch (error) {
    const why = error instanceof Broken ? error.message : `it threw: ${faultMessage(error)}`
    const waiver = exhibit.waivers?.find((one) => one.check === number)
    if (waiver === undefined) return { ...finding, verdict: 'failed', why }
    return waiver.until >= today
      ? { ...finding, verdict: 'waived', why: `waived until ${waiver.until}: ${waiver.reason} (${why})` }
      : { ...finding, verdict: 'failed', why: `the waiver ended on ${waiver.until}: ${why}` }
  }
}
