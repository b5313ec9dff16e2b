/** The origins of a field, for people. */
import type { FieldOrigin } from '#http/queries/origins.ts'

export function describeOrigins(origins: readonly FieldOrigin[]): string[] {
  return origins.flatMap((each) => [
    each.field,
    `  raw    ${each.raw ?? '(the map itself gives it)'}`,
    `  place  ${placeText(each.place)} of ${each.envelopeId}${each.part === '' ? '' : `, ${each.part}`}`,
    `  came   ${each.receivedAt ?? 'at an unknown time'} over ${each.connectionId ?? 'no connection'}, as ${each.kind}`,
    `  rule   ${each.rule}  [${each.layer}]`,
    `  map    ${each.map}, version ${each.mapVersion}${each.crosswalkVersion === undefined ? '' : `, crosswalk version ${each.crosswalkVersion}`}`,
  ])
}

const placeText = ({ path, byteOffset, line }: FieldOrigin['place']): string =>
  [
    path,
    ...(line === undefined ? [] : [`line ${line}`]),
    ...(byteOffset === undefined ? [] : [`byte ${byteOffset}`]),
  ].join(', ')
