/** Routing decisions, stored with all that went into them in the commit that acts on them. */
import type { RoutingDecision } from '#core/model/decision.ts'
import { activeBook, DEFAULT_BOOK, DEFAULT_BOOK_VERSION, forValue } from '#core/routing/policy-book.ts'
import type { RoutingPolicy } from '#core/routing/policy.ts'
import { decisionOf } from '#core/routing/routing-plan.ts'
import { prepareNodes } from '#core/routing/prepared-nodes.ts'
import {
  type DecisionRecord,
  madeAgain,
  recordedVerdicts,
  type RecordedNetwork,
  runnerUpAgain,
} from '#core/routing/record.ts'
import type { Queryable } from './database.ts'
import { loadNetwork } from './networks.ts'
import { loadPolicy } from './policies.ts'
import { insertRows } from './rows.ts'

const DECISION = {
  id: 'text',
  order_id: 'text',
  decided_at: 'timestamptz',
  policy_version: 'text',
  cost_minor: 'int8',
  record: 'jsonb',
} as const

export async function insertDecisions(db: Queryable, records: readonly DecisionRecord[]): Promise<void> {
  await insertRows(
    db,
    'routing_decision',
    DECISION,
    records.map((record) => ({
      id: record.head.id,
      order_id: record.head.orderId,
      decided_at: record.head.decidedAt,
      policy_version: record.head.policyVersion,
      cost_minor: record.head.costMinor,
      record,
    })),
  )
}

/** Oldest first: an order that was routed again has several. */
export async function recordsOf(db: Queryable, orderId: string): Promise<DecisionRecord[]> {
  const rows = await db.query<{ record: DecisionRecord }>(
    'SELECT record FROM routing_decision WHERE order_id = $1 ORDER BY id',
    [orderId],
  )
  return rows.map((row) => row.record)
}

/** What a decision was made on: the network as it was then, and the policy it cites. */
export async function inputsOf(
  db: Queryable,
  record: DecisionRecord,
): Promise<{ network: RecordedNetwork; policy: RoutingPolicy | undefined }> {
  const network = await loadNetwork(db, record.networkId)
  if (network === undefined) throw new Error(`the network of decision ${record.head.id} is not there`)
  const { policyVersion, policyRule } = record.head
  const book = policyVersion === DEFAULT_BOOK_VERSION ? DEFAULT_BOOK : (await loadPolicy(db, policyVersion))?.book
  const rules = book === undefined ? [] : activeBook(book, policyVersion).rules
  const found = rules.find(({ policy }) => policy.rule === policyRule)?.policy
  return { network, policy: found === undefined ? undefined : forValue(found, record.request) }
}

/** Decisions in words. Costs of nodes passed over are worked out again from the record; reasons are the recorded ones. */
export async function decisionsOf(db: Queryable, orderId: string): Promise<RoutingDecision[]> {
  const decisions: RoutingDecision[] = []
  for (const record of await recordsOf(db, orderId)) {
    const { network, policy } = await inputsOf(db, record)
    const nodes = prepareNodes(network.nodes, network.rateCards)
    const again = policy === undefined ? undefined : madeAgain(record, nodes, policy)
    const candidates = again === undefined ? recordedVerdicts(record, nodes) : decisionOf(again).candidates
    const runnerUp =
      record.head.runnerUp ??
      (again === undefined || policy === undefined ? undefined : runnerUpAgain(record, nodes, policy))
    decisions.push({ ...record.head, ...(runnerUp === undefined ? {} : { runnerUp }), candidates })
  }
  return decisions
}
