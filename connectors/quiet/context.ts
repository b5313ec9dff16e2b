/** What the maps see of a connection. */
import type { Instant } from '#core/model/time.ts'
import { overlaid } from '#mappings/engine/index.ts'
import type { QuietContext } from '#mappings/quiet/leaves.ts'
import { orderMap } from '#mappings/quiet/order.ts'
import type { Crosswalk } from '../contract/connector.ts'
import type { QuietConfig } from './config.ts'

/** The config holds every setting of the maps under its own name. */
export const contextOf = (
  { config, crosswalk }: { config: QuietConfig; crosswalk: Crosswalk },
  receivedAt: Instant,
  asOf?: Instant,
): QuietContext => ({ crosswalk, receivedAt, settings: config, ...(asOf === undefined ? {} : { asOf }) })

export const orderMapOf = (config: QuietConfig) => overlaid(orderMap, config, 'order')
