/** Orders by hand: see what they wait on, hold, change and cancel them. */
import { HOLD_KINDS, type HoldKind, isActive } from '#core/model/order.ts'
import { Instant } from '#core/model/time.ts'
import { formatDecimalMoney } from '#core/model/money.ts'
import { OrderChange } from '#core/model/order-change.ts'
import type { ChangeAnswer, HoldAnswer } from '#http/deps.ts'
import { systemClock } from '../clock.ts'
import { type Call, type Command, text, UsageError } from './command.ts'
import { atOrderDesk, type ShownOrder } from './order-desk.ts'

const ACTOR = 'command line'

export const order: Command = {
  name: 'order',
  summary: 'See what an order waits on; hold, release, change, cancel or track it.',
  usage:
    'order show <order> | change <order> <change>… [--confirm] | cancel <order> [<line>:<units>…] | hold <order> --reason <text> [--kind <kind>] | release <order> <hold> --reason <text> | track <shipment> delivered|exception|resumed [--at <instant>] [--reason <the carrier’s words>] [--url <url>] [--json]',
  options: {
    kind: { type: 'string' },
    reason: { type: 'string' },
    at: { type: 'string' },
    url: { type: 'string' },
    confirm: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  examples: [
    'crossdock order show "#1001"',
    `crossdock order change "#1001" '{"do":"setQuantity","lineNo":1,"quantity":2}'`,
    `crossdock order change "#1001" '{"do":"setMethod","lineNo":1,"method":"pickup","nodeId":"paris-store"}' --confirm --reason "he comes by"`,
    'crossdock order cancel "#1001" 1:2 --reason "two are enough"',
    'crossdock order hold "#1001" --reason "the customer asked to wait"',
    'crossdock order hold "#1001" --kind fraud --reason "card of another country"',
    'crossdock order track shp_0665CQ0M000000ABCDEFGH delivered',
    'CROSSDOCK_API_KEY=dom_… crossdock order release "#1001" hld_0665CQ0M000000ABCDEFGH --reason "he called" --url http://127.0.0.1:8080',
  ],
  run: async (call) => {
    const [action, name] = call.positionals
    const run = action === undefined ? undefined : ACTIONS[action]
    if (run === undefined) throw new UsageError(`say what to do: ${Object.keys(ACTIONS).join(', ')}`)
    if (name === undefined)
      throw new UsageError(
        `name the ${action === 'track' ? 'shipment: crossdock order track shp_…' : `order: crossdock order ${action ?? ''} "#1001"`}`,
      )
    return run(call, name)
  },
}

const ACTIONS: Record<string, (call: Call, name: string) => Promise<number>> = {
  show: (call, name) =>
    atOrderDesk(call, async (desk) => {
      const shown = await desk.show(await desk.find(name))
      if (call.values['json'] === true) call.print(JSON.stringify(shown))
      else for (const line of describeOrder(shown)) call.print(line)
      return 0
    }),
  change: (call, name) => {
    const changes = call.positionals.slice(2).map(readChange)
    if (changes.length === 0) throw new UsageError('say what to change: crossdock order --help shows how')
    return atOrderDesk(call, async (desk) => {
      const id = await desk.find(name)
      const preview = await desk.previewChange(id, { changes, reason: 'preview' })
      if (call.values['confirm'] !== true || preview.kind !== 'done') return tellChange(call, preview, 'would be')
      const wish = { changes, reason: reasonOf(call), version: preview.effect.version }
      return tellChange(call, await desk.change(id, wish, ACTOR), 'is')
    })
  },
  cancel: (call, name) => {
    const lines = call.positionals.slice(2).map(readUnits)
    const reason = reasonOf(call)
    return atOrderDesk(call, async (desk) => {
      const wish = { reason, ...(lines.length === 0 ? {} : { lines }) }
      return tellChange(call, await desk.cancel(await desk.find(name), wish, ACTOR), 'is')
    })
  },
  hold: (call, name) => {
    const kind = (text(call.values['kind']) ?? 'manual') as HoldKind
    if (!HOLD_KINDS.includes(kind)) throw new UsageError(`--kind must be one of ${HOLD_KINDS.join(', ')}`)
    const reason = reasonOf(call)
    return atOrderDesk(call, async (desk) =>
      tell(call, await desk.hold(await desk.find(name), { kind, reason }, ACTOR)),
    )
  },
  release: (call, name) => {
    const hold = call.positionals[2]
    if (hold === undefined) throw new UsageError('name the hold: the order shows its holds with their ids')
    const reason = reasonOf(call)
    return atOrderDesk(call, async (desk) =>
      tell(call, await desk.releaseHold(await desk.find(name), hold, reason, ACTOR)),
    )
  },
  track: (call, shipmentId) => {
    const event = call.positionals[2] as 'delivered' | 'exception' | 'resumed'
    if (!['delivered', 'exception', 'resumed'].includes(event))
      throw new UsageError('say what became of it: delivered, exception or resumed')
    const given = text(call.values['at'])
    const at = Instant.safeParse(given ?? systemClock.now())
    if (!at.success) throw new UsageError(`--at must be a time such as 2026-11-24T10:00:00Z, not "${given ?? ''}"`)
    const detail = text(call.values['reason'])
    return atOrderDesk(call, async (desk) => {
      const told = { event, at: at.data, ...(detail === undefined ? {} : { detail }) }
      const tracked = await desk.trackShipment(shipmentId, told, ACTOR)
      if (tracked.kind === 'unknown' || tracked.kind === 'refused') {
        call.print(tracked.kind === 'unknown' ? `There is no shipment ${shipmentId}.` : tracked.reason)
        return 1
      }
      const known = tracked.kind === 'duplicate' ? ', as was known' : ''
      call.print(call.values['json'] === true ? JSON.stringify(tracked) : `${shipmentId} is ${tracked.state}${known}.`)
      return 0
    })
  },
}

function describeOrder({ id, phase, waiting, lines, holds, cases }: ShownOrder): string[] {
  const { on, since, dueAt, actions } = waiting
  const units = (counters: ShownOrder['lines'][number]['counters']): string =>
    Object.entries(counters)
      .filter(([name, quantity]) => name !== 'ordered' && (quantity ?? 0) > 0)
      .map(([name, quantity]) => `${quantity} ${name}`)
      .join(', ')
  return [
    `${id}  ${phase}: waiting on ${on}${since === undefined ? '' : ` since ${since}`}${dueAt === undefined ? '' : `, due ${dueAt}`}`,
    ...(actions.length === 0 ? [] : [`    possible now: ${actions.join(', ')}`]),
    ...lines.map((line) => `    line ${line.lineNo}: ${line.counters.ordered} × ${line.sku}: ${units(line.counters)}`),
    ...holds
      .filter(isActive)
      .map((hold) => `    ${hold.id}  ${hold.kind} hold of ${hold.placedBy}, decide by ${hold.dueAt}: ${hold.reason}`),
    ...cases.map((each) => `    ${each.id}  ${each.kind}: ${each.detail}`),
  ]
}

function readChange(given: string): OrderChange {
  let value: unknown
  try {
    value = JSON.parse(given)
  } catch {
    throw new UsageError(
      `a change is written as JSON, such as {"do":"setQuantity","lineNo":1,"quantity":2}, not ${given}`,
    )
  }
  const read = OrderChange.safeParse(value)
  if (read.success) return read.data
  throw new UsageError(
    `${given}: ${read.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`).join('; ')}`,
  )
}

function readUnits(given: string): { lineNo: number; quantity: number } {
  const found = /^([1-9]\d{0,5}):([1-9]\d{0,6})$/.exec(given)
  if (found === null) throw new UsageError(`units are written <line>:<units>, such as 1:2, not ${given}`)
  return { lineNo: Number(found[1]), quantity: Number(found[2]) }
}

function tellChange({ print, values }: Call, answer: ChangeAnswer, verb: string): number {
  if (answer.kind !== 'done') {
    print(
      answer.kind === 'unknown'
        ? 'There is no such order.'
        : answer.kind === 'stale'
          ? 'The order has changed meanwhile. Look at it again.'
          : answer.reason,
    )
    return 1
  }
  const { effect } = answer
  if (values['json'] === true) {
    print(JSON.stringify(effect))
    return 0
  }
  const { money } = effect
  for (const change of effect.changes) print(JSON.stringify(change))
  print(
    `total: ${formatDecimalMoney(money.before, money.currency)} → ${formatDecimalMoney(money.after, money.currency)} ${money.currency}`,
  )
  for (const { nodeId, quantity, sku, how, why } of effect.stock)
    print(
      `${nodeId}: ${quantity} × ${sku} ${verb} ${how === 'asked' ? 'asked for' : 'taken back'}${why === 'planAnew' ? ', to be planned anew' : ''}`,
    )
  for (const { nodeId, lines, handOverAt, deliveredAt } of effect.plan)
    print(
      `${nodeId}: ${lines.map((line) => `${line.quantity} of line ${line.lineNo}`).join(', ')}, ${deliveredAt === undefined ? `handed over ${handOverAt}` : `there ${deliveredAt}`}`,
    )
  for (const { lineNo, quantity, reason } of effect.unserved) print(`nobody: ${quantity} of line ${lineNo}: ${reason}`)
  if (effect.promise.before !== effect.promise.after)
    print(`promise: ${effect.promise.before ?? 'none'} → ${effect.promise.after ?? 'none'}`)
  return 0
}

function reasonOf(call: Call): string {
  const reason = text(call.values['reason'])
  if (reason === undefined) throw new UsageError('say why: --reason "…"; it is kept on the timeline')
  return reason
}

function tell({ print, values }: Call, answer: HoldAnswer): number {
  if (answer.kind !== 'done') {
    print(answer.kind === 'unknown' ? 'There is no such order.' : answer.reason)
    return 1
  }
  const { hold } = answer
  if (values['json'] === true) print(JSON.stringify(hold))
  else
    print(
      hold.releasedAt === undefined
        ? `${hold.id}: held (${hold.kind}), to be decided by ${hold.dueAt}.`
        : `${hold.id}: released ${hold.releasedAt} by ${hold.releasedBy ?? 'nobody'}.`,
    )
  return 0
}
