/** One connection to a partner on paper: everything a connector is handed, none of it real. */
import type { ConnectionId, ChannelId, NodeId, Sku } from '#core/model/ids.ts'
import type { Log } from '#core/ports.ts'
import type { Connector, Context, Crosswalk, ReadContext } from '#connectors/contract/connector.ts'
import type { Exhibit, PaperPartner } from '#connectors/contract/exhibit.ts'
import { paperClock, type PaperClock } from './paper-clock.ts'
import { paperHttp, type PaperHttp } from './paper-http.ts'
import { paperSftp, type PaperSftp } from './paper-sftp.ts'
import { safely, type Trip } from './trip.ts'
import { KNOWN_SKUS } from './values.ts'

export type Line = { level: string; message: string; fields: Record<string, unknown> | undefined }

export type Desk = {
  connector: Connector
  exhibit: Exhibit
  connectionId: string
  channelId: string
  nodeId: string
  config: unknown
  secrets: Record<string, string>
  partner: PaperPartner
  http: PaperHttp
  sftp: PaperSftp
  clock: PaperClock
  log: Log & { lines: Line[] }
  crosswalk: Crosswalk
  /** What the partner has done. */
  effects: () => string[]
  context: (more?: Partial<Context<unknown>>) => Context<unknown>
  readContext: (more?: Partial<ReadContext<unknown>>) => ReadContext<unknown>
  /** A new process: it remembers nothing of earlier ones, and every wait for the partner is a step of it. */
  begin: (trip: Trip) => Context<unknown>
  stop: AbortController
}

export type DeskNames = {
  connectionId?: string
  channelId?: string
  nodeId?: string
  seed?: string
  clock?: PaperClock
}

export function openDesk(connector: Connector, exhibit: Exhibit, names: DeskNames = {}): Desk {
  const { connectionId = 'kit', channelId = 'shop', nodeId = 'kit-node', seed = 'kit-canary' } = names
  const clock = names.clock ?? paperClock()
  const config = connector.config.parse(exhibit.config)
  const secrets = exhibit.secrets(seed)
  const secret = (name: string): string => {
    const value = secrets[name]
    if (value === undefined) throw new Error(`the connection has no secret "${name}"`)
    return value
  }
  const partner = exhibit.partner(secret)
  const stop = new AbortController()
  let trip = safely
  const stepped: Trip = (what, step) => trip(what, step)
  const sftp = paperSftp({ now: clock.now, trip: stepped })
  const effects = (): string[] => partner.effects(sftp.files())
  const http = paperHttp(partner, {
    now: clock.now,
    effects: () => effects().length,
    trip: stepped,
  })
  const log = keptLog()
  const crosswalk = paperCrosswalk(exhibit, nodeId)
  const numbers = new Map<string, number>()
  const context: Context<unknown> = {
    connectionId: connectionId as ConnectionId,
    config,
    secret,
    crosswalk,
    http: http.transport,
    sftp: sftp.transport,
    nextNumbers: (sequence, count) => {
      const last = numbers.get(sequence) ?? 0
      numbers.set(sequence, last + count)
      return Promise.resolve(Array.from({ length: count }, (_, index) => last + index + 1))
    },
    clock,
    log,
    signal: stop.signal,
  }
  return {
    connector,
    exhibit,
    connectionId,
    channelId,
    nodeId,
    config,
    secrets,
    partner,
    http,
    sftp,
    clock,
    log,
    crosswalk,
    effects,
    stop,
    context: (more = {}) => ({ ...context, ...more }),
    readContext: (more = {}) => ({
      connectionId: connectionId as ConnectionId,
      config,
      channelId: channelId as ChannelId,
      crosswalk,
      receivedAt: clock.now(),
      ...more,
    }),
    begin: (by) => {
      trip = by
      // What connectors remember hangs on the identity of their transports.
      return { ...context, http: { ...http.transport }, sftp: { ...sftp.transport } }
    },
  }
}

/** Products under their own names, the node under the partner's, and the exhibit's further codes. */
function paperCrosswalk({ nodeCode, codes = {} }: Exhibit, nodeId: string): Crosswalk {
  const known = new Set<string>(KNOWN_SKUS)
  return {
    version: 'kit',
    skuOf: (code) => (known.has(code) ? (code as Sku) : undefined),
    partnerSkuOf: (sku) => sku,
    nodeOf: (code) => (code === nodeCode ? (nodeId as NodeId) : undefined),
    partnerNodeOf: (id) => (id === nodeId ? nodeCode : undefined),
    code: (table, code) => codes[table]?.[code],
    partnerCode: (table, word) => Object.entries(codes[table] ?? {}).find(([, canonical]) => canonical === word)?.[0],
  }
}

/** The same crosswalk, with every product and place known: how a partner writes what we have no row for. */
export const knowsAll = (crosswalk: Crosswalk): Crosswalk => ({ ...crosswalk, skuOf: (code) => code as Sku })

export function keptLog(): Log & { lines: Line[] } {
  const lines: Line[] = []
  const keep = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void lines.push({ level, message, fields })
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
}
