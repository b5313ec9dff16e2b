/** Holds a document against the rules of schema.ts; every fault at the line of its element. Works on what came and on what is to be sent. */
import type { Issue, Place } from '#core/issue.ts'
import { excerpt } from '#core/issue.ts'
import { parseWholeNumber } from '#core/model/quantity.ts'
import { parseInstant } from '#core/model/time.ts'
import type { AttributeRule, ElementRule, ValueRule } from './schema.ts'

type Checked = {
  name: string
  attributes?: Readonly<Record<string, string>>
  children?: readonly (Checked | string)[]
  line?: number
  column?: number
}

export function faultsOf(element: Checked, rule: ElementRule, path = `/${element.name}`): Issue[] {
  return [...attributeFaults(element, rule, path), ...childFaults(element, rule, path)]
}

function attributeFaults(element: Checked, { attributes = {} }: ElementRule, path: string): Issue[] {
  return Object.entries(attributes).flatMap(([name, rule]) => {
    const value = element.attributes?.[name]
    const fault = value === undefined || value === '' ? missing(rule) : wrongValue(rule.is, value)
    return fault === undefined ? [] : [issueAt(element, `${path}/@${name}`, fault, value)]
  })
}

const missing = ({ required }: AttributeRule): string | undefined => (required ? 'must be present' : undefined)

function wrongValue(rule: ValueRule, value: string): string | undefined {
  if (typeof rule === 'object')
    return rule.oneOf.includes(value) ? undefined : `must be one of ${rule.oneOf.join(', ')}`
  switch (rule) {
    case 'text':
      return undefined
    case 'quantity':
      return (parseWholeNumber(value) ?? -1) >= 0 ? undefined : 'must be a whole number, 0 or more'
    case 'change':
      return (parseWholeNumber(value) ?? 0) === 0 ? 'must be a whole number other than 0' : undefined
    case 'decimal':
      return /^-?\d+(\.\d+)?$/.test(value) ? undefined : 'must be a decimal number'
    case 'instant':
      return parseInstant(value) === undefined
        ? 'must be a time with its offset, such as 2026-11-22T09:30:00Z'
        : undefined
  }
}

/** Children come in the order of the rule. What the rule does not name is passed over. */
function childFaults(element: Checked, { children = [] }: ElementRule, path: string): Issue[] {
  const present = (element.children ?? []).filter((each) => typeof each !== 'string')
  const issues: Issue[] = []
  const counts = new Map<string, number>()
  let furthest = 0
  for (const each of present) {
    const at = children.findIndex((known) => known.name === each.name)
    const known = children[at]
    if (known === undefined) continue
    const nth = (counts.get(each.name) ?? 0) + 1
    counts.set(each.name, nth)
    const own = `${path}/${each.name}${nth > 1 ? `[${nth}]` : ''}`
    if (at < furthest) issues.push(issueAt(each, own, `must stand before ${children[furthest]?.name}`, each.name))
    if (nth > 1 && (known.occurs === '1' || known.occurs === '?'))
      issues.push(issueAt(each, own, 'must stand only once', each.name))
    furthest = Math.max(furthest, at)
    issues.push(...faultsOf(each, known.rule, own))
  }
  for (const { name, occurs } of children)
    if ((occurs === '1' || occurs === '+') && !counts.has(name))
      issues.push(issueAt(element, `${path}/${name}`, 'must be present', undefined))
  return issues
}

export const placeOfElement = ({ line, column }: Checked, path: string): Place => ({
  path,
  ...(line === undefined ? {} : { line }),
  ...(column === undefined ? {} : { column }),
})

const issueAt = (element: Checked, path: string, rule: string, value: string | undefined): Issue => ({
  code: 'quiet.schema',
  class: 'data',
  place: placeOfElement(element, path),
  rule,
  ...(value === undefined || value === '' ? {} : { value: excerpt(value) }),
  cure: 'Have the sender correct the document at this place, and send it again.',
})
