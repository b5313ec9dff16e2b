/** Great-circle distance on a sphere of 6,371 km (haversine), counted in begun steps of 100 km as node costs are. */
import type { GeoPosition } from '../model/party.ts'

const EARTH_RADIUS_KM = 6371
const STEP_KM = 100

/** A position as a point on the unit sphere: with it a distance costs one arc sine. */
export type UnitVector = { x: number; y: number; z: number }

export function unitVector(position: GeoPosition): UnitVector {
  const latitude = (position.latitude * Math.PI) / 180
  const longitude = (position.longitude * Math.PI) / 180
  return {
    x: Math.cos(latitude) * Math.cos(longitude),
    y: Math.cos(latitude) * Math.sin(longitude),
    z: Math.sin(latitude),
  }
}

/** Half the chord between two points of the unit sphere is the square root of the haversine. */
export function distanceKm(a: UnitVector, b: UnitVector): number {
  const halfChord = Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2) / 2
  return 2 * EARTH_RADIUS_KM * Math.asin(Math.min(1, halfChord))
}

/** The chord, on the unit sphere, of an arc of so many steps. */
const STEP_CHORDS = Float64Array.from({ length: 202 }, (_, step) =>
  step * STEP_KM >= Math.PI * EARTH_RADIUS_KM ? 2 : 2 * Math.sin((step * STEP_KM) / (2 * EARTH_RADIUS_KM)),
)

/**
 * Begun steps of 100 km; 0 when either end is unknown. Found among the chords of whole steps, since an arc sine for each node
 * would cost more than the rest of a decision.
 */
export function distanceSteps(a: UnitVector | undefined, b: UnitVector | undefined): number {
  if (a === undefined || b === undefined) return 0
  const chord = Math.sqrt((a.x - b.x) ** 2 + (a.y - b.y) ** 2 + (a.z - b.z) ** 2)
  // An arc is never shorter than its chord, so no step below this one is enough.
  let step = Math.min(STEP_CHORDS.length - 1, Math.ceil((chord * EARTH_RADIUS_KM) / STEP_KM))
  while (step < STEP_CHORDS.length - 1 && (STEP_CHORDS[step] ?? 2) < chord) step++
  return step
}
