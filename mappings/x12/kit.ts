/** Rules and leaves that many sets share. */
import type { Sku } from '#core/model/ids.ts'
import { type Instant, parseInstant } from '#core/model/time.ts'
import type { Leaf, Refusal, Rule } from '../engine/index.ts'
import { isAbsent, nodeLookup, refuse, rulesFor, text } from '../engine/index.ts'
import type { DocumentScope } from './document.ts'
import type { X12Profile } from './profile.ts'
import { dateOf, instantOf, timeOf } from './times.ts'
import type { Elements } from './tree.ts'

/** X12 data element 127 and its like hold 22 to 30 characters; ours are told in 22. */
export const number22 = text(22)

const notADay = refuse({ rule: 'must be a day CCYYMMDD', cure: 'Send the date as CCYYMMDD.', code: 'x12.date' })

/** `20261122` ↔ `2026-11-22`. */
export const day: Leaf<string, string> = {
  name: 'day',
  read: (raw) => {
    const match = typeof raw === 'string' ? /^(\d{4})(\d{2})(\d{2})$/.exec(raw) : null
    const iso = match === null ? '' : `${match[1]}-${match[2]}-${match[3]}`
    return parseInstant(`${iso}T00:00:00Z`) === undefined ? notADay : iso
  },
  write: (value) => value.replaceAll('-', ''),
}

/** Product codes in pairs of qualifier and code from a position on: LIN02/03, IT106/07, W0104/05; `onePair` where there is room for one. */
export function skuRule<L, T extends { sku: Sku }>(
  segment: string,
  first: number,
  profile: X12Profile,
  onePair = false,
): Rule<L, T, DocumentScope> {
  const at = (offset: number): string => `${segment}.${String(first + offset).padStart(2, '0')}`
  const reads = (onePair ? [0, 1] : [0, 1, 2, 3, 4, 5]).map(at)
  const rules = rulesFor<{ [path: string]: string }, { sku: Sku }, DocumentScope>()
  return rules.derive({
    name: 'product by qualifier',
    reads,
    writes: ['sku'],
    forward: (values, scope) => skuOf(reads, values, profile, scope),
    back: ({ sku }, { crosswalk }): Record<string, string> | Refusal => {
      if (sku === undefined) return {}
      const code = crosswalk.partnerSkuOf(sku)
      if (code.length > 48 || sku.length > 48)
        return refuse({
          rule: 'must be at most 48 characters',
          cure: 'Give the product a shorter code.',
          code: 'map.text',
        })
      return {
        [at(0)]: profile.partnerSkuQualifier,
        [at(1)]: code,
        ...(code === sku || onePair ? {} : { [at(2)]: profile.hubSkuQualifier, [at(3)]: sku }),
      }
    },
  }) as unknown as Rule<L, T, DocumentScope>
}

function skuOf(
  reads: readonly string[],
  values: Record<string, unknown>,
  profile: X12Profile,
  { crosswalk }: DocumentScope,
): { sku: Sku } | Refusal {
  const codes = new Map<string, { code: string; path: string }>()
  for (let i = 0; i + 1 < reads.length; i += 2) {
    const [qualifier, path = ''] = [values[reads[i] ?? ''], reads[i + 1]]
    const code = values[path]
    if (typeof qualifier === 'string' && typeof code === 'string') codes.set(qualifier, { code, path })
  }
  const order = [profile.hubSkuQualifier, profile.partnerSkuQualifier, ...profile.otherSkuQualifiers]
  const candidates = order.flatMap((qualifier) => codes.get(qualifier) ?? [])
  for (const { code } of candidates) {
    const sku = crosswalk.skuOf(code)
    if (sku !== undefined) return { sku }
  }
  const [first] = candidates
  return refuse({
    rule: `must have a product code (${order.join(', ')}) with a row in the crosswalk`,
    cure: 'Add a crosswalk row from this product code to a SKU, then replay.',
    code: 'x12.sku-unknown',
    class: 'crosswalk',
    field: first?.path ?? reads[1] ?? '',
    ...(first === undefined ? {} : { subject: first.code }),
  })
}

