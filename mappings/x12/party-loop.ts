/** N1 loops: who and where. Element lengths are those of 004010: what does not fit is refused, never cut, or parcels go astray. */
import type { Address } from '#core/model/party.ts'
import type { Rule } from '../engine/index.ts'
import { countryCode, refuse, rulesFor, text } from '../engine/index.ts'
import type { Elements, SetTree } from './tree.ts'

export type PartyLoop = { N1: Elements; N2?: Elements; N3?: Elements[]; N4?: Elements; PER?: Elements[] }

/** Loops by N101, so that maps can name them: `{ N1: […] }` → `{ parties: { ST: …, SF: … } }`. The first of a kind counts. */
export function withParties(tree: SetTree): SetTree {
  const parties: Record<string, PartyLoop> = {}
  for (const loop of (tree['N1'] ?? []) as PartyLoop[]) parties[loop.N1['01'] ?? ''] ??= loop
  return { ...tree, parties }
}

export function withoutParties(tree: SetTree): SetTree {
  const parties = Object.entries((tree['parties'] ?? {}) as Record<string, PartyLoop>)
  return { ...tree, N1: parties.map(([role, loop]) => ({ ...loop, N1: { ...loop.N1, '01': role } })) }
}

/** `country`: where N404 names none, as partners do that trade in one country. */
export function addressRules<X>(country?: string): Rule<PartyLoop, Address, X>[] {
  const address = rulesFor<PartyLoop, Address, X>()
  const optional = { optional: true }
  return [
    address.field('N1.02', 'name', text(60), optional),
    address.field('N2.01', 'company', text(60), optional),
    address.field('N3.0.01', 'line1', text(55), { fallback: '' }),
    address.field('N3.0.02', 'line2', text(55), optional),
    address.field('N4.01', 'city', text(30), { fallback: '' }),
    address.derive({
      name: 'two letters in N402, longer names in N406',
      reads: ['N4.02', 'N4.05', 'N4.06'],
      writes: ['region'],
      forward: ({ 'N4.02': code, 'N4.05': qualifier, 'N4.06': name }) => {
        const region = code ?? (qualifier === 'SP' ? name : undefined)
        return typeof region === 'string' ? { region } : {}
      },
      back: ({ region }) => {
        if (region === undefined || region === '') return {}
        if (region.length === 2) return { 'N4.02': region }
        return region.length <= 30 ? { 'N4.05': 'SP', 'N4.06': region } : REGION_TOO_LONG
      },
    }),
    address.field('N4.03', 'postcode', text(15), optional),
    address.field('N4.04', 'country', countryCode, country === undefined ? {} : { fallback: country }),
    address.derive({
      name: 'contact numbers',
      reads: ['PER'],
      writes: ['phone', 'email'],
      forward: ({ PER }) => ({ ...contact('phone', 'TE', PER), ...contact('email', 'EM', PER) }),
      back: ({ phone, email }) => {
        const numbers = [...(phone === undefined ? [] : ['TE', phone]), ...(email === undefined ? [] : ['EM', email])]
        if (numbers.length === 0) return {}
        return {
          PER: [Object.fromEntries([['01', 'IC'], ...numbers.map((value, i) => [`0${i + 3}`, value])]) as Elements],
        }
      },
    }),
  ]
}

const REGION_TOO_LONG = refuse({ rule: 'must be at most 30 characters', cure: 'Shorten the region.', code: 'map.text' })

/** PER03/04, 05/06, 07/08: qualifier and number. */
function contact<N extends string>(name: N, qualifier: string, segments: unknown): { [K in N]?: string } {
  for (const segment of (Array.isArray(segments) ? segments : []) as Elements[]) {
    for (const position of ['03', '05', '07']) {
      const value = segment[`0${Number(position) + 1}`]
      if (segment[position] === qualifier && value !== undefined) return { [name]: value } as { [K in N]?: string }
    }
  }
  return {}
}
