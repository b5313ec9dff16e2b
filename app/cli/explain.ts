import type { ConsolidatedParcel, PlannedPackage, RoutingDecision, RunnerUp } from '#core/model/decision.ts'
import { formatDecimalMoney } from '#core/model/money.ts'
import { explainField } from '#http/queries/origins.ts'
import type { Database } from '#store/database.ts'
import { whyNot } from '#core/routing/why-not.ts'
import { decisionsOf, inputsOf, recordsOf } from '#store/decisions.ts'
import { timelineOf } from '#store/facts.ts'
import { type Command, text, UsageError } from './command.ts'
import { describeOrigins } from './explain-field.ts'
import { withDatabase } from './with-database.ts'

export const explain: Command = {
  name: 'explain',
  summary: 'Tell an order: its timeline, why each node was chosen or not; or where one of its fields came from.',
  usage: 'explain <order id or number> [<field>] [--why-not <node>] [--json]',
  options: { json: { type: 'boolean' }, 'why-not': { type: 'string' } },
  examples: [
    'crossdock explain "#1001"',
    'crossdock explain "#1001" --why-not paris-store',
    'crossdock explain "#1001" shipTo.postcode',
    'crossdock explain ord_0665CQ0M000000ABCDEFGH sku --json',
  ],
  run: async ({ positionals, values, settings, print }) => {
    const [name, field] = positionals
    if (name === undefined) throw new UsageError('name the order: crossdock explain "#1001"')
    return withDatabase(settings, async (db) => {
      const orderId = await findOrder(db, name)
      if (orderId === undefined) {
        print(`There is no order ${name}.`)
        return 1
      }
      if (field !== undefined) return tellField(db, orderId, field, values['json'] === true, print)
      const wanted = text(values['why-not'])
      if (wanted !== undefined) return tellWhyNot(db, orderId, wanted, values['json'] === true, print)
      const timeline = await timelineOf(db, orderId)
      const decisions = await decisionsOf(db, orderId)
      if (values['json'] === true) {
        print(JSON.stringify({ orderId, timeline, decisions }))
        return 0
      }
      for (const fact of timeline)
        print(`${fact.at}  ${fact.kind.padEnd(16)} ${fact.actor}  ${JSON.stringify(fact.data)}`)
      for (const decision of decisions) for (const line of describeDecision(decision)) print(line)
      return 0
    })
  },
}

async function tellField(
  db: Database,
  orderId: string,
  field: string,
  asJson: boolean,
  print: (line: string) => void,
): Promise<number> {
  const origins = await explainField(db, orderId, field)
  if (asJson) print(JSON.stringify({ orderId, field, origins }))
  else if (origins.length === 0)
    print(
      `No document of ${orderId} said ${field}. Fields are named as in the API: number, shipTo.postcode, lines.0.sku.`,
    )
  else for (const line of describeOrigins(origins)) print(line)
  return origins.length === 0 ? 1 : 0
}

/** For the order's last decision. */
async function tellWhyNot(
  db: Database,
  orderId: string,
  nodeId: string,
  json: boolean,
  print: (line: string) => void,
): Promise<number> {
  const record = (await recordsOf(db, orderId)).at(-1)
  const inputs = record === undefined ? undefined : await inputsOf(db, record)
  if (record === undefined || inputs?.policy === undefined) {
    print('There is no decision to ask about: the order was not routed yet.')
    return 1
  }
  if (!inputs.network.nodes.some((node) => node.id === nodeId)) {
    print(`The network of the decision had no node ${nodeId}.`)
    return 1
  }
  const answers = whyNot(record, inputs.network, inputs.policy, nodeId)
  if (json) print(JSON.stringify({ orderId, decisionId: record.head.id, answers }))
  else
    for (const each of answers) {
      const reason = each.reason === undefined ? '' : `${each.reason}; `
      const change = each.change === undefined ? each.note : `it would have been chosen ${each.change.text}`
      print(`${nodeId} for line ${each.lineNo}: ${reason}${change ?? ''}`)
    }
  return 0
}

