/** A map as lines that people read: every rule with its layer, and what it stands in for. */
import type { FieldMap } from './map.ts'
import { labelOf } from './rules.ts'
import type { AnyRule } from './rules.ts'
import type { RuleLabel } from './run.ts'

export type RuleLine = {
  depth: number
  rule: string
  /** `base`, or the overlay that won. */
  layer: string
  over: RuleLabel[]
}

export function describeMap<S, T, C, X>(map: FieldMap<S, T, C, X>): RuleLine[] {
  return linesOf(map.rules, 0)
}

const linesOf = (rules: readonly AnyRule[], depth: number): RuleLine[] =>
  rules.flatMap((rule) => {
    const { rule: said, layer = 'base' } = labelOf(rule)
    const own = { depth, rule: said, layer, over: rule.over ?? [] }
    return 'rules' in rule ? [own, ...linesOf(rule.rules, depth + 1)] : [own]
  })
