/** What a check of the kit is: a number, a name, a sentence, and a trial that throws `Broken` where it does not hold. */
import { basename } from 'node:path'
import type { Issue } from '#core/issue.ts'
import { describeIssue } from '#core/issue.ts'
import type { Trace } from '#core/model/trace.ts'
import type { Parsed } from '#core/issue.ts'
import type { Connector, FolderPort, PullPort, Reading, SendPort, WebhookPort } from '#connectors/contract/connector.ts'
import type { Exhibit, InboundExhibit, InboundKind, OutboundExhibit } from '#connectors/contract/exhibit.ts'
import type { FieldMap } from '#mappings/engine/index.ts'
import type { z } from 'zod'
import { type Desk, type DeskNames, knowsAll, openDesk } from './desk.ts'
import type { Runtime } from './runtime.ts'
import { valueOf, type Wish } from './values.ts'

/** A map of the catalogue, as far as the kit needs it. */
export type KitMap = {
  name: string
  kind: string
  schema: z.ZodType
  map: FieldMap<never, never, never, never>
  read?: (
    bytes: Uint8Array,
    context: never,
  ) => { documents: { value: unknown; trace?: () => Trace }[]; refused: { issues: Issue[] }[] }
  write?: (value: unknown, context: never) => Parsed<Uint8Array>
  treesOf?: (bytes: Uint8Array) => unknown[]
}

export type Bench = {
  /** With the ports that the exhibit shows. */
  connector: Connector
  exhibit: Exhibit
  /** Names of ports that no exhibit of the connector shows. */
  unshown: string[]
  maps: readonly KitMap[]
  /** Reads a file of the repository by its path; undefined when it is not there. */
  file: (path: string) => Uint8Array | undefined
  /** The page that the docs generator would write now; undefined where there is no generator at hand. */
  page: string | undefined
  /** What the released version made of the samples. */
  recorded: Recorded | undefined
  runtime: Runtime
  /** Sockets that were opened while the kit ran. */
  sockets: () => string[]
  /** `quick` takes fewer moments to die at and a smaller feed: for the many runs of the kit's own test. */
  depth: 'full' | 'quick'
}

/** Outputs of one version: a hash for each sample. */
export type Recorded = { version: string; outputs: Record<string, string> }

export type NotApplicable = { notApplicable: string }
export type Check = {
  number: number
  name: string
  /** What must hold, in one sentence. */
  says: string
  /** It works over the runtime’s own loops and a database: seconds instead of milliseconds. */
  overRuntime?: true
  run: (bench: Bench) => void | NotApplicable | Promise<void | NotApplicable>
}

export class Broken extends Error {
  override readonly name = 'Broken'
}

export function must(holds: boolean, otherwise: string | (() => string)): asserts holds {
  if (!holds) throw new Broken(typeof otherwise === 'string' ? otherwise : otherwise())
}

export const because = (reason: string): NotApplicable => ({ notApplicable: reason })

export const deskOf = ({ connector, exhibit }: Bench, names?: DeskNames): Desk => openDesk(connector, exhibit, names)

type In = WebhookPort<unknown> | FolderPort<unknown> | PullPort<unknown>
export type InboundPort<P extends In = In> = { port: P; shown: InboundExhibit }
export type OutboundPort = { port: SendPort<unknown>; shown: OutboundExhibit }

export function inboundOf({ connector, exhibit }: Pick<Bench, 'connector' | 'exhibit'>): InboundPort[] {
  return connector.ports.flatMap((port) => {
    const shown = exhibit.inbound[port.name]
    return port.direction === 'in' && shown !== undefined ? [{ port, shown }] : []
  })
}

const ofTransport =
  <P extends In>(...transports: P['transport'][]) =>
  (bench: Pick<Bench, 'connector' | 'exhibit'>): InboundPort<P>[] =>
    inboundOf(bench).filter(({ port }) => transports.includes(port.transport)) as InboundPort<P>[]

export const webhooksOf = ofTransport<WebhookPort<unknown>>('webhook', 'push')
export const foldersOf = ofTransport<FolderPort<unknown>>('folder')
export const pullsOf = ofTransport<PullPort<unknown>>('pull')

