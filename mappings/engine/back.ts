/** Compiles rules into closures that write a canonical document as the partner spells it. */
import { Refusal } from './leaf.ts'
import { getterOf, isAbsent, segmentsOf, setterOf } from './path.ts'
import type { Tree } from './path.ts'
import type {
  AnyRule,
  CarryRule,
  ConstantRule,
  DeriveRule,
  EachRule,
  FieldRule,
  OneRule,
  PickRule,
  WhenRule,
} from './rules.ts'
import { conditionOf, MISSING, NOT_A_LIST, pickName } from './forward.ts'
import { asText, targetIssue } from './run.ts'
import type { Carried, Level, Run } from './run.ts'

/** One compiled rule: reads the canonical `target`, sets the partner's `source`. */
export type BackStep = (target: unknown, source: Tree, run: Run, level: Level, carried: Carried | undefined) => void

export function compileBack(rules: AnyRule[]): BackStep {
  const steps = rules.map(compileRule)
  return (target, source, run, level, carried) => {
    for (let i = 0; i < steps.length; i++) steps[i]?.(target, source, run, level, carried)
  }
}

/** One maker for each kind of rule. */
const MAKERS: { [K in AnyRule['kind']]: (rule: Extract<AnyRule, { kind: K }>) => BackStep } = {
  field: fieldStep,
  one: oneStep,
  each: eachStep,
  pick: pickStep,
  constant: constantStep,
  when: whenStep,
  carry: carryStep,
  derive: deriveStep,
}

const compileRule = (rule: AnyRule): BackStep => (MAKERS[rule.kind] as (rule: AnyRule) => BackStep)(rule)

function constantStep(rule: ConstantRule): BackStep {
  const set = setterOf(rule.path)
  return (_target, source) => {
    if (rule.side === 'source') set(source, rule.value)
  }
}

function whenStep(rule: WhenRule): BackStep {
  const holds = conditionOf(rule.target)
  const inner = compileBack(rule.rules)
  return (target, source, run, level, carried) => {
    if (holds(target)) inner(target, source, run, level, carried)
  }
}

function fieldStep(rule: FieldRule): BackStep {
  const get = getterOf(rule.target)
  const set = setterOf(rule.source)
  const required = !rule.optional && rule.fallback === undefined
  return (target, source, run, level) => {
    const value = get(target)
    if (isAbsent(value)) {
      if (required) targetIssue(run, level, rule.target, value, MISSING)
      return
    }
    const raw = rule.leaf.write(value, run.scope)
    if (raw instanceof Refusal) targetIssue(run, level, rule.target, value, raw)
    else set(source, raw)
  }
}

function oneStep(rule: OneRule): BackStep {
  const get = getterOf(rule.target)
  const set = setterOf(rule.source)
  const inner = compileBack(rule.rules)
  const [sourcePath, targetPath] = [segmentsOf(rule.source), segmentsOf(rule.target)]
  return (target, source, run, level, carried) => {
    const value = get(target)
    if (isAbsent(value)) {
      if (!rule.optional) targetIssue(run, level, rule.target, value, MISSING)
      return
    }
    const made: Tree = {}
    const at = { up: level, source: sourcePath, target: targetPath, index: -1, targetIndex: -1 }
    inner(value, made, run, at, carried?.lists?.[rule.target]?.[''])
    set(source, made)
  }
}

function eachStep(rule: EachRule): BackStep {
  const get = getterOf(rule.target)
  const set = setterOf(rule.source)
  const inner = compileBack(rule.rules)
  const keyOf = rule.options.key === undefined ? undefined : getterOf(rule.options.key)
  const [sourcePath, targetPath] = [segmentsOf(rule.source), segmentsOf(rule.target)]
  return (target, source, run, level, carried) => {
    const value = get(target) ?? []
    if (!Array.isArray(value)) return targetIssue(run, level, rule.target, value, NOT_A_LIST)
    const kept = carried?.lists?.[rule.target]
    const at: Level = { up: level, source: sourcePath, target: targetPath, index: -1, targetIndex: -1 }
    const list = value.map((element: unknown, i) => {
      at.index = at.targetIndex = i
      const made: Tree = {}
      inner(element, made, run, at, kept?.[asText(keyOf?.(element) ?? i)])
      return made
    })
    set(source, list)
  }
}

/** Writes the picked element only when one of its rules had something to say; the marks alone are no message. */
function pickStep(rule: PickRule): BackStep {
  const get = getterOf(rule.source)
  const set = setterOf(rule.source)
  const inner = compileBack(rule.rules)
  const name = pickName(rule)
  return (target, source, run, level, carried) => {
    const made: Tree = {}
    inner(target, made, run, level, carried?.lists?.[name]?.[''])
    if (Object.keys(made).length === 0) return
    const marks: Tree = {}
    for (const [field, mark] of Object.entries(rule.where)) marks[field] = typeof mark === 'string' ? mark : mark[0]
    const list = get(source)
    const element = { ...marks, ...made }
    if (Array.isArray(list)) list.push(element)
    else set(source, [element])
  }
}

function carryStep(rule: CarryRule): BackStep {
  const fields = rule.sources.map((path) => ({ path, set: setterOf(path) }))
  return (_target, source, _run, _level, carried) => {
    for (const { path, set } of fields) {
      const raw = carried?.fields?.[path]
      if (raw !== undefined) set(source, raw)
    }
  }
}

function deriveStep(rule: DeriveRule): BackStep {
  const writes = rule.writes.map((path) => ({ path, get: getterOf(path) }))
  const reads = rule.reads.map((path) => ({ path, set: setterOf(path) }))
  const [main = ''] = rule.writes
  return (target, source, run, level) => {
    const values: Tree = {}
    for (const { path, get } of writes) {
      const value = get(target)
      if (value !== undefined) values[path] = value
    }
    const made = rule.back(values, run.scope)
    if (made instanceof Refusal) {
      const at = made.field ?? main
      return targetIssue(run, level, at, getterOf(at)(target), made)
    }
    for (const { path, set } of reads) {
      const raw = made[path]
      if (raw !== undefined) set(source, raw)
    }
  }
}
