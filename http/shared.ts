/** What the routes share beyond what they are handed: kept slow data, limits, metrics. One for each running app. */
import type { Channel } from '#core/model/channel.ts'
import type { Node } from '#core/model/node.ts'
import type { HttpConnection, HttpDeps } from './deps.ts'
import { type KeptMap, keptMap } from './kept.ts'
import { createKeyRing, type KeyRing, ringOfOne } from './keys.ts'
import { createMetrics, type Metrics } from './metrics.ts'
import { HTTP_OPTIONS, type HttpOptions } from './options.ts'
import { createRateLimiter, type RateLimiter } from './rate-limit.ts'
import { createSkuBook, type SkuBook } from './sku-book.ts'

export type Shared = {
  deps: HttpDeps
  options: HttpOptions
  connections: KeptMap<HttpConnection>
  channels: KeptMap<Channel>
  nodes: KeptMap<Node>
  skus: SkuBook
  keys: KeyRing
  rates: RateLimiter
  metrics: Metrics
}

export function createShared(deps: HttpDeps): Shared {
  const options = { ...HTTP_OPTIONS, ...deps.options }
  return {
    deps,
    options,
    connections: keptMap(deps.connections, deps.clock, options.masterTtlMs),
    channels: keptMap(deps.channels, deps.clock, options.masterTtlMs),
    nodes: keptMap(deps.nodes, deps.clock, options.masterTtlMs),
    skus: createSkuBook(deps.db),
    keys: deps.localKey === undefined ? createKeyRing(deps.db, options.keyTtlMs) : ringOfOne(deps.localKey),
    rates: createRateLimiter({ quota: options.rateQuota, windowSeconds: options.rateWindowSeconds }),
    metrics: createMetrics(deps),
  }
}
