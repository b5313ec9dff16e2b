/** What connectors run with in tests: the real transports, a fixed clock, counted numbers, a crosswalk of plain tables. */
import type { ConnectionId, NodeId, Sku } from '#core/model/ids.ts'
import type { Instant } from '#core/model/time.ts'
import type { Outcome } from '#core/outcome.ts'
import type { Context, Crosswalk, Delivery, Documents, ReadContext, Sent } from '../contract/connector.ts'
import { createHttpTransport } from './http.ts'
import { createSftpTransport } from './sftp.ts'
import type { SftpTarget } from './sftp-connection.ts'

export type TestTables = {
  /** Partner code → SKU; others are unknown. Absent: every code is a SKU. */
  skus?: Record<string, string>
  /** Partner code → node. */
  nodes?: Record<string, string>
  codes?: Record<string, Record<string, string>>
}

export function testCrosswalk({ skus, nodes = {}, codes = {} }: TestTables = {}): Crosswalk {
  const backwards = (table: Record<string, string>, value: string) =>
    Object.entries(table).find(([, mapped]) => mapped === value)?.[0]
  return {
    version: 'test',
    skuOf: (code) => (skus === undefined ? code : skus[code]) as Sku | undefined,
    partnerSkuOf: (sku) => (skus === undefined ? undefined : backwards(skus, sku)) ?? sku,
    nodeOf: (code) => nodes[code] as NodeId | undefined,
    partnerNodeOf: (nodeId) => backwards(nodes, nodeId),
    code: (table, code) => codes[table]?.[code],
    partnerCode: () => undefined,
  }
}

export type TestWorld<Config> = {
  config: Config
  baseUrl?: string
  sftp?: SftpTarget
  secrets?: Record<string, string>
  tables?: TestTables
  now?: () => string
}

export type TestContext<Config> = Context<Config> & AsyncDisposable & { warnings: string[] }

export function testContext<Config>(world: TestWorld<Config>): TestContext<Config> {
  const stop = new AbortController()
  const warnings: string[] = []
  const numbers = new Map<string, number>()
  const http = createHttpTransport({
    baseUrl: world.baseUrl ?? 'http://127.0.0.1:9',
    allowPrivateAddresses: true,
    concurrency: 4,
  })
  const sftp =
    world.sftp === undefined
      ? { session: () => Promise.reject(new Error('no SFTP here')), close: () => Promise.resolve() }
      : createSftpTransport(world.sftp)
  return {
    connectionId: 'test-connection' as ConnectionId,
    config: world.config,
    secret: (name) => {
      const value = world.secrets?.[name]
      if (value === undefined) throw new Error(`no secret ${name}`)
      return value
    },
    crosswalk: testCrosswalk(world.tables),
    http,
    sftp,
    nextNumbers: (sequence, count) => {
      const last = numbers.get(sequence) ?? 0
      numbers.set(sequence, last + count)
      return Promise.resolve(Array.from({ length: count }, (_, index) => last + index + 1))
    },
    clock: { now: () => (world.now?.() ?? '2026-11-22T09:00:00.000Z') as Instant },
    log: { debug: () => {}, info: () => {}, warn: (message) => void warnings.push(message), error: () => {} },
    signal: stop.signal,
    warnings,
    [Symbol.asyncDispose]: async () => {
      http.close()
      await sftp.close()
    },
  }
}

export function readContext<Config>(config: Config, tables?: TestTables): ReadContext<Config> {
  return {
    connectionId: 'test-connection' as ConnectionId,
    config,
    channelId: 'web' as NonNullable<ReadContext<Config>['channelId']>,
    crosswalk: testCrosswalk(tables),
    receivedAt: '2026-11-22T09:00:00.000Z' as Instant,
  }
}

/** A delivery of one document; the key is the instruction's id. */
export const delivery = <K extends keyof Documents>(instructionId: string, document: Documents[K]): Delivery<K> => ({
  instructionId,
  key: `key-${instructionId}`,
  document,
})

/** The outcome of one instruction, however it was told. */
export function outcomeOf(sent: Sent, instructionId = 'i1'): Outcome | undefined {
  return 'all' in sent ? sent.all : sent.each[instructionId]
}
