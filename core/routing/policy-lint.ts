/**
 * What is wrong with a policy book although it can be read: rules that never decide, rules that contradict themselves, names
 * that nothing has. An `error` stops the book from being activated; a `warning` is worth a look.
 */
import type { Node } from '../model/node.ts'
import { packageLimit } from './policy.ts'
import type { Fence, NodeSelector, OrderSelector, RoutingPolicy } from './policy.ts'
import type { PolicyBook, PolicyRule } from './policy-book.ts'
import { selectsNode } from './selectors.ts'

export type Finding = {
  level: 'error' | 'warning'
  code: 'shadowed' | 'unreachable' | 'contradictory' | 'incomplete' | 'unknown' | 'idle'
  /** JSON pointer into the book. */
  path: string
  message: string
  cure: string
}

export type LintNetwork = { channels: readonly string[]; nodes: readonly Node[] }

/** `network` is what the hub knows; without it names are not checked. */
export function lintPolicy(book: PolicyBook, network?: LintNetwork): Finding[] {
  return [...orderOfRules(book), ...book.rules.flatMap((rule, index) => lintRule(rule, `/rules/${index}`, network))]
}

function orderOfRules({ rules }: PolicyBook): Finding[] {
  const findings: Finding[] = []
  rules.forEach((rule, index) => {
    const path = `/rules/${index}`
    const same = rules.findIndex((each) => each.name === rule.name)
    if (same < index)
      findings.push({
        level: 'error',
        code: 'contradictory',
        path: `${path}/name`,
        message: `two rules are called "${rule.name}"`,
        cure: 'Decisions cite rules by name: give each its own.',
      })
    const shadow = rules.findIndex((each) => covers(each.when, rule.when))
    if (shadow < index)
      findings.push({
        level: 'error',
        code: 'shadowed',
        path,
        message: `the rule "${rules[shadow]?.name ?? ''}" above it takes every order that "${rule.name}" would`,
        cure: 'Move the narrower rule up, or remove it.',
      })
  })
  if (!isEmpty(rules.at(-1)?.when))
    findings.push({
      level: 'error',
      code: 'incomplete',
      path: `/rules/${rules.length - 1}`,
      message: 'the last rule does not fit every order',
      cure: 'End the book with a rule that has no `when`.',
    })
  return findings
}

const isEmpty = (when: OrderSelector | undefined): boolean =>
  when === undefined || Object.values(when).every((condition) => condition === undefined)

/** True when every order that `b` selects is selected by `a` too. */
function covers(a: OrderSelector = {}, b: OrderSelector = {}): boolean {
  const within = (outer: readonly string[] | undefined, inner: readonly string[] | undefined): boolean =>
    outer === undefined || (inner !== undefined && inner.every((each) => outer.includes(each)))
  const prefixes = a.postcodePrefixes
  const byPrefix =
    prefixes === undefined ||
    (b.postcodePrefixes !== undefined &&
      b.postcodePrefixes.every((inner) => prefixes.some((outer) => inner.startsWith(outer))))
  const countries =
    within(a.countries, b.countries) ||
    (b.postcodePrefixes !== undefined &&
      within(
        a.countries,
        b.postcodePrefixes.map((each) => each.slice(0, 2)),
      ))
  return (
    within(a.channels, b.channels) &&
    within(a.customerTags, b.customerTags) &&
    countries &&
    byPrefix &&
    (a.valueAtLeastMinor ?? 0) <= (b.valueAtLeastMinor ?? 0) &&
    (a.valueBelowMinor ?? Number.POSITIVE_INFINITY) >= (b.valueBelowMinor ?? Number.POSITIVE_INFINITY)
  )
}

function lintRule({ when = {}, policy }: PolicyRule, path: string, network: LintNetwork | undefined): Finding[] {
  return [
    ...lintWhen(when, `${path}/when`, network),
    ...lintSplits(policy, `${path}/policy`),
    ...lintFences(policy.fences ?? [], `${path}/policy/fences`, network),
    ...lintFallbacks(policy, `${path}/policy/fallbacks`),
    ...lintNames(policy, `${path}/policy`, network),
  ]
}

