/** Technical receipts (997, CONTRL) that partners owe: one that does not come in time is a person's work, one that comes late ends it. */
import type { Instant } from '#core/model/time.ts'
import { type MissingReceipt, missReceipts, noteReceipts } from '#store/awaited-receipts.ts'
import { openCases, resolveCases } from '#store/quarantine.ts'
import type { Unit } from '#store/unit.ts'
import type { World } from './world.ts'

const MAX_AT_ONCE = 500

export async function tellMissingReceipts(world: World): Promise<void> {
  const now = world.clock.now()
  await world.commit(async (unit) => {
    const missing = await missReceipts(unit, now, MAX_AT_ONCE)
    await openCases(
      unit,
      missing.map((each) => ({
        id: world.ids.next('exc'),
        kind: 'receiptMissing' as const,
        subject: each.transmissionId,
        ...(each.orderId === null ? {} : { orderId: each.orderId }),
        detail: detailOf(each),
        cure: 'Ask the partner whether it has read the file. If it was lost, have it taken again from its folder or archive, or send what is in it anew; then resolve this case. A receipt that comes late ends it.',
        owner: 'partner' as const,
      })),
      now,
    )
  })
}

const detailOf = ({ connectionId, name, key, sentAt }: MissingReceipt): string =>
  `${connectionId} has not acknowledged ${name} (${key}), which was sent at ${sentAt}`

/** A receipt came: whatever it says of the content, the file was read. */
export async function receiptsCame(
  unit: Unit,
  connectionId: string,
  keys: readonly string[],
  now: Instant,
): Promise<void> {
  await resolveCases(
    unit,
    'receiptMissing',
    await noteReceipts(unit, connectionId, keys, now),
    'the receipt came late',
    now,
  )
}
