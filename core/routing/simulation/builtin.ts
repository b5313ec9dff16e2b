/** The policies that `crossdock simulate` knows by name. */
import { followMix, shadowPrice } from './guided.ts'
import type { GuidedTools } from './guided.ts'
import { cheapest, fewestPackages, nearest, priorityList } from './policies.ts'
import type { Policy } from './policies.ts'
import type { KnownScenario } from './scenario.ts'

export const POLICIES = {
  nearest,
  'priority-list': priorityList,
  'fewest-packages': fewestPackages,
  cheapest,
  'shadow-price': shadowPrice,
  default: followMix,
} as const satisfies Record<string, (scenario: KnownScenario, tools: GuidedTools) => Policy>

export type PolicyName = keyof typeof POLICIES
export const POLICY_NAMES = Object.keys(POLICIES) as PolicyName[]