async function findOrder(db: Database, name: string): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }>(
    'SELECT id FROM sales_order WHERE id = $1 OR number = $1 OR external_id = $1 ORDER BY id LIMIT 1',
    [name],
  )
  return row?.id
}

/** Chosen nodes first, then every other candidate with its reason. */
export function describeDecision(decision: RoutingDecision): string[] {
  const money = (minor: number): string => `${formatDecimalMoney(minor, decision.currency)} ${decision.currency}`
  return [
    '',
    `Decided ${decision.decidedAt} by policy ${decision.policyVersion}${decision.policyRule === undefined ? '' : `, rule "${decision.policyRule}"`} (${decision.optimality}), ${money(decision.costMinor)}:`,
    ...(decision.reoptimises === undefined ? [] : [describeMove(decision.reoptimises, money)]),
    ...(decision.gaveUp === undefined ? [] : [`  gave up: ${decision.gaveUp.join(', ')}`]),
    ...decision.packages.flatMap((each) => describeParcel(each, wayOf(each), money, each.opportunityMinor)),
    ...(decision.consolidated === undefined
      ? []
      : describeParcel(decision.consolidated, 'all in one parcel', money, undefined)),
    ...(decision.runnerUp === undefined ? [] : [describeRunnerUp(decision.runnerUp, money)]),
    ...(decision.offers ?? []).map(
      (each) =>
        `  offer for line ${each.lineNo}: ${each.quantity} × ${each.sku} ${each.method === 'pickup' ? 'collected at' : each.method === 'ship' ? 'sent by' : 'from'} ${each.nodeId}, ${money(each.costMinor)}`,
    ),
    ...decision.unserved.map((each) => `  nobody: ${each.quantity} of line ${each.lineNo}: ${each.reason}`),
    ...decision.candidates
      .filter((each) => each.verdict === 'notChosen')
      .map((each) => {
        const extra = each.extraCostMinor === undefined ? '' : `, ${money(each.extraCostMinor)} more`
        return `  not ${each.nodeId} for line ${each.lineNo}: ${each.reason ?? ''}${each.detail === undefined ? '' : ` (${each.detail})`}${extra}`
      }),
  ]
}

function describeParcel(
  parcel: ConsolidatedParcel,
  way: string,
  money: (minor: number) => string,
  opportunityMinor: number | undefined,
): string[] {
  const { nodeId, lines, costMinor, costParts, handOverAt, deliveredAt, lateMinutes } = parcel
  const worth =
    opportunityMinor === undefined ? '' : `, and ${money(opportunityMinor)} that what it takes is worth to later orders`
  return [
    `  ${nodeId} (${way}) ${lines.map((line) => `${line.quantity} × ${line.sku}`).join(', ')}: ${money(costMinor)}${worth}`,
    `    ${costParts.map((part) => `${part.name} ${money(part.minor)}`).join(' + ')}`,
    `    hands over ${handOverAt}${deliveredAt === undefined ? '' : `, there ${deliveredAt}`}${lateMinutes === undefined ? '' : `, ${lateMinutes} minutes later than promised`}`,
  ]
}

/** `ship`, or `ship to reims` for what goes to another node first. */
const wayOf = ({ nodeId, method, viaNodeId }: PlannedPackage): string =>
  viaNodeId === undefined ? method : viaNodeId === nodeId ? 'waits for the others' : `${method} to ${viaNodeId}`

function describeRunnerUp(runnerUp: RunnerUp, money: (minor: number) => string): string {
  const { nodeId, lineNo, costMinor, criterion, margin } = runnerUp
  const by = criterion === 'cost' ? money(margin) : String(margin)
  const decided =
    criterion === 'tie' ? 'equal; the earlier hand-over, then the node id decided' : `lost by ${by} in ${criterion}`
  return `  runner-up: ${nodeId} for line ${lineNo}, ${money(costMinor)} in all: ${decided}`
}

const describeMove = (
  { requestIds, reason, savedMinor }: NonNullable<RoutingDecision['reoptimises']>,
  money: (minor: number) => string,
): string =>
  `  in place of ${requestIds.join(', ')}${savedMinor === undefined ? ', which its node gave back' : `: ${reason ?? ''}, saves ${money(savedMinor)}`}`
