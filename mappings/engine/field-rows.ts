/** The source side of a map as rows for people who write such documents: each field, whether it is needed, and what it holds. */
import type { FieldMap } from './map.ts'
import type { AnyRule, Condition } from './rules.ts'

export type FieldRow = { path: string; needed: boolean; holds: string }

export function fieldRowsOf<S, T, C, X>(map: FieldMap<S, T, C, X>): FieldRow[] {
  const rows = rowsIn(map.rules, '', '')
  // Several rules may read one field: it is one field for whoever writes it.
  const byPath = Map.groupBy(rows, (row) => row.path)
  return [...byPath].map(([path, same]) => ({
    path,
    needed: same.some((row) => row.needed),
    holds: [...new Set(same.map((row) => row.holds))].join('; '),
  }))
}

function rowsIn(rules: readonly AnyRule[], under: string, only: string): FieldRow[] {
  const at = (path: string): string => (under === '' ? path : `${under}.${path}`)
  const when = (words: string): string => (only === '' ? words : `${words}; ${only}`)
  return rules.flatMap((rule): FieldRow[] => {
    switch (rule.kind) {
      case 'field': {
        const { source, leaf, optional, fallback } = rule
        const codes = leaf.codes === undefined ? '' : `: ${leaf.codes.map((code) => `\`${code}\``).join(', ')}`
        const instead = fallback === undefined ? '' : `; left out: ${JSON.stringify(fallback)}`
        const mayLack = optional || fallback !== undefined
        const holds = `${leaf.name}${codes}${instead}`
        return [{ path: at(source), needed: !mayLack && only === '', holds: mayLack ? holds : when(holds) }]
      }
      case 'one':
        return rowsIn(
          rule.rules,
          at(rule.source),
          only === '' && rule.optional ? `needed where there is a ${at(rule.source)}` : only,
        )
      case 'each':
        return rowsIn(rule.rules, `${at(rule.source)}[]`, only)
      case 'pick': {
        const marks = Object.entries(rule.where).map(([name, value]) => `${name} ${[value].flat().join(' or ')}`)
        return rowsIn(rule.rules, `${at(rule.source)}[${marks.join(', ')}]`, only)
      }
      case 'constant':
        return rule.side === 'target'
          ? []
          : [{ path: at(rule.path), needed: rule.checked, holds: when(`always \`${asText(rule.value)}\``) }]
      case 'when':
        return rowsIn(rule.rules, under, conditionOf(rule.source, at))
      case 'carry':
        return rule.sources.map((source) => ({
          path: at(source),
          needed: false,
          holds: when('kept, and sent back to you'),
        }))
      case 'derive':
        return rule.reads.map((source) => ({ path: at(source), needed: false, holds: when(rule.name) }))
    }
  })
}

const conditionOf = ({ path, is }: Condition, at: (path: string) => string): string =>
  is === undefined
    ? `needed where there is a ${at(path)}`
    : `needed where ${at(path)} is ${is.map(String).join(' or ')}`

/** A text as it stands, anything else as JSON. */
const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))
