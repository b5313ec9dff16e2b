/**
 * Overlays: what one partner or one connection does differently, as data over a base map. A later layer wins, and the map remembers
 * what it stands in for, so that `crossdock map show` can say which layer won and over what.
 */
import { z } from 'zod'
import type { Issue, Parsed } from '#core/issue.ts'
import { parsed } from '#core/issue.ts'
import { LeafSpec, leafOf } from './leaf-specs.ts'
import { defineMap } from './map.ts'
import type { FieldMap } from './map.ts'
import { labelOf } from './rules.ts'
import type { AnyRule } from './rules.ts'

const Path = z.string().regex(/^[^.\s]+(\.[^.\s]+)*$/, 'must be field names with dots between them')
const at = z
  .string()
  .default('')
  .describe('The canonical list or object whose rules change; empty for the document itself.')
const where = z
  .strictObject({ list: Path, is: z.record(z.string(), z.string()) })
  .describe('The element of a list that bears these marks; `from` is then a path inside it.')

/** One change: a value from another place, a value that is always the same, or a field that is not read at all. */
export const OverlayChange = z.union([
  z.strictObject({
    at,
    set: Path,
    from: Path,
    where: where.optional(),
    as: LeafSpec.default('text'),
    optional: z.boolean().default(false),
    fallback: z.json().optional(),
  }),
  z.strictObject({ at, set: Path, value: z.json() }),
  z.strictObject({ at, drop: Path }),
])
export type OverlayChange = z.output<typeof OverlayChange>

export const Overlay = z.array(OverlayChange).max(200)

/** `layer` names it in traces: `connection supplier-acme`. Issues `overlay.level` and `overlay.drop` name the change at fault. */
export function withOverlay<S, T, C, X>(
  map: FieldMap<S, T, C, X>,
  layer: string,
  changes: readonly OverlayChange[],
): Parsed<FieldMap<S, T, C, X>> {
  if (changes.length === 0) return parsed(map)
  let { rules } = map
  const issues: Issue[] = []
  changes.forEach((change, index) => {
    const steps = change.at === '' ? [] : change.at.split('/')
    const changed = changeAt(rules, steps, (level) => apply(level, change, layer))
    if (typeof changed === 'string') issues.push(wrongChange(map.name, index, changed))
    else rules = changed
  })
  if (issues.length > 0) return { ok: false, issues }
  const { name, version, scope } = map
  return parsed({
    ...defineMap({ name, version, scope, rules }),
    layers: [...map.layers, layer],
  })
}

/** The rules with one level changed, or what is wrong. A level may be reached through `when` and `pick`, which are no levels. */
function changeAt(
  rules: readonly AnyRule[],
  steps: readonly string[],
  change: (level: readonly AnyRule[]) => AnyRule[] | string,
): AnyRule[] | string {
  const [step, ...rest] = steps
  if (step === undefined) return change(rules)
  let found = false
  const changed: AnyRule[] = []
  for (const rule of rules) {
    const isLevel = (rule.kind === 'each' || rule.kind === 'one') && rule.target === step
    const isPassage = rule.kind === 'when' || rule.kind === 'pick'
    const inner = isLevel
      ? changeAt(rule.rules, rest, change)
      : isPassage && reaches(rule.rules, step)
        ? changeAt(rule.rules, steps, change)
        : undefined
    if (typeof inner === 'string') return inner
    if (inner !== undefined) found = true
    changed.push(inner === undefined || !('rules' in rule) ? rule : { ...rule, rules: inner })
  }
  return found
    ? changed
    : `must name a list or object that the map writes: ${levelsOf(rules).join(', ') || 'there is none'}`
}

const reaches = (rules: readonly AnyRule[], step: string): boolean => levelsOf(rules).includes(step)

function levelsOf(rules: readonly AnyRule[]): string[] {
  return rules.flatMap((rule) => {
    if (rule.kind === 'each' || rule.kind === 'one') return [rule.target]
    return rule.kind === 'when' || rule.kind === 'pick' ? levelsOf(rule.rules) : []
  })
}

