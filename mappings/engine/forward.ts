/** Compiles rules into closures that read a partner's document into a canonical one. */
import { Refusal, refuse } from './leaf.ts'
import { getterOf, isAbsent, segmentsOf, setterOf } from './path.ts'
import type { Segments, Tree } from './path.ts'
import type {
  AnyRule,
  CarryRule,
  Condition,
  ConstantRule,
  DeriveRule,
  EachRule,
  FieldRule,
  OneRule,
  PickRule,
  WhenRule,
} from './rules.ts'
import { labelOf } from './rules.ts'
import { asText, forgetTraces, sourceIssue, trace, wayOf } from './run.ts'
import type { Carried, Level, Run } from './run.ts'

/** One compiled rule: reads `source`, sets `target`, keeps what is carried. */
export type Step = (source: unknown, target: Tree, run: Run, level: Level, carried: Carried) => void

export const MISSING = refuse({ rule: 'must be present', cure: 'Send this field.', code: 'map.missing' })
export const NOT_A_LIST = refuse({
  rule: 'must be a list',
  cure: 'Send a list, with one element too.',
  code: 'map.list',
})
export const NOT_AN_OBJECT = refuse({ rule: 'must be an object', cure: 'Send an object.', code: 'map.object' })

/** A whole level as one closure. */
export function compileForward(rules: AnyRule[]): Step {
  const steps = rules.map(compileRule)
  return (source, target, run, level, carried) => {
    for (let i = 0; i < steps.length; i++) steps[i]?.(source, target, run, level, carried)
  }
}

/** One maker for each kind of rule. */
const MAKERS: { [K in AnyRule['kind']]: (rule: Extract<AnyRule, { kind: K }>) => Step } = {
  field: fieldStep,
  one: oneStep,
  each: eachStep,
  pick: pickStep,
  constant: constantStep,
  when: whenStep,
  carry: carryStep,
  derive: deriveStep,
}

const compileRule = (rule: AnyRule): Step => (MAKERS[rule.kind] as (rule: AnyRule) => Step)(rule)

function whenStep(rule: WhenRule): Step {
  const holds = conditionOf(rule.source)
  const inner = compileForward(rule.rules)
  return (source, target, run, level, carried) => {
    if (holds(source)) inner(source, target, run, level, carried)
  }
}

function fieldStep(rule: FieldRule): Step {
  const { leaf, optional, fallback } = rule
  const get = getterOf(rule.source)
  const set = setterOf(rule.target)
  const way = wayOf(labelOf(rule), rule.source, rule.target)
  return (source, target, run, level) => {
    const raw = get(source)
    if (raw === undefined || raw === null || raw === '') {
      if (fallback !== undefined) set(target, fallback)
      else if (!optional) sourceIssue(run, level, rule.source, raw, MISSING)
      return
    }
    const value = leaf.read(raw, run.scope)
    if (value instanceof Refusal) return sourceIssue(run, level, rule.source, raw, value)
    set(target, value)
    trace(run, level, way)
  }
}

function oneStep(rule: OneRule): Step {
  const get = getterOf(rule.source)
  const set = setterOf(rule.target)
  const inner = compileForward(rule.rules)
  const carries = holdsCarry(rule.rules)
  const [source, target] = [segmentsOf(rule.source), segmentsOf(rule.target)]
  return (from, into, run, level, carried) => {
    const raw = get(from)
    if (isAbsent(raw)) {
      if (!rule.optional) sourceIssue(run, level, rule.source, raw, MISSING)
      return
    }
    if (typeof raw !== 'object') return sourceIssue(run, level, rule.source, raw, NOT_AN_OBJECT)
    const made: Tree = {}
    const kept: Carried = carries ? {} : carried
    inner(raw, made, run, { up: level, source, target, index: -1, targetIndex: -1 }, kept)
    set(into, made)
    if (carries) keep(carried, rule.target, '', kept)
  }
}

const HERE: Segments = []

function eachStep(rule: EachRule): Step {
  const { part, minimum = 0, key, where } = rule.options
  const get = getterOf(rule.source)
  const set = setterOf(rule.target)
  const inner = compileForward(rule.rules)
  const partOf = part === undefined ? undefined : getterOf(part)
  const keyOf = key === undefined ? undefined : getterOf(key)
  const wanted = where === undefined ? undefined : conditionOf(where)
  const carries = holdsCarry(rule.rules)
  const [source, target] = [segmentsOf(rule.source), segmentsOf(rule.target)]
  return (from, into, run, level, carried) => {
    const raw = get(from) ?? []
    if (!Array.isArray(raw)) return sourceIssue(run, level, rule.source, raw, NOT_A_LIST)
    const list: Tree[] = []
    const listLevel: Level = { up: level, source, target, index: -1, targetIndex: -1 }
    const refusedBefore = run.refused.length
    for (let i = 0; i < raw.length; i++) {
      const element: unknown = raw[i]
      if (wanted !== undefined && !wanted(element)) continue
      const at: Level = { up: listLevel, source: HERE, target: HERE, index: i, targetIndex: list.length }
      const made: Tree = {}
      const kept: Carried = carries ? {} : carried
      const issuesBefore = run.issues.length
      const tracesBefore = run.ways.length
      if (typeof element === 'object' && element !== null) inner(element, made, run, at, kept)
      else sourceIssue(run, at, '', element, NOT_AN_OBJECT)
      if (partOf !== undefined && run.issues.length > issuesBefore) {
        run.refused.push({ part: partName(partOf(element), rule.source, i), issues: run.issues.splice(issuesBefore) })
        forgetTraces(run, tracesBefore)
        continue
      }
      list.push(made)
      if (carries) keep(carried, rule.target, asText(keyOf?.(made) ?? at.targetIndex), kept)
    }
    set(into, list)
    if (list.length < minimum) tooFew(run, level, rule, minimum, refusedBefore)
  }
}