/** The place that N1 names: our node in the partner's code. Written under the first role of the profile. */
export function nodeRules<Tree, T extends { nodeId: unknown }>(profile: X12Profile): Rule<Tree, T, DocumentScope>[] {
  const [role = 'WH'] = profile.nodeRoles
  type Source = { parties: { [role: string]: { N1: Elements } } }
  const rules = rulesFor<Source, { nodeId: string }, DocumentScope>()
  return [
    rules.fixed(`parties.${role}.N1.03`, profile.nodeQualifier, { checked: false }),
    rules.derive({
      name: 'node by its code',
      reads: [`parties.${role}.N1.04`],
      writes: ['nodeId'],
      forward: (_reads, scope) => {
        const nodeId = nodeOf(scope)
        return typeof nodeId === 'string' ? { nodeId } : nodeId
      },
      back: ({ nodeId }, scope) => {
        const code = nodeLookup('x12').write(nodeId as never, scope)
        return typeof code === 'string' ? { [`parties.${role}.N1.04`]: code } : code
      },
    }),
  ] as unknown as Rule<Tree, T, DocumentScope>[]
}

export function nodeOf(scope: DocumentScope): string | Refusal {
  const code = scope.nodeCode
  if (!isAbsent(code)) return nodeLookup('x12').read(code, scope)
  return refuse({
    rule: 'must name the place in an N1 loop',
    cure: 'Send N1 with N104, the code of the place.',
    code: 'map.missing',
  })
}

/** CTT01 counts the segments that open the lines. CTT may be left out; a wrong count refuses the document. */
export function countOf<Tree, T>(list: string, target: string): Rule<Tree, T, DocumentScope> {
  type Source = { [list: string]: { length: number } } & { CTT?: Elements }
  const rules = rulesFor<Source, { [target: string]: unknown[] }, DocumentScope>()
  return rules.derive({
    name: `CTT01 counts ${list}`,
    reads: ['CTT.01', `${list}.length` as never],
    writes: [target as never],
    forward: (reads: Record<string, unknown>) => {
      const [count, lines] = [reads['CTT.01'], Number(reads[`${list}.length`] ?? 0)]
      if (isAbsent(count) || Number(count) === lines) return {}
      return refuse({
        rule: `must be the number of ${list} segments, here ${lines}`,
        cure: 'Send the document again, whole.',
        code: 'x12.count',
      })
    },
    back: (values: Record<string, unknown>) => ({
      'CTT.01': String((values[target] as unknown[] | undefined)?.length ?? 0),
    }),
  }) as unknown as Rule<Tree, T, DocumentScope>
}

/** A DTM segment: date (02), time (03) and zone (04) of one moment. A wanted day holds until it is over. */
export function dtmRule<T extends { placedAt: Instant; neededBy?: Instant | undefined }, X>(
  target: 'placedAt' | 'neededBy',
): Rule<Elements, T, X> {
  const rules = rulesFor<Elements, { placedAt: Instant; neededBy: Instant }, X>()
  return rules.derive({
    name: `date and time of ${target}`,
    reads: ['02', '03', '04'],
    writes: [target],
    forward: ({ '02': date, '03': time, '04': zone }) => {
      if (date === undefined) return {}
      const at = instantOf(date, time, zone, target === 'neededBy')
      return typeof at === 'string' ? { [target]: at } : at
    },
    back: (written) => {
      const at = written[target]
      return at === undefined ? {} : { '02': dateOf(at), '03': timeOf(at), '04': 'UT' }
    },
  }) as unknown as Rule<Elements, T, X>
}

/** BEG05: the day of an 850; its DTM 004, where it has one, says the moment. */
export function orderDay<Tree extends { BEG: Elements }, T extends { placedAt: Instant }, X>(): Rule<Tree, T, X> {
  return rulesFor<{ BEG: Elements }, { placedAt: Instant }, X>().derive({
    name: 'day of the order',
    reads: ['BEG.05'],
    writes: ['placedAt'],
    forward: ({ 'BEG.05': date }) => {
      const placedAt = instantOf(date)
      return typeof placedAt === 'string' ? { placedAt } : placedAt
    },
    back: ({ placedAt }) => (placedAt === undefined ? {} : { 'BEG.05': dateOf(placedAt) }),
  })
}
