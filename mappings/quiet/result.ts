/** SOResult → what left (a shipment with its cartons) and, when nothing more comes, what the warehouse lacked. */
import type { FulfillmentResponse, Package, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { TrackingNumber } from '#core/model/ids.ts'
import type { FieldMap } from '../engine/index.ts'
import { defineMap, instant, refuse, requestId, rulesFor, text, wholeNumberText } from '../engine/index.ts'
import { exceptionCode, sameContext } from './leaves.ts'
import type { QuietContext } from './leaves.ts'

type Content = { '@Line': string; '@Quantity': string; '@ItemNumber'?: string }
type Carton = {
  '@CartonId': string
  '@TrackingId'?: string
  '@Carrier'?: string
  '@ServiceLevel'?: string
  Content: Content[]
}
export type SoResult = {
  '@OrderNumber': string
  '@DateShipped': string
  Line: { '@Line': string; '@Quantity': string; '@ItemNumber'?: string; '@ExceptionCode'?: string }[]
  Carton?: Carton[]
}

const optional = { optional: true }
const notice = rulesFor<SoResult, ShipmentNotice, QuietContext>()
const carton = rulesFor<Carton, Package, QuietContext>()
const content = rulesFor<Content, Package['lines'][number], QuietContext>()

/** Longest name of a shipment. */
const MAX_NAME = 100

/** A result has no number of its own: its cartons name it, so that the same one twice is the same, and one more carton is another. */
function nameOf(cartons: readonly Partial<Carton>[]): string {
  const ids = cartons.map((each) => each['@CartonId'] ?? '')
  const all = ids.join('+')
  const ends = `${ids[0] ?? ''}+…+${ids.at(-1) ?? ''} (${ids.length})`
  return all.length <= MAX_NAME ? all : ends.slice(0, MAX_NAME)
}

export const shipmentMap: FieldMap<SoResult, ShipmentNotice, QuietContext, QuietContext> = defineMap({
  name: 'quiet shipment',
  version: '1',
  scope: sameContext,
  rules: [
    notice.field('@OrderNumber', 'requestId', requestId),
    notice.field('@DateShipped', 'shippedAt', instant),
    notice.derive({
      name: 'named by its cartons',
      reads: ['Carton'],
      writes: ['externalId'],
      forward: ({ Carton: cartons }) => ({ externalId: nameOf(Array.isArray(cartons) ? (cartons as Carton[]) : []) }),
      back: () => ({}),
    }),
    notice.each(
      'Carton',
      'packages',
      [
        carton.field('@CartonId', 'containerCode', text(50)),
        carton.field('@TrackingId', 'trackingNumber', text<TrackingNumber>(200), optional),
        carton.each(
          'Content',
          'lines',
          [
            content.field('@Line', 'lineNo', wholeNumberText(1)),
            content.field('@Quantity', 'quantity', wholeNumberText(1)),
          ],
          { minimum: 1 },
        ),
      ],
      { minimum: 1 },
    ),
    // A shipment has one carrier: the first carton's.
    notice.field('Carton.0.@Carrier', 'carrier', text(50), optional),
    notice.field('Carton.0.@ServiceLevel', 'service', text(100), optional),
  ],
})

const answer = rulesFor<SoResult, FulfillmentResponse, QuietContext>()
const answerLine = rulesFor<SoResult['Line'][number], FulfillmentResponse['lines'][number], QuietContext>()

/** What a result does not ship is not coming: the warehouse tells what it found, and the hub knows what it asked for. */
export const shortPickMap: FieldMap<SoResult, FulfillmentResponse, QuietContext, QuietContext> = defineMap({
  name: 'quiet short pick',
  version: '1',
  scope: sameContext,
  rules: [
    answer.field('@OrderNumber', 'requestId', requestId),
    answer.field('@DateShipped', 'answeredAt', instant),
    answer.derive({
      name: 'a result is the last word',
      reads: [],
      writes: ['refusesRest'],
      forward: (_nothing, { settings }) => ({ refusesRest: settings.shortReason }),
      back: () => ({}),
    }),
    answer.each(
      'Line',
      'lines',
      [
        answerLine.field('@Line', 'lineNo', wholeNumberText(1)),
        answerLine.field('@Quantity', 'accepted', wholeNumberText(0)),
        answerLine.constant('rejected', 0),
        answerLine.field('@ExceptionCode', 'reason', exceptionCode, optional),
      ],
      { minimum: 1, key: 'lineNo' },
    ),
  ],
})

/** Units by line number, over all cartons. */
export function unitsInCartons(result: SoResult): Map<string, number> {
  const units = new Map<string, number>()
  for (const each of (result.Carton ?? []).flatMap((one) => one.Content))
    units.set(each['@Line'], (units.get(each['@Line']) ?? 0) + Number(each['@Quantity']))
  return units
}

export const CARTONS_DIFFER = refuse({
  rule: 'must be what the cartons hold of this line: every unit that left is in one',
  cure: 'Ask the warehouse which of the two holds, and to send the result again.',
  code: 'quiet.cartons',
})
