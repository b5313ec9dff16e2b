/**
 * A field map is a list of rules, and a rule is data: it can be printed, listed, checked for coverage and run both ways.
 * `rulesFor<Source, Target, Scope>()` gives the rule makers for one level of a document, their paths checked against both types.
 */
import type { AnyLeaf, Leaf, Refusal } from './leaf.ts'
import type { RuleLabel } from './run.ts'
import type { ElementOf, PathOf, Tree, ValueAt } from './path.ts'

/** One value: `source` ↔ `target`. Required unless `optional`; `fallback` stands in for an absent source. */
export type FieldRule = {
  kind: 'field'
  source: string
  target: string
  leaf: AnyLeaf
  optional: boolean
  fallback: unknown
}
/** One object inside the document, with rules of its own. */
export type OneRule = { kind: 'one'; source: string; target: string; rules: AnyRule[]; optional: boolean }
/** A list, element by element. A list is always a list, with one element too. */
export type EachRule = { kind: 'each'; source: string; target: string; rules: AnyRule[]; options: EachOptions }
/** The first element of a list that bears the given marks (a qualified N1, a named attribute), read as part of this level. */
export type PickRule = {
  kind: 'pick'
  source: string
  where: Record<string, string | readonly string[]>
  rules: AnyRule[]
}
/** A value that only one side has. On the source side it is also demanded when `checked`. */
export type ConstantRule = {
  kind: 'constant'
  side: 'source' | 'target'
  path: string
  value: unknown
  checked: boolean
}
/** Rules for documents of a kind: told by a source field on the way in, by a target field on the way out. */
export type WhenRule = { kind: 'when'; source: Condition; target: Condition; rules: AnyRule[] }
/** Source fields kept as they came and echoed on the way back: what a partner expects to see again. */
export type CarryRule = { kind: 'carry'; sources: string[] }
/** Code, where several fields make one. Named, with its reads and writes declared; `Refusal.field` tells which read is at fault. */
export type DeriveRule = {
  kind: 'derive'
  name: string
  reads: string[]
  writes: string[]
  forward: (reads: Tree, scope: unknown) => Tree | Refusal
  back: (writes: Tree, scope: unknown) => Tree | Refusal
}

/** Which overlay a rule came from, and the rules of lower layers that it stands in for. Absent on rules of the base map. */
export type Layered = { layer?: string; over?: RuleLabel[] }

export type AnyRule = (FieldRule | OneRule | EachRule | PickRule | ConstantRule | WhenRule | CarryRule | DeriveRule) &
  Layered

/** A test on one field, as data. Without `is`, presence is the test. */
export type Condition = { path: string; is?: readonly unknown[] }

export type EachOptions = {
  /** A broken element is refused alone under the value of this source field (`''` or absent: its position); the others go on. */
  part?: string
  /** Fewer good elements than this refuse the whole document. */
  minimum?: number
  /** Elements that fail this are no concern of the map. Told on the source side; on the way back it must hold by itself. */
  where?: Condition
  /** Target field that names an element, so that carried fields find it again whatever the order. */
  key?: string
}

declare const level: unique symbol
/** A rule for one level of one document. The mark is for the type checker only: rules of other levels do not fit in. */
export type Rule<S, T, X> = AnyRule & { readonly [level]?: (source: S, target: T, scope: X) => void }

type Values<T, P extends string> = { [K in P]?: ValueAt<T, K> }
/** Partners write null where a value is known to be none. */
type Written<S, P extends string> = { [K in P]?: ValueAt<S, K> | null }
type FieldOptions<V> = { optional?: boolean; fallback?: V }

