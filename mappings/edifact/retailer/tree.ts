/**
 * The messages exchanged with a retailer as maps see them. References and parties stand under their qualifiers, dates under the reference
 * that they belong to: `references.ON.DTM` is the date of the order, and no date of the message.
 */
import type { Elements } from '../../engine/index.ts'
import type { EdifactProfile } from '../profile.ts'

export type Reference = { RFF: Elements; DTM?: Elements[] }
export type Party = { NAD: Elements; RFF?: Elements[]; CTA?: Elements; COM?: Elements[] }
/** Whose message it is, whom it is for, where the goods go, who is billed, where the goods are. */
export type PartyName = 'buyer' | 'supplier' | 'shipTo' | 'billTo' | 'place'

export type RetailerTree = {
  BGM: Elements
  DTM?: Elements[]
  FTX?: Elements
  RFF?: Reference[]
  references?: { [qualifier: string]: Reference }
  NAD?: Party[]
  parties?: { [P in PartyName]?: Party }
  CUX?: Elements
  TDT?: Elements
  LIN: RetailerLine[]
  UNS?: Elements
  CNT?: Elements
}

export type RetailerLine = {
  LIN: Elements
  PIA?: Elements[]
  IMD?: Elements
  QTY?: Elements[]
  DTM?: Elements[]
  PRI?: Elements[]
  RFF?: Reference[]
  LOC?: { LOC: Elements; QTY?: Elements }[]
  NAD?: Elements[]
}

const REFERENCES = { RFF: 'one', DTM: 'many' } as const

/** What belongs to a line or to a party is named here too, so that it is not taken for the head's. */
export const SHAPE = {
  BGM: 'one',
  DTM: 'many',
  FTX: 'one',
  RFF: REFERENCES,
  NAD: { NAD: 'one', RFF: 'many', CTA: 'one', COM: 'many' },
  CUX: 'one',
  TDT: 'one',
  LIN: {
    LIN: 'one',
    PIA: 'many',
    IMD: 'one',
    QTY: 'many',
    DTM: 'many',
    PRI: 'many',
    RFF: REFERENCES,
    LOC: { LOC: 'one', QTY: 'one', DTM: 'many' },
    NAD: 'many',
  },
  UNS: 'one',
  CNT: 'one',
} as const

const rolesOf = (profile: EdifactProfile): [PartyName, readonly string[]][] => [
  ['buyer', ['BY']],
  ['supplier', ['SU']],
  ['shipTo', profile.shipToRoles],
  ['billTo', profile.billToRoles],
  ['place', ['SF']],
]

/** Of two references with one qualifier the first counts; of two parties the one whose role comes first. */
export function withNames<T extends RetailerTree>(tree: T, profile: EdifactProfile): T {
  const references: NonNullable<RetailerTree['references']> = {}
  for (const one of tree.RFF ?? []) references[one.RFF['0101'] ?? ''] ??= one
  const parties: NonNullable<RetailerTree['parties']> = {}
  for (const [name, roles] of rolesOf(profile)) {
    const found = roles.map((role) => tree.NAD?.find((loop) => loop.NAD['0101'] === role)).find((each) => each)
    if (found !== undefined) parties[name] = found
  }
  return { ...tree, references, parties }
}

/** Each under its qualifier or the first role of its kind. */
export function withoutNames<T extends RetailerTree>(tree: T, profile: EdifactProfile): T {
  const { references = {}, parties = {} } = tree
  return {
    ...tree,
    RFF: Object.entries(references).map(([qualifier, one]) => ({ ...one, RFF: { '0101': qualifier, ...one.RFF } })),
    NAD: rolesOf(profile).flatMap(([name, [role = '']]) => {
      const loop = parties[name]
      return loop === undefined ? [] : [{ ...loop, NAD: { '0101': role, ...loop.NAD } }]
    }),
  }
}

/** Lines without a number are known by their place, and that number is echoed. */
export function withNumbers<T extends RetailerTree>(tree: T): T {
  tree.LIN?.forEach(({ LIN }, index) => {
    LIN['0101'] ??= String(index + 1)
  })
  return tree
}
