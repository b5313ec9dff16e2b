/** Shopify's cost bucket, one per app and shop: calls take points out, time puts them back. */

export type ThrottleSettings = {
  /** Points the bucket holds. */
  maximumAvailable: number
  /** Points per second put back: 100 Standard, 200 Advanced, 1000 Plus, 2000 Enterprise. */
  restoreRate: number
}
export type ThrottleStatus = { maximumAvailable: number; currentlyAvailable: number; restoreRate: number }

export type Throttle = ReturnType<typeof createThrottle>

export function createThrottle(settings: ThrottleSettings, now: () => number) {
  let available = settings.maximumAvailable
  let filledAtMs = now()

  function refill(): void {
    const passedMs = Math.max(0, now() - filledAtMs)
    filledAtMs = now()
    available = Math.min(settings.maximumAvailable, available + (passedMs / 1000) * settings.restoreRate)
  }

  return {
    /** Whether a call that asks for so many points may run now. */
    allows: (cost: number): boolean => {
      refill()
      return cost <= available
    },
    /** Takes what a call really cost. */
    spend: (cost: number): void => {
      refill()
      available -= cost
    },
    status: (): ThrottleStatus => {
      refill()
      return {
        maximumAvailable: settings.maximumAvailable,
        currentlyAvailable: Math.max(0, Math.floor(available)),
        restoreRate: settings.restoreRate,
      }
    },
  }
}
