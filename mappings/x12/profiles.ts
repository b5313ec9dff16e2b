/** A partner's profile: the base with what its public guide says over it, made once. */
import { BASE_PROFILE, PARTNER_PROFILES } from './profile.ts'
import type { X12Profile } from './profile.ts'

const profiles = new Map(
  Object.entries(PARTNER_PROFILES).map(([name, own]): [string, X12Profile] => [name, { ...BASE_PROFILE, ...own }]),
)

/** Undefined for a partner that has none. */
export const profileOf = (partner: string): X12Profile | undefined => profiles.get(partner)
