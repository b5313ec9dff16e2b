/** What answers do to a node's record, in the commit that applies them: refusals and silence take trust, kept words give it back. */
import { afterWord, type Word } from '#core/fulfillment/trust.ts'
import type { FactKind } from '#core/model/fact.ts'
import type { Instant } from '#core/model/time.ts'
import { lockTrust, loadTrust, saveTrust, type TrustRow } from '#store/node-trust.ts'
import type { Unit } from '#store/unit.ts'
import type { Step } from './step.ts'

const WORDS: Partial<Record<FactKind, Word>> = { rejected: 'broken', accepted: 'kept', shipped: 'kept' }

export async function recordWords(unit: Unit, steps: readonly Step[], now: Instant): Promise<void> {
  const words = steps.flatMap(({ request, progress }) => {
    // However many lines an answer refuses, it is one word.
    const said = new Set(progress.facts.flatMap((fact) => WORDS[fact.kind] ?? []))
    return [...said].map((word) => ({ nodeId: request.nodeId, word }))
  })
  if (words.length === 0) return
  const breaking = words.some((each) => each.word === 'broken')
  const nodeIds = words.map((each) => each.nodeId)
  // A node that never broke its word has no row, and gains nothing by keeping it once more.
  if (!breaking && (await loadTrust(unit, nodeIds)).length === 0) return
  const rows = new Map((await lockTrust(unit, nodeIds, now)).map((row): [string, TrustRow] => [row.nodeId, row]))
  for (const { nodeId, word } of words) {
    const row = rows.get(nodeId)
    if (row !== undefined) rows.set(nodeId, { nodeId, ...afterWord(row, word, now) })
  }
  await saveTrust(unit, [...rows.values()])
}
