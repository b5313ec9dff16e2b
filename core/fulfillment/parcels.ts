/** From what carriers say of parcels to what became of their shipment: it has arrived when all of its parcels have. */
import type { TrackingCode, TrackingEvent } from '../model/fulfillment.ts'
import type { Instant } from '../model/time.ts'

export type ParcelWords = Readonly<Record<string, { code: TrackingCode; at: Instant }>>

const TROUBLE: ReadonlySet<TrackingCode> = new Set(['failed', 'returned'])

/** `words` with the carrier's newest one; undefined when a later or the same one is known. */
export function heard(words: ParcelWords, { trackingNumber, code, at }: TrackingEvent): ParcelWords | undefined {
  const last = words[trackingNumber]
  if (last !== undefined && (last.at > at || (last.at === at && last.code === code))) return undefined
  return { ...words, [trackingNumber]: { code, at } }
}

/** What that means for the shipment; undefined: nothing that anybody has to hear. */
export function shipmentEvent(
  parcels: readonly string[],
  words: ParcelWords,
  state: 'shipped' | 'delivered' | 'exception',
): 'delivered' | 'exception' | 'resumed' | undefined {
  const codes = parcels.map((parcel) => words[parcel]?.code)
  if (codes.some((code) => code !== undefined && TROUBLE.has(code)))
    return state === 'shipped' ? 'exception' : undefined
  if (codes.length > 0 && codes.every((code) => code === 'delivered'))
    return state === 'delivered' ? undefined : 'delivered'
  return state === 'exception' ? 'resumed' : undefined
}