function lintWhen(when: OrderSelector, path: string, network: LintNetwork | undefined): Finding[] {
  const findings: Finding[] = []
  const unreachable = (at: string, message: string): void => {
    findings.push({
      level: 'error',
      code: 'unreachable',
      path: `${path}/${at}`,
      message,
      cure: 'Correct the condition; as it stands no order fits the rule.',
    })
  }
  const { valueAtLeastMinor: least, valueBelowMinor: below, countries, postcodePrefixes } = when
  if (least !== undefined && below !== undefined && least >= below)
    unreachable('valueBelowMinor', `no value is at least ${least} and below ${below}`)
  if (
    countries !== undefined &&
    postcodePrefixes !== undefined &&
    !postcodePrefixes.some((prefix) => countries.includes(prefix.slice(0, 2)))
  )
    unreachable('postcodePrefixes', 'none of these postcodes lies in one of the countries')
  const known = network?.channels
  if (known !== undefined && when.channels !== undefined && !when.channels.some((id) => known.includes(id)))
    unreachable('channels', `none of these channels is known: ${when.channels.join(', ')}`)
  return findings
}

function lintSplits(policy: Omit<RoutingPolicy, 'version' | 'rule'>, path: string): Finding[] {
  const findings: Finding[] = []
  const contradictory = (at: string, message: string, cure: string): void => {
    findings.push({ level: 'error', code: 'contradictory', path: `${path}/${at}`, message, cure })
  }
  const limit = packageLimit({ ...policy, version: '-' })
  if (!policy.allowSplit && policy.maxPackages !== undefined && policy.maxPackages > 1)
    contradictory(
      'maxPackages',
      `${policy.maxPackages} packages are allowed and splitting is not`,
      'Remove `maxPackages`, or allow the split.',
    )
  if (limit === 1 && policy.charges?.splitMinor !== undefined)
    contradictory('charges/splitMinor', 'a charge for splits that can never happen', 'Remove the charge.')
  if (policy.criteria !== undefined && new Set(policy.criteria).size < policy.criteria.length)
    contradictory('criteria', 'a criterion stands twice', 'State each criterion once.')
  if (policy.criteria !== undefined && policy.objective === 'fewestPackages' && policy.criteria[0] !== 'packages')
    contradictory('criteria', 'the criteria say otherwise than `objective`', 'State one of the two.')
  const byPriority =
    policy.criteria?.includes('priority') === true || policy.tieBreaks?.includes('nodePriority') === true
  if (byPriority !== (policy.nodePriority !== undefined))
    contradictory(
      'nodePriority',
      byPriority ? 'nodes are compared by a priority that is not stated' : 'a priority that nothing reads',
      'State `nodePriority`, and `priority` among the criteria or `nodePriority` among the tie-breaks.',
    )
  return findings
}

function lintFences(fences: readonly Fence[], path: string, network: LintNetwork | undefined): Finding[] {
  return fences.flatMap((fence, index) => {
    const findings: Finding[] = []
    const twin = fences.findIndex((each) => each.name === fence.name)
    if (twin < index)
      findings.push({
        level: 'error',
        code: 'contradictory',
        path: `${path}/${index}/name`,
        message: `two fences are called "${fence.name}"`,
        cure: 'The record cites fences by name: give each its own.',
      })
    const against = fences.findIndex((other) => excludeEachOther(fence, other))
    if (against > index)
      findings.push({
        level: 'error',
        code: 'contradictory',
        path: `${path}/${index}`,
        message: `together with "${fences[against]?.name ?? ''}" it leaves no node for the same lines`,
        cure: 'Let the two name nodes in common, or narrow the lines or orders of one.',
      })
    if (network !== undefined) findings.push(...againstNetwork(fence, `${path}/${index}`, network))
    return findings
  })
}

