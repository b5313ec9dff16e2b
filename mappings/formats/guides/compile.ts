/** Turns the written tables (x12/, edifact/) into guides. A mistake in a table is a bug of ours and throws when it is compiled. */
import type { ElementRule, ElementUse, SegmentRule, SyntaxNote, TableNode } from './types.ts'

/** Sorts after every version that is before it: `004010`, or `1996A` for D.96A. */
export type VersionKey = string

/** `D` + `96A` → `1996A`: directories of the nineties come before those of this century. */
export const directoryKey = (release: string): VersionKey => (/^[89]/.test(release) ? `19${release}` : `20${release}`)

const versionKeyOf = (written: string): VersionKey =>
  written.startsWith('D') ? directoryKey(written.slice(1)) : written

/** Lines `number form name @version form …`; the last form at or before `version` holds. */
export function compileElements(text: string, version: VersionKey): Map<string, ElementRule> {
  const elements = new Map<string, ElementRule>()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [definition = '', codes] = line.split(' = ')
    const [base = '', ...changes] = definition.split(' @')
    const current = changes.findLast((change) => versionKeyOf(change.split(' ')[0] ?? '') <= version)
    const [ref = '', ...words] = base.split(' ')
    const form = /^(?:(AN|ID|N\d|R|DT|TM) (\d+)\/(\d+)|(an|a|n)(\.\.)?(\d+)) (.+)$/.exec(words.join(' '))
    if (form === null) throw new Error(`an element is written wrongly: ${line}`)
    const changed = current === undefined ? undefined : current.slice(current.indexOf(' ') + 1)
    elements.set(ref, {
      ref: ref.split('.').at(-1) ?? ref,
      name: form[7] ?? '',
      ...formOf(form, changed),
      ...(codes === undefined ? {} : { codes: new Set(codes.split(' ')) }),
    })
  }
  return elements
}

const X12_KINDS = { AN: 'text', ID: 'code', R: 'decimal', DT: 'date', TM: 'time' } as const

function formOf(form: RegExpExecArray, changed: string | undefined): Pick<ElementRule, 'kind' | 'min' | 'max'> {
  const [, type, min, max, edifact, upTo, length] = form
  if (type !== undefined) {
    const lengths = /(\d+)\/(\d+)$/.exec(changed ?? '')
    const kind = type.startsWith('N') ? 'integer' : X12_KINDS[type as keyof typeof X12_KINDS]
    return { kind, min: Number(lengths?.[1] ?? min), max: Number(lengths?.[2] ?? max) }
  }
  const other = changed === undefined ? null : /^(an|a|n)(\.\.)?(\d+)$/.exec(changed)
  const [kind, open, digits] = other === null ? [edifact, upTo, length] : [other[1], other[2], other[3]]
  return {
    kind: kind === 'n' ? 'decimal' : kind === 'a' ? 'alpha' : 'text',
    min: open === undefined ? Number(digits) : 1,
    max: Number(digits),
  }
}

/** Lines `ID name: elements | notes`. */
export function compileSegments(text: string, elements: ReadonlyMap<string, ElementRule>): Map<string, SegmentRule> {
  const segments = new Map<string, SegmentRule>()
  for (const line of text.split('\n').filter((each) => each !== '')) {
    const [, id = '', name = '', body = ''] = /^(\S+) (.+?): (.*)$/.exec(line) ?? []
    if (id === '') throw new Error(`a segment is written wrongly: ${line}`)
    const [uses = '', notes = ''] = body.split(' | ')
    const open = uses.endsWith('…')
    const parsed = parseUses(open ? uses.slice(0, -1) : uses, elements, id)
    segments.set(id, {
      id,
      name,
      elements: parsed,
      lastRequired: lastRequired(parsed),
      open,
      notes: notes.split(' ').filter(Boolean).map(parseNote),
    })
  }
  return segments
}

export const lastRequired = (uses: readonly ElementUse[]): number =>
  uses.findLastIndex(({ use }) => use === 'required') + 1

const USE = /^(?:(\d+)([*@]))?([A-Za-z0-9]+)(!)?(?:\[([^\]]*)\])?(?:\s+|$)/

/** `353!`, `5*718` (five elements), `10@C998![…]` (one element, ten repetitions). */
function parseUses(text: string, elements: ReadonlyMap<string, ElementRule>, where: string): ElementUse[] {
  const uses: ElementUse[] = []
  let rest = text.trim()
  while (rest !== '') {
    const match = USE.exec(rest)
    if (match === null) throw new Error(`${where}: cannot read "${rest}"`)
    rest = rest.slice(match[0].length)
    const [, times, mode, ref = '', required, parts] = match
    const use: ElementUse = {
      use: required === undefined ? 'optional' : 'required',
      repeat: mode === '@' ? Number(times) : 1,
      rule: parts === undefined ? ruleOf(elements, ref, where) : compositeRule(ref),
      ...(parts === undefined ? {} : { parts: parseUses(parts, elements, where) }),
    }
    for (let i = 0; i < (mode === '*' ? Number(times) : 1); i += 1) uses.push(use)
  }
  return uses
}

function ruleOf(elements: ReadonlyMap<string, ElementRule>, ref: string, where: string): ElementRule {
  const rule = elements.get(ref)
  if (rule === undefined) throw new Error(`${where}: there is no element ${ref}`)
  return rule
}

const compositeRule = (ref: string): ElementRule => ({ ref, name: ref, kind: 'text', min: 0, max: 99_999 })

function parseNote(text: string): SyntaxNote {
  const positions = (text.slice(1).match(/\d\d/g) ?? []).map(Number)
  const kind = text[0]
  if ((kind !== 'P' && kind !== 'R' && kind !== 'E' && kind !== 'C' && kind !== 'L') || positions.length < 2)
    throw new Error(`a syntax note is written wrongly: ${text}`)
  return { kind, positions, text, from: Math.min(...positions) }
}

export type Table = { root: TableNode; inTable: Set<string>; floating: Set<string> }

/** `BEG! REF* N1*200( N1! N2*2 )`; `NTE@` may stand anywhere. */
export function compileTable(text: string): Table {
  const inTable = new Set<string>()
  const floating = new Set<string>()
  const tokens = text.split(/\s+/).filter(Boolean).values()
  const parse = (): TableNode[] => {
    const nodes: TableNode[] = []
    for (const token of tokens) {
      if (token === ')') return nodes
      const [, id = '', mark = '', max, loop] = /^([A-Z0-9]{2,3})([!@]?)(?:\*(\d*))?(\()?$/.exec(token) ?? []
      if (id === '') throw new Error(`a table is written wrongly: ${token}`)
      inTable.add(id)
      if (mark === '@') {
        floating.add(id)
        continue
      }
      const most = max === undefined ? 1 : max === '' ? Number.POSITIVE_INFINITY : Number(max)
      const children = loop === undefined ? undefined : parse()
      nodes.push(node({ id, required: mark === '!', max: most, ...(children === undefined ? {} : { children }) }))
    }
    return nodes
  }
  return { root: node({ id: '', required: true, max: 1, children: parse() }), inTable, floating }
}

/** Gives a loop its index. */
export function node(place: Omit<TableNode, 'byId'>): TableNode {
  if (place.children === undefined) return place
  const byId = new Map<string, number[]>()
  place.children.forEach((child, index) => byId.set(child.id, [...(byId.get(child.id) ?? []), index]))
  return { ...place, byId }
}
