/** The one place that reads the machine's clock. */
import { instantFromEpochMs } from '#core/model/time.ts'
import type { Clock } from '#core/ports.ts'

export const systemClock: Clock = { now: () => instantFromEpochMs(Date.now()) }
