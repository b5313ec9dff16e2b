/** A port that lays files into the partner's folder, with several documents in one, whatever standard they follow. */
import type { Issue, Parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { Context, Delivery, Documents, Prepared, SendPort } from '../contract/connector.ts'
import { receiptWithinMs } from './config.ts'
import type { EdiConfig } from './config.ts'
import { findFile, publish } from './outgoing.ts'

export const MOST_DOCUMENTS = 50

type OutFolders = Pick<EdiConfig, 'inFolder' | 'partnerArchiveFolder' | 'receiptWithinMinutes'>

/** `Part` is what one document of the file is made of: the segments of a set or message. */
export type FilePort<Config, K extends keyof Documents, Part> = {
  name: string
  summary: string
  kind: K
  has?: ((config: Config) => boolean) | undefined
  batchMax?: number
  batchLimit?: (config: Config) => number
  expectsAnswer: boolean
  /** Whether the same file twice does no harm: then one that is not found is sent again. */
  repeatIsHarmless: (config: Config) => boolean
  partsOf: (context: Context<Config>, deliveries: readonly Delivery<K>[]) => Parsed<Part[]>
  compose: (context: Context<Config>, parts: readonly Part[]) => Promise<Parsed<Prepared>>
}

export function filePort<Config extends OutFolders, K extends keyof Documents, Part>(
  definition: FilePort<Config, K, Part>,
): SendPort<Config, K> {
  const { name, summary, kind, has, batchMax, batchLimit, expectsAnswer } = definition
  const { repeatIsHarmless, partsOf, compose } = definition
  return {
    name,
    summary,
    kind,
    expectsAnswer,
    direction: 'out',
    transport: 'sftp',
    duplicates: 'lookup',
    ...(has === undefined ? {} : { has }),
    batchMax: batchMax ?? MOST_DOCUMENTS,
    ...(batchLimit === undefined ? {} : { batchLimit }),
    receiptWithinMs,

    prepare: async (context, deliveries) => {
      const parts = partsOf(context, deliveries)
      return parts.ok ? compose(context, parts.value) : parts
    },

    send: async (context, transmission) => ({ all: await publish(context, transmission) }),

    lookup: async (context, { name: file, deliveries }) => {
      const found = await findFile(context, file, repeatIsHarmless(context.config))
      return Object.fromEntries(deliveries.map(({ instructionId }) => [instructionId, found]))
    },
  }
}

/** A part for each, or every issue of all. `at` is the same for the whole file. */
export function written<T, Part>(
  each: readonly T[],
  context: Context<unknown>,
  write: (one: T, at: Instant) => Parsed<Part>,
): Parsed<Part[]> {
  const at = context.clock.now()
  const parts: Part[] = []
  const issues: Issue[] = []
  for (const one of each) {
    const made = write(one, at)
    if (made.ok) parts.push(made.value)
    else issues.push(...made.issues)
  }
  return issues.length > 0 ? { ok: false, issues } : { ok: true, value: parts }
}