function apply(level: readonly AnyRule[], change: OverlayChange, layer: string): AnyRule[] | string {
  const target = 'drop' in change ? change.drop : change.set
  const { kept, gone } = without(level, target)
  if ('drop' in change) {
    if (gone.length > 0) return kept
    const derived = level.find((rule) => rule.kind === 'derive' && rule.writes.includes(target))
    return derived === undefined
      ? `must name a field that a rule of this level writes`
      : `cannot be dropped alone: it is written by "${labelOf(derived).rule}"; set it to something else`
  }
  // A rule that writes several fields goes on for the others; standing later, the new one has the last word.
  const shared = level.filter((rule) => rule.kind === 'derive' && rule.writes.includes(target))
  return [
    ...kept,
    { ...ruleOf(change), layer, over: [...gone, ...shared].flatMap((rule) => [labelOf(rule), ...(rule.over ?? [])]) },
  ]
}

/** Takes out what writes the target alone, also inside `when` and `pick`. */
function without(rules: readonly AnyRule[], target: string): { kept: AnyRule[]; gone: AnyRule[] } {
  const kept: AnyRule[] = []
  const gone: AnyRule[] = []
  for (const rule of rules) {
    const writes =
      rule.kind === 'field' || rule.kind === 'one' || rule.kind === 'each'
        ? rule.target
        : rule.kind === 'constant' && rule.side === 'target'
          ? rule.path
          : rule.kind === 'derive' && rule.writes.length === 1
            ? rule.writes[0]
            : undefined
    if (writes === target) gone.push(rule)
    else if (rule.kind === 'when' || rule.kind === 'pick') {
      const inner = without(rule.rules, target)
      gone.push(...inner.gone)
      kept.push(inner.gone.length === 0 ? rule : { ...rule, rules: inner.kept })
    } else kept.push(rule)
  }
  return { kept, gone }
}

function ruleOf(change: Extract<OverlayChange, { set: string }>): AnyRule {
  if ('value' in change)
    return { kind: 'constant', side: 'target', path: change.set, value: change.value, checked: false }
  const field: AnyRule = {
    kind: 'field',
    source: change.from,
    target: change.set,
    leaf: leafOf(change.as),
    optional: change.optional,
    fallback: change.fallback,
  }
  if (change.where === undefined) return field
  return { kind: 'pick', source: change.where.list, where: change.where.is, rules: [field] }
}

const wrongChange = (map: string, index: number, rule: string): Issue => ({
  code: 'overlay.change',
  class: 'config',
  place: { path: `overlays.${map}[${index}]` },
  rule,
  cure: `See the fields of the map with crossdock map show "${map}", and correct the overlay.`,
  subject: `${map}[${index}]`,
})

type Overlays<Name extends string> = { [N in Name]?: readonly OverlayChange[] | undefined }

/** Config of a connection: an overlay for each map by name, tried on its map at once, so that a wrong one is a setting's fault. */
export function overlaysFor(maps: Readonly<Record<string, unknown>>) {
  return z
    .partialRecord(z.enum(Object.keys(maps) as [string, ...string[]]), Overlay)
    .default({})
    .superRefine((overlays, context) => {
      for (const [name, changes] of Object.entries(overlays)) {
        const map = maps[name] as FieldMap<unknown, unknown, unknown, unknown> | undefined
        const laid = map === undefined ? undefined : withOverlay(map, CONNECTION_LAYER, changes ?? [])
        if (laid?.ok !== false) continue
        for (const { place, rule } of laid.issues)
          context.addIssue({ code: 'custom', message: `${place.path} ${rule}` })
      }
    })
    .describe('What this connection does differently, by map: docs/mappings.md.')
}

/** What traces call the layer of a connection's own config. */
export const CONNECTION_LAYER = 'connection'

/** The map under a connection's overlay, compiled once for each config and map. */
export function overlaid<S, T, C, X>(
  map: FieldMap<S, T, C, X>,
  config: { overlays?: Overlays<string> },
  name: string,
): FieldMap<S, T, C, X> {
  const changes = config.overlays?.[name] ?? []
  if (changes.length === 0) return map
  let known = compiled.get(changes)
  if (known === undefined) compiled.set(changes, (known = new Map()))
  const before = known.get(map.name) as FieldMap<S, T, C, X> | undefined
  if (before !== undefined) return before
  const laid = withOverlay(map, CONNECTION_LAYER, changes)
  // The config's own check has tried it.
  if (!laid.ok) throw new Error(laid.issues.map((issue) => `${issue.place.path} ${issue.rule}`).join('; '))
  known.set(map.name, laid.value)
  return laid.value
}

const compiled = new WeakMap<readonly OverlayChange[], Map<string, unknown>>()
