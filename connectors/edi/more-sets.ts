/** The sets beside 855 and 856: stock (846), answers to changes (865), order status (870), invoices (810). Their maps are those of the catalogue. */
import type { Issue } from '#core/issue.ts'
import type { X12Set } from '#mappings/formats/x12/interchange.ts'
import { documentOf } from '#mappings/x12/documents.ts'
import { BASE_PROFILE } from '#mappings/x12/profile.ts'
import type { X12Profile } from '#mappings/x12/profile.ts'
import { profileOf } from '#mappings/x12/profiles.ts'
import type { InboundDocument, ReadContext } from '../contract/connector.ts'
import type { EdiConfig } from './config.ts'

const READ: ReadonlySet<string> = new Set(['810', '846', '865', '870'])

/** Undefined for a set of a kind that is not read. */
export function readOtherSet(
  set: X12Set,
  context: ReadContext<EdiConfig>,
): { documents: InboundDocument[]; refused: { part: string; issues: Issue[] }[] } | undefined {
  const document = READ.has(set.header.id) ? documentOf(set.header.id) : undefined
  if (document === undefined) return undefined
  const { config, crosswalk, receivedAt } = context
  const reading = document.read(set, { crosswalk, receivedAt }, profileFor(config), config)
  return { documents: reading.documents as InboundDocument[], refused: reading.refused }
}

const profiles = new WeakMap<EdiConfig, X12Profile>()

/** Base, then the partner's known profile, then what this connection says itself. */
export function profileFor(config: EdiConfig): X12Profile {
  const known = profiles.get(config)
  if (known !== undefined) return known
  const partner = config.partnerProfile === undefined ? undefined : profileOf(config.partnerProfile)
  const own = Object.fromEntries(Object.entries(config.profile).filter(([, value]) => value !== undefined))
  const profile = { ...BASE_PROFILE, ...partner, ...own }
  profiles.set(config, profile)
  return profile
}
