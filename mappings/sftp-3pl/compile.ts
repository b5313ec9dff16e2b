/** Columns → rules of the engine: a partner's layout becomes a field map like any other, with places, laws and overlays. */
import type { AnyRule } from '../engine/rules.ts'
import { refuse } from '../engine/index.ts'
import { leafOf } from '../engine/leaf-specs.ts'
import { dateLeaf } from './spelling.ts'
import type { Field, Fields, Level } from './fields.ts'
import type { Column, Columns, Profile } from './profile.ts'

/** A column in a layout. `key` names its cell in the trees that maps read; `letter` tells the layout: h for head rows, c for others. */
export type Placed = {
  key: string
  name: string
  value?: string
  field?: string
  target?: string
  level?: Level
  rule?: AnyRule
}

/** A person's name in two columns: the last word is the family's. */
const NAME_PARTS = ['shipTo.firstName', 'shipTo.lastName']

/** Each column with its rule. Unknown fields are told by `layoutFaults` before anything is compiled. */
export function placed(columns: Columns, fields: Fields, profile: Profile, letter: 'h' | 'c' = 'c'): Placed[] {
  return Object.entries(columns).map(([name, column], index): Placed => {
    const key = `${letter}${index}`
    if (typeof column === 'object' && 'value' in column) return { key, name, value: column.value }
    const wanted = wantedOf(column)
    if (NAME_PARTS.includes(wanted.set)) return { key, name, field: wanted.set, level: 'document' }
    const field = fields[wanted.set]
    if (field === undefined) return { key, name }
    const target = field.target ?? wanted.set
    return {
      key,
      name,
      field: wanted.set,
      target,
      level: field.level,
      rule: ruleOf(key, target, field, wanted, profile),
    }
  })
}

type Wanted = Exclude<Column, string | { value: string }>
const wantedOf = (column: Exclude<Column, { value: string }>): Wanted =>
  typeof column === 'string' ? { set: column, optional: false } : column

function ruleOf(key: string, target: string, field: Field, { as, optional }: Wanted, profile: Profile): AnyRule {
  const leaf =
    as === undefined
      ? field.leaf
      : typeof as === 'object' && 'date' in as
        ? (dateLeaf(as.date, profile.timeZone) as never)
        : leafOf(as)
  const source = field.level === 'line' ? key : `head.${key}`
  return { kind: 'field', source, target, leaf, optional: optional || field.optional === true, fallback: undefined }
}

/** The rules of one level, in the order of the columns. */
export function rulesAt(level: Level, columns: readonly Placed[]): AnyRule[] {
  const own = columns.flatMap((column) => (column.level === level && column.rule !== undefined ? [column.rule] : []))
  const parts = NAME_PARTS.map((name) => columns.find((column) => column.field === name)?.key)
  return level === 'document' && parts.some((key) => key !== undefined) ? [...own, nameRule(parts)] : own
}

function nameRule([first, last]: (string | undefined)[]): AnyRule {
  const keys = [first, last].flatMap((key) => (key === undefined ? [] : [`head.${key}`]))
  return {
    kind: 'derive',
    name: 'name in two columns',
    reads: keys,
    writes: ['shipTo.name'],
    forward: (reads) => {
      const name = keys
        .flatMap((key) => {
          const part = reads[key]
          return typeof part === 'string' && part !== '' ? [part] : []
        })
        .join(' ')
      return name === '' ? {} : { 'shipTo.name': name }
    },
    back: (writes) => {
      const name = writes['shipTo.name']
      if (typeof name !== 'string')
        return refuse({ rule: 'must be present', cure: 'Correct the address.', code: 'map.missing' })
      const cut = name.lastIndexOf(' ')
      const values = cut < 0 ? ['', name] : [name.slice(0, cut), name.slice(cut + 1)]
      return {
        ...(first === undefined ? {} : { [`head.${first}`]: values[0] }),
        ...(last === undefined ? {} : { [`head.${last}`]: values[1] }),
      }
    },
  }
}

/** What a layout lacks, in the words of its setting; none when it can be used. */
export function layoutFaults(section: string, columns: Columns, fields: Fields, required: readonly string[]): string[] {
  const known = [...Object.keys(fields), ...(section.startsWith('orders') ? NAME_PARTS : [])]
  const named = Object.values(columns).flatMap((column) =>
    typeof column === 'object' && 'value' in column ? [] : [wantedOf(column).set],
  )
  const unknown = named.filter((name) => !known.includes(name))
  const missing = required.filter((name) => !name.split('|').some((one) => named.includes(one)))
  return [
    ...unknown.map((name) => `${section}: there is no field ${name}; known are ${known.join(', ')}`),
    ...missing.map((name) => `${section}: a column must hold ${name.replace('|', ' or ')}`),
  ]
}