const partName = (name: unknown, list: string, index: number): string =>
  isAbsent(name) ? `${list}[${index}]` : asText(name)

/** When no element is left because all were refused, their own issues say more than the count does. */
function tooFew(run: Run, level: Level, rule: EachRule, minimum: number, refusedBefore: number): void {
  const refused = run.refused.splice(refusedBefore)
  for (const { issues } of refused) run.issues.push(...issues)
  if (refused.length > 0) return
  const wrong = refuse({ rule: `must hold at least ${minimum}`, cure: 'Send the list.', code: 'map.list-short' })
  sourceIssue(run, level, rule.source, undefined, wrong)
}

function keep(carried: Carried, list: string, key: string, kept: Carried): void {
  if (kept.fields === undefined && kept.lists === undefined) return
  carried.lists ??= {}
  const elements = (carried.lists[list] ??= {})
  elements[key] = kept
}

function pickStep(rule: PickRule): Step {
  const get = getterOf(rule.source)
  const inner = compileForward(rule.rules)
  const marks = Object.entries(rule.where)
  const source = segmentsOf(rule.source)
  const name = pickName(rule)
  const carries = holdsCarry(rule.rules)
  return (from, into, run, level, carried) => {
    const raw = get(from) ?? []
    if (!Array.isArray(raw)) return sourceIssue(run, level, rule.source, raw, NOT_A_LIST)
    const index = raw.findIndex((element) => marks.every(([field, mark]) => bears(element, field, mark)))
    const kept: Carried = carries ? {} : carried
    inner(raw[index], into, run, { up: level, source, target: [], index, targetIndex: -1 }, kept)
    if (carries) keep(carried, name, '', kept)
  }
}

/** Names a pick among the carried lists of its level: two picks of one list differ by their marks. */
export const pickName = (rule: PickRule): string => `${rule.source}?${JSON.stringify(rule.where)}`

function bears(element: unknown, field: string, mark: string | readonly string[]): boolean {
  const value = (element as Tree | undefined | null)?.[field]
  return typeof mark === 'string' ? value === mark : typeof value === 'string' && mark.includes(value)
}

function constantStep(rule: ConstantRule): Step {
  const way = wayOf(labelOf(rule), '', rule.path)
  if (rule.side === 'target') {
    const set = setterOf(rule.path)
    return (_source, target, run, level) => {
      set(target, rule.value)
      trace(run, level, way)
    }
  }
  const get = getterOf(rule.path)
  const expected = asText(rule.value)
  const wrong = refuse({ rule: `must be ${expected}`, cure: `Send ${expected}.`, code: 'map.constant' })
  return (source, _target, run, level) => {
    if (!rule.checked) return
    const raw = get(source)
    if (raw !== rule.value) sourceIssue(run, level, rule.path, raw, isAbsent(raw) ? MISSING : wrong)
  }
}

function carryStep(rule: CarryRule): Step {
  const fields = rule.sources.map((path) => ({ path, get: getterOf(path) }))
  return (source, _target, _run, _level, carried) => {
    for (const { path, get } of fields) {
      const raw = get(source)
      if (raw === undefined) continue
      carried.fields ??= {}
      carried.fields[path] = raw
    }
  }
}

/** Plain loops over parallel lists: this runs for every line of every order, and iterators cost as much as the work. */
function deriveStep(rule: DeriveRule): Step {
  const { reads, writes } = rule
  const getters = reads.map(getterOf)
  const setters = writes.map(setterOf)
  const label = labelOf(rule)
  const [main = ''] = reads
  const ways = writes.map((path) => (reads.length === 0 ? [''] : reads).map((read) => wayOf(label, read, path)))
  return (source, target, run, level) => {
    const values: Tree = {}
    for (let i = 0; i < getters.length; i++) values[reads[i] ?? ''] = getters[i]?.(source)
    const made = rule.forward(values, run.scope)
    if (made instanceof Refusal) {
      const at = made.field ?? main
      return sourceIssue(run, level, at, getterOf(at)(source), made)
    }
    for (let i = 0; i < setters.length; i++) {
      const value = made[writes[i] ?? '']
      if (value === undefined) continue
      setters[i]?.(target, value)
      const way = ways[i]?.[firstPresent(reads, values)]
      if (way !== undefined) trace(run, level, way)
    }
  }
}

/** Of several fields that may say a thing, the first that is there is named as its place. */
function firstPresent(reads: readonly string[], values: Tree): number {
  for (let i = 0; i < reads.length; i++) if (!isAbsent(values[reads[i] ?? ''])) return i
  return 0
}

export function conditionOf(condition: Condition): (of: unknown) => boolean {
  const get = getterOf(condition.path)
  const { is } = condition
  return is === undefined ? (of) => !isAbsent(get(of)) : (of) => is.includes(get(of))
}

function holdsCarry(rules: AnyRule[]): boolean {
  return rules.some((rule) => rule.kind === 'carry' || ('rules' in rule && holdsCarry(rule.rules)))
}