/** Two fences for the same orders and lines, one `only` and the other without any of its nodes. */
function excludeEachOther(a: Fence, b: Fence): boolean {
  const same = JSON.stringify([a.orders ?? {}, a.lines ?? {}]) === JSON.stringify([b.orders ?? {}, b.lines ?? {}])
  const only = a.only?.ids
  if (!same || only === undefined || a === b) return false
  const never = b.never
  if (never?.ids !== undefined && Object.keys(never).length === 1) return only.every((id) => never.ids?.includes(id))
  return b.only?.ids !== undefined && !only.some((id) => b.only?.ids?.includes(id))
}

function againstNetwork(fence: Fence, path: string, { nodes }: LintNetwork): Finding[] {
  const selector: NodeSelector = fence.only ?? fence.never ?? {}
  // Nearness depends on the order, so only what is known of the node alone counts here.
  const { withinKm: _near, ...fixed } = selector
  const selected = nodes.filter((node) => selectsNode(fixed, node, undefined, undefined)).length
  if (nodes.length === 0) return []
  if (fence.only !== undefined && selected === 0)
    return [finding('error', 'contradictory', path, `"${fence.name}" lets no node of the network through`)]
  if (fence.never !== undefined && selected === nodes.length && fence.never.withinKm === undefined)
    return [finding('error', 'contradictory', path, `"${fence.name}" shuts out every node of the network`)]
  if (fence.never !== undefined && selected === 0)
    return [finding('warning', 'idle', path, `"${fence.name}" shuts out no node of the network`)]
  return []
}

const finding = (level: Finding['level'], code: Finding['code'], path: string, message: string): Finding => ({
  level,
  code,
  path,
  message,
  cure: 'Correct the node selector: ids, kinds, tags and countries must all hold at once.',
})

function lintFallbacks(policy: Omit<RoutingPolicy, 'version' | 'rule'>, path: string): Finding[] {
  return (policy.fallbacks ?? []).flatMap((fallback, index): Finding[] => {
    const at = `${path}/${index}`
    if (fallback.giveUp === 'fence' && !policy.fences?.some((fence) => fence.name === fallback.name))
      return [
        {
          level: 'error',
          code: 'unknown',
          path: `${at}/name`,
          message: `there is no fence "${fallback.name}" to give up`,
          cure: 'Name a fence of the same policy.',
        },
      ]
    const idle =
      (fallback.giveUp === 'splitRules' && !bindsSplits(policy)) ||
      (fallback.giveUp === 'shipComplete' && !policy.shipComplete)
    if (!idle) return []
    const message = `there is nothing to give up: ${fallback.giveUp} binds no order here`
    return [{ level: 'warning', code: 'idle', path: at, message, cure: 'Remove the fallback.' }]
  })
}

const bindsSplits = (policy: Omit<RoutingPolicy, 'version' | 'rule'>): boolean =>
  !policy.allowSplit ||
  !policy.allowLineSplit ||
  policy.maxPackages !== undefined ||
  policy.splitFromValueMinor !== undefined ||
  policy.keepTogetherTags !== undefined

function lintNames(
  policy: Omit<RoutingPolicy, 'version' | 'rule'>,
  path: string,
  network: LintNetwork | undefined,
): Finding[] {
  if (network === undefined) return []
  const known = new Set<string>(network.nodes.map((node) => node.id))
  const named = [
    ...(policy.nodePriority ?? []).map((id, index) => ({ id, path: `${path}/nodePriority/${index}` })),
    ...(policy.fences ?? []).flatMap((fence, index) =>
      (fence.only?.ids ?? fence.never?.ids ?? []).map((id) => ({ id, path: `${path}/fences/${index}` })),
    ),
  ]
  return named
    .filter(({ id }) => !known.has(id))
    .map(({ id, path: at }) => ({
      level: 'warning',
      code: 'unknown',
      path: at,
      message: `there is no node "${id}"`,
      cure: 'Correct the id, or apply the network first.',
    }))
}
