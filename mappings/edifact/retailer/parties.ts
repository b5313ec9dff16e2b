/** Where a retailer's goods go: an address in NAD, or the GLN of one of its places; and who trades with whom, by GLN. */
import type { Address } from '#core/model/party.ts'
import type { Elements, Refusal, Rule } from '../../engine/index.ts'
import { refuse, rulesFor } from '../../engine/index.ts'
import type { MessageScope } from '../document.ts'
import type { EdifactProfile } from '../profile.ts'
import type { Party, RetailerTree } from './tree.ts'

/** NAD components of an address, and how much of it each holds in D.96A. What does not fit is refused, never cut, or parcels go astray. */
const PARTS: readonly [component: string, field: Exclude<keyof Address, 'position'>, max: number][] = [
  ['0401', 'name', 35],
  ['0402', 'company', 35],
  ['0501', 'line1', 35],
  ['0502', 'line2', 35],
  ['0601', 'city', 35],
  ['0701', 'region', 9],
  ['0801', 'postcode', 9],
  ['0901', 'country', 3],
]
const READS = ['NAD', 'COM'] as const
const FIELDS = ['name', 'company', 'line1', 'line2', 'city', 'region', 'postcode', 'country', 'phone', 'email'] as const

export function addressRules<X>(profile: EdifactProfile): Rule<Party, Address, X>[] {
  const address = rulesFor<Party, Address, X>()
  return [
    address.derive({
      name: 'address (C080, C059, city, region, postcode, country, COM), else the place of this GLN',
      reads: READS,
      writes: FIELDS,
      forward: ({ NAD, COM }) => addressOf(NAD as Elements, (COM ?? []) as Elements[], profile),
      back: (values) => partOf(values),
    }),
  ]
}

type Told = { [field in (typeof FIELDS)[number]]?: string }

function addressOf(NAD: Elements, COM: readonly Elements[], profile: EdifactProfile): Told | Refusal {
  const gln = NAD['0201']
  const isUnstructured = NAD['0301'] !== undefined
  if (NAD['0501'] === undefined && NAD['0601'] === undefined && !isUnstructured) {
    const { position: _position, ...place }: Partial<Address> = profile.places[gln ?? ''] ?? {}
    return place.line1 === undefined ? unknownPlace(gln) : (place as Told)
  }
  const country = NAD['0901'] ?? profile.defaultCountry
  if (NAD['0501'] === undefined || NAD['0601'] === undefined || !/^[A-Z]{2}$/.test(country)) return NO_ADDRESS
  const contact = (qualifier: string) => COM.find((one) => one['0102'] === qualifier)?.['0101']
  const [phone, email] = [contact('TE'), contact('EM')]
  // The second line of our address takes what is left of a street in four.
  const rest = ['0502', '0503', '0504'].flatMap((component) => NAD[component] ?? []).join(', ')
  return {
    ...Object.fromEntries(
      PARTS.flatMap(([component, field]) => (NAD[component] === undefined ? [] : [[field, NAD[component]]])),
    ),
    ...(rest === '' ? {} : { line2: rest }),
    line1: NAD['0501'],
    city: NAD['0601'],
    country,
    ...(phone === undefined ? {} : { phone }),
    ...(email === undefined ? {} : { email }),
  }
}

function partOf(address: Partial<Address>): { NAD: Elements; CTA?: Elements; COM?: Elements[] } | Refusal {
  const long = PARTS.find(([, field, max]) => (address[field]?.length ?? 0) > max)
  if (long !== undefined)
    return refuse({
      rule: `must fit NAD: the ${long[1]} has more than ${long[2]} characters`,
      cure: 'Shorten this part of the address.',
      code: 'map.text',
    })
  const NAD: Elements = {}
  for (const [component, field] of PARTS) {
    const value = address[field]
    if (value !== undefined && value !== '') NAD[component] = value
  }
  const COM = [
    ...(address.phone === undefined ? [] : [{ '0101': address.phone, '0102': 'TE' }]),
    ...(address.email === undefined ? [] : [{ '0101': address.email, '0102': 'EM' }]),
  ]
  return COM.length === 0 ? { NAD } : { NAD, COM }
}

/** COM belongs to a contact: without CTA it stands nowhere. */
export const withContacts = <T extends RetailerTree>(tree: T): T => ({
  ...tree,
  NAD: tree.NAD?.map((loop) => (loop.COM === undefined ? loop : { ...loop, CTA: { '0101': 'IC' } })),
})

const NO_ADDRESS = refuse({
  rule: 'must have street (C059), city (3164) and country (3207), each in a place of its own',
  cure: 'Send the address in C059 and the elements after it, not in the free lines of C058; or say in the profile which country is meant (defaultCountry).',
  code: 'edifact.address',
  field: 'NAD.0501',
})

const unknownPlace = (gln: string | undefined): Refusal =>
  refuse({
    rule: 'must have an address, or the GLN of a place that the profile knows',
    cure: 'Say in the profile where this place is (places), then replay.',
    code: 'edifact.place-unknown',
    class: 'crosswalk',
    field: 'NAD.0201',
    ...(gln === undefined ? {} : { subject: gln }),
  })

/** A party that a GLN names. 3055 9: GS1. */
export const glnOf = (role: string, gln: string): Elements => ({ '0101': role, '0201': gln, '0203': '9' })

/** NAD BY as the retailer's order named it, else of the profile; NAD SU with our number there. */
export function tradersRules<Tree extends RetailerTree, T, X extends MessageScope>(
  profile: EdifactProfile,
): Rule<Tree, T, X>[] {
  const { buyerGln, supplierGln, vendorNumber } = profile
  const rules = rulesFor<RetailerTree, { lines: unknown }, X>()
  return [
    rules.derive({
      name: 'buyer and supplier by GLN',
      reads: ['parties.buyer', 'parties.supplier'],
      writes: ['lines'],
      forward: () => ({}),
      back: () => ({
        ...(buyerGln === '' ? {} : { 'parties.buyer': { NAD: glnOf('BY', buyerGln) } }),
        ...(supplierGln === '' && vendorNumber === ''
          ? {}
          : {
              'parties.supplier': {
                NAD: supplierGln === '' ? { '0101': 'SU' } : glnOf('SU', supplierGln),
                ...(vendorNumber === '' ? {} : { RFF: [{ '0101': 'IA', '0102': vendorNumber }] }),
              },
            }),
      }),
    }),
    ...buyerEchoed<RetailerTree, { lines: unknown }, X>(),
  ] as unknown as Rule<Tree, T, X>[]
}

/** A retailer of several companies orders for one of them: its NAD BY is told back. */
export function buyerEchoed<Tree extends RetailerTree, T, X>(): Rule<Tree, T, X>[] {
  const rules = rulesFor<RetailerTree, T, X>()
  return [rules.carry('parties.buyer.NAD.0201', 'parties.buyer.NAD.0203')]
}
