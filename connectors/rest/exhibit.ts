/** A partner with a plain JSON API on paper: the exhibit of any connector that `restConnector` makes. */
import { createHmac } from 'node:crypto'
import { epochMsOf, type Instant } from '#core/model/time.ts'
import type { WithCrosswalk } from '#mappings/engine/index.ts'
import { runBack, type FieldMap } from '#mappings/engine/index.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { type Exhibit, INBOUND_KINDS, type InboundExhibit, type PaperPartner } from '../contract/exhibit.ts'
import { sha256 } from '../contract/request.ts'
import type { HttpAnswer } from '../contract/transport.ts'
import type { RestEvents } from './events.ts'
import type { Sends } from './send.ts'

const bytesOf = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value))
const answerOf = (status: number, body: unknown): HttpAnswer => ({ status, headers: {}, body: bytesOf(body) })

/** Does what it is asked once for each key, and shows what it did where the connector looks for it. */
function paperPartner(token: string, idOf: (body: Record<string, unknown>) => string): PaperPartner {
  const taken = new Map<string, string>()
  const shown = new Set<string>()
  const done: string[] = []
  let refuses = false
  return {
    answer: ({ method, path, headers = {}, body = '' }) => {
      if (headers['authorization'] !== `Bearer ${token}`) return answerOf(401, { code: 'token' })
      if (method === 'GET')
        return shown.has(path) || path === '/ping' ? answerOf(200, {}) : answerOf(404, { code: 'not-found' })
      if (refuses) return answerOf(422, { code: 'closed', detail: 'Nothing is taken today' })
      const read = readJson(typeof body === 'string' ? new TextEncoder().encode(body) : body)
      const id = read.ok ? idOf(read.value as Record<string, unknown>) : ''
      const key = headers['idempotency-key'] ?? `${path} ${id}`
      const known = taken.get(key)
      if (known !== undefined) return answerOf(200, { reference: known })
      const reference = `R-${taken.size + 1}`
      taken.set(key, reference)
      shown.add(path).add(`${path}/${id}`)
      done.push(`${path} ${id}`)
      return answerOf(201, { reference })
    },
    effects: () => [...done],
    refuse: () => {
      refuses = true
    },
  }
}

/** How the partner signs: Standard Webhooks 1.0.0; the id stays over all attempts. */
function signed(body: Uint8Array, at: Instant, secret: (name: string) => string): Record<string, string> {
  const id = `msg_${sha256(body).slice(0, 24)}`
  const seconds = String(Math.floor(epochMsOf(at) / 1000))
  const key = Buffer.from(secret('webhookSecret').replace(/^whsec_/, ''), 'base64')
  const mac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body).digest('base64')
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${mac}` }
}

const idIn = (value: unknown): string => (typeof value === 'string' ? value : '')

type AnyMap = FieldMap<never, never, WithCrosswalk, WithCrosswalk>

/** The kit can make documents of these; of other kinds the samples alone speak. */
const KNOWN: ReadonlySet<string> = new Set(INBOUND_KINDS)

/** What the kit has to know of a partner beside its ports. */
export type RestKit = {
  /** What the partner calls the node that the kit works with. */
  nodeCode: string
  /** The field of a posted body that names it for ever. */
  idField: string
  /** Messages of the partner, as paths in the repository; each must be read. */
  samples: string[]
  /** Fields of the samples that no map reads, accepted by name. */
  unread?: string[]
}
type Shown = { sends: Readonly<Record<string, Sends>>; events: RestEvents; kit: RestKit }

export function restExhibit({ sends, events, kit }: Shown): Exhibit {
  const says = Object.fromEntries(
    Object.values(events.types)
      .filter(({ kind }) => KNOWN.has(kind))
      .map(({ kind, map }) => [
        kind,
        (value: unknown, world: WithCrosswalk) => {
          const written = runBack(map as unknown as AnyMap, value as never, { crosswalk: world.crosswalk })
          return written.ok ? bytesOf(written.document) : undefined
        },
      ]),
  ) as InboundExhibit['says']
  return {
    config: { baseUrl: 'https://partner.example' },
    secrets: (seed) => ({
      apiToken: `token-${seed}`,
      webhookSecret: `whsec_${Buffer.from(`signing key of ${seed}`).toString('base64')}`,
    }),
    nodeCode: kit.nodeCode,
    partner: (secret) => paperPartner(secret('apiToken'), (body) => idIn(body[kit.idField])),
    inbound: {
      [events.name]: {
        format: 'json',
        says,
        headers: signed,
        signsTime: true,
        samples: kit.samples,
        maps: Object.fromEntries(Object.entries(events.types).map(([type, { map }]) => [type, map.name])),
        ...(kit.unread === undefined ? {} : { unread: kit.unread }),
      },
    },
    outbound: Object.fromEntries(Object.entries(sends).map(([name, { map }]) => [name, { map }])),
  }
}