export type RuleMakers<S, T, X> = {
  field: <P extends PathOf<S>, Q extends PathOf<T>>(
    source: P,
    target: Q,
    leaf: Leaf<ValueAt<S, P>, ValueAt<T, Q>, X>,
    options?: FieldOptions<ValueAt<T, Q>>,
  ) => Rule<S, T, X>
  one: <P extends PathOf<S>, Q extends PathOf<T>>(
    source: P,
    target: Q,
    rules: Rule<ValueAt<S, P>, ValueAt<T, Q>, X>[],
    options?: { optional?: boolean },
  ) => Rule<S, T, X>
  each: <P extends PathOf<S>, Q extends PathOf<T>>(
    source: P,
    target: Q,
    rules: Rule<ElementOf<ValueAt<S, P>>, ElementOf<ValueAt<T, Q>>, X>[],
    options?: EachOptions,
  ) => Rule<S, T, X>
  pick: <P extends PathOf<S>>(
    source: P,
    where: Partial<Record<keyof ElementOf<ValueAt<S, P>> & string, string | readonly string[]>>,
    rules: Rule<ElementOf<ValueAt<S, P>>, T, X>[],
  ) => Rule<S, T, X>
  /** Sets `target` on the way in; the way back has nothing to write. */
  constant: <Q extends PathOf<T>>(target: Q, value: ValueAt<T, Q>) => Rule<S, T, X>
  /** Sets `source` on the way back; demands it on the way in unless `checked` is false. */
  fixed: <P extends PathOf<S>>(source: P, value: ValueAt<S, P>, options?: { checked?: boolean }) => Rule<S, T, X>
  when: (
    source: { path: PathOf<S>; is?: readonly unknown[] },
    target: { path: PathOf<T>; is?: readonly unknown[] },
    rules: Rule<S, T, X>[],
  ) => Rule<S, T, X>
  carry: (...sources: PathOf<S>[]) => Rule<S, T, X>
  derive: <const R extends PathOf<S>, const W extends PathOf<T>>(step: {
    name: string
    reads: readonly R[]
    writes: readonly W[]
    /** Reads come unchecked from the document: each may be anything. */
    forward: (reads: Record<R, unknown>, scope: X) => Values<T, W> | Refusal
    back: (writes: Values<T, W>, scope: X) => Written<S, R> | Refusal
  }) => Rule<S, T, X>
}

export function rulesFor<S, T, X = unknown>(): RuleMakers<S, T, X> {
  return {
    field: (source, target, leaf, options = {}) => ({
      kind: 'field',
      source,
      target,
      leaf: leaf as unknown as AnyLeaf,
      optional: options.optional === true,
      fallback: options.fallback,
    }),
    one: (source, target, rules, options = {}) => ({
      kind: 'one',
      source,
      target,
      rules,
      optional: options.optional === true,
    }),
    each: (source, target, rules, options = {}) => ({
      kind: 'each',
      source,
      target,
      rules,
      options,
    }),
    pick: (source, where, rules) => ({
      kind: 'pick',
      source,
      where: where as PickRule['where'],
      rules,
    }),
    constant: (path, value) => ({ kind: 'constant', side: 'target', path, value, checked: false }),
    fixed: (path, value, options = {}) => ({
      kind: 'constant',
      side: 'source',
      path,
      value,
      checked: options.checked !== false,
    }),
    when: (source, target, rules) => ({ kind: 'when', source, target, rules }),
    carry: (...sources) => ({ kind: 'carry', sources }),
    derive: ({ name, reads, writes, forward, back }) => ({
      kind: 'derive',
      name,
      reads: [...reads],
      writes: [...writes],
      forward: forward as DeriveRule['forward'],
      back: back as unknown as DeriveRule['back'],
    }),
  }
}

const DESCRIPTIONS: { [K in AnyRule['kind']]: (rule: Extract<AnyRule, { kind: K }>) => string } = {
  field: ({ source, target, leaf }) => `${source} → ${target} (${leaf.name})`,
  one: ({ source, target }) => `${source} → ${target}`,
  each: ({ source, target }) => `each of ${source} → ${target}`,
  pick: ({ source, where }) => `the one of ${source} with ${JSON.stringify(where)}`,
  constant: ({ path, value }) => `${path} is always ${JSON.stringify(value)}`,
  when: ({ source }) => `when ${source.path} is ${source.is?.join(' or ') ?? 'present'}`,
  carry: ({ sources }) => `carried: ${sources.join(', ')}`,
  derive: ({ name, reads, writes }) => `${reads.join(', ')} → ${writes.join(', ')} (${name})`,
}

/** One line for messages, provenance and the companion guide: `price → unitPriceMinor (decimal money)`. */
export const describeRule = (rule: AnyRule): string => (DESCRIPTIONS[rule.kind] as (rule: AnyRule) => string)(rule)

export const labelOf = (rule: AnyRule): RuleLabel => ({
  rule: describeRule(rule),
  ...(rule.layer === undefined ? {} : { layer: rule.layer }),
})
