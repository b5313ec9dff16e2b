/** What a streamed document says at its end for the whole of it: what it claims in the ledger of partners' files, and its receipts. */
import type { Issue } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { Reading } from '#connectors/contract/connector.ts'
import type { StoredFeed } from '#store/feeds.ts'
import { insertInstructions } from '#store/instructions.ts'
import type { Unit } from '#store/unit.ts'
import { claimReading } from './claims.ts'
import { envelopeOf } from './feed-work.ts'
import { receiptsOf } from './receipts.ts'
import type { World } from './world.ts'

export type Closing = Pick<Reading, 'claims' | 'receipts'>

/** `repeats` names the document that came first; `issues` say why nothing of it may be used. */
export type Closed = { repeats?: string; issues: Issue[] }

/** In the commit that decides on the feed, so that a claim without its outcome cannot be. */
export async function closeDocument(
  unit: Unit,
  world: World,
  feed: StoredFeed,
  closing: Closing | undefined,
  now: Instant,
): Promise<Closed> {
  if (closing === undefined) return { issues: [] }
  const envelope = { id: envelopeOf(feed), connectionId: feed.connectionId }
  const whole: Reading = { documents: [], refused: [], ...closing }
  const { reading, repeats } = await claimReading(unit, world, envelope, whole, now)
  await insertInstructions(unit, receiptsOf(world, envelope, reading, now))
  return {
    ...(repeats === undefined ? {} : { repeats }),
    issues: reading.refused.flatMap(({ issues }) => issues),
  }
}