export function outboundOf({ connector, exhibit }: Pick<Bench, 'connector' | 'exhibit'>): OutboundPort[] {
  return connector.ports.flatMap((port) => {
    const shown = exhibit.outbound[port.name]
    return port.direction === 'out' && shown !== undefined
      ? [{ port: port as unknown as SendPort<unknown>, shown }]
      : []
  })
}

export const kindsOf = ({ says }: InboundExhibit): InboundKind[] => Object.keys(says) as InboundKind[]

/** A document of the partner: its bytes, the name that its file has, and what the transport knows of it beside them. */
export type Said = { bytes: Uint8Array; name: string; meta: Record<string, string> }

/** The partner's document that says this. Undefined where it has no words for it. */
export function saidOf(
  desk: Desk,
  shown: InboundExhibit,
  kind: InboundKind,
  wish: Wish,
  value: unknown = valueOf(kind, wish, desk),
): Said | undefined {
  const world = { crosswalk: knowsAll(desk.crosswalk), at: desk.clock.now() }
  const bytes = shown.says[kind]?.(value as never, world)
  if (bytes === undefined) return undefined
  const name = shown.file?.name(wish.id, kind, value) ?? ''
  return { bytes, name, meta: { ...shown.meta?.(kind, value), ...(name === '' ? {} : { file: name }) } }
}

/** The same document with other bytes in it. */
export const withBytes = (said: Said, bytes: Uint8Array): Said => ({ ...said, bytes })

/** Reads a document as if it had come over the port. */
export const readSaid = (desk: Desk, port: InboundPort, { bytes, meta }: Said): Reading =>
  readAt(desk, port, bytes, meta)

/** Reads raw bytes of which the transport knows so much. */
export function readAt(desk: Desk, { port, shown }: InboundPort, raw: Uint8Array, meta: Said['meta'] = {}): Reading {
  return port.read(raw, metaOf(desk, { port, shown }, raw, meta), desk.readContext())
}

/** Reads a file of the repository, under its own name. */
export function readSample(desk: Desk, port: InboundPort, path: string, raw: Uint8Array): Reading {
  const [kind] = kindsOf(port.shown)
  const known = kind === undefined ? {} : port.shown.meta?.(kind, undefined)
  return readAt(desk, port, raw, { ...known, ...(port.shown.file === undefined ? {} : { file: basename(path) }) })
}

export function metaOf(
  desk: Desk,
  { port, shown }: InboundPort,
  raw: Uint8Array,
  known: Said['meta'],
): Record<string, string> {
  if (port.transport !== 'webhook' && port.transport !== 'push') return known
  return { ...port.meta(callOf(desk, shown, raw)), ...known }
}

/** The partner's call with this body, as it would come over HTTP. */
export function callOf(desk: Desk, shown: InboundExhibit, raw: Uint8Array) {
  const receivedAt = desk.clock.now()
  const headers = shown.headers?.(raw, receivedAt, (name) => desk.secrets[name] ?? '') ?? {}
  return { headers, body: raw, receivedAt }
}

/** What was refused, as one line. */
export const refusalsOf = (reading: Pick<Reading, 'refused'>): string =>
  reading.refused
    .flatMap(({ part, issues }) => issues.map((issue) => `${part === '' ? '' : `${part}: `}${describeIssue(issue)}`))
    .join('; ')

/** Runs `each` for every port and kind that a port can say, and tells which one broke. */
export async function forEachKind(
  ports: readonly InboundPort[],
  each: (port: InboundPort, kind: InboundKind) => void | Promise<void>,
): Promise<void> {
  for (const port of ports)
    for (const kind of kindsOf(port.shown)) await within(`${port.port.name}, ${kind}`, () => each(port, kind))
}

/** Puts the place before whatever breaks inside. */
export async function within<T>(place: string, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof Broken) throw new Broken(`${place}: ${error.message}`, { cause: error })
    throw error
  }
}

export const utf8 = (bytes: Uint8Array): string => Buffer.from(bytes).toString('utf8')
export const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)
