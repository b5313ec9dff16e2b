/** Transaction sets in and out: what connectors call. Readers take a set as the format reader found it; writers give its segments. */
import type { Issue, Parsed } from '#core/issue.ts'
import { parsed } from '#core/issue.ts'
import type { FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { MapReading } from '../engine/index.ts'
import { readingOf, refusedWhole, runBack, runForward } from '../engine/index.ts'
import type { X12Set } from '../formats/x12/interchange.ts'
import type { WritableSegment } from '../formats/x12/writable.ts'
import { answerMap, SHAPE_855 } from './answer-855.ts'
import type { AnswerContext, Tree855 } from './answer-855.ts'
import { noticesOf, segmentsOfNotice } from './levels.ts'
import { orderMap, SHAPE_850 } from './order-850.ts'
import type { Tree850, X12Context } from './order-850.ts'
import { withoutParties, withParties } from './party-loop.ts'
import type { PoNumbers } from './po-number.ts'
import { BASE_PROFILE } from './profile.ts'
import type { X12Profile } from './profile.ts'
import { shipmentMap } from './shipment-856.ts'
import type { SetTree } from './tree.ts'
import { placesIn, segmentsOf, treeOf } from './tree.ts'

/** Part names tell the set by its control number: `ST 0001`. */
const partOf = (set: X12Set): string => `ST ${set.header.controlNumber}`

export type X12Maps = {
  /** 850. Segments without ST and SE. Issues are placed in the canonical instruction. */
  writeOrder: (instruction: FulfillmentInstruction, context: X12Context) => Parsed<WritableSegment[]>
  readOrder: (set: X12Set, context: X12Context) => MapReading<'fulfillmentInstruction', FulfillmentInstruction>
  /** 855. */
  readAnswer: (set: X12Set, context: AnswerContext) => MapReading<'fulfillmentResponse', FulfillmentResponse>
  writeAnswer: (answer: FulfillmentResponse, context: PoNumbers) => Parsed<WritableSegment[]>
  /** 856: one notice for each purchase order; a bad one is refused alone. */
  readShipment: (set: X12Set, context: PoNumbers) => MapReading<'shipment', ShipmentNotice>
  writeShipment: (notice: ShipmentNotice, context: PoNumbers) => Parsed<WritableSegment[]>
}

/** The three maps of one partner. Compile once a connection and keep it. */
export function x12Maps(profile: X12Profile = BASE_PROFILE): X12Maps {
  const order = orderMap(profile)
  const answer = answerMap(profile)
  const shipment = shipmentMap(profile)
  return {
    writeOrder: (instruction, context) => {
      const result = runBack(order, instruction, context)
      if (!result.ok) return result
      return parsed(segmentsOf(withoutParties(result.document as SetTree), SHAPE_850))
    },
    readOrder: (set, context) => {
      const faults = faultsOf(set)
      if (faults.length > 0) return refusedWhole(partOf(set), faults)
      const tree = withParties(treeOf(set.segments, SHAPE_850))
      const result = runForward(order, tree as Tree850, context, { placeOf: placesIn(tree, set.segments) })
      return readingOf('fulfillmentInstruction' as const, partOf(set), result)
    },
    readAnswer: (set, context) => {
      const faults = faultsOf(set)
      if (faults.length > 0) return refusedWhole(partOf(set), faults)
      const tree = treeOf(set.segments, SHAPE_855)
      const result = runForward(answer, tree as Tree855, context, { placeOf: placesIn(tree, set.segments) })
      return readingOf('fulfillmentResponse' as const, partOf(set), result)
    },
    writeAnswer: (value, context) => {
      const result = runBack(answer, value, { ...context, answeredAt: value.answeredAt })
      return result.ok ? parsed(segmentsOf(result.document as SetTree, SHAPE_855)) : result
    },
    readShipment: (set, context) => {
      const { notices, issues } = noticesOf(set.segments)
      const faults = [...faultsOf(set), ...issues]
      if (faults.length > 0) return refusedWhole(partOf(set), faults)
      if (notices.length === 0) return refusedWhole(partOf(set), [NO_ORDERS])
      const readings = notices.map((notice) => {
        const part = `${partOf(set)} PRF ${notice.order.PRF?.['01'] ?? ''}`
        const result = runForward(shipment, notice, context, { placeOf: placesIn(notice, set.segments) })
        return readingOf('shipment' as const, part, result)
      })
      return {
        documents: readings.flatMap((reading) => reading.documents),
        refused: readings.flatMap((reading) => reading.refused),
      }
    },
    writeShipment: (notice, context) => {
      const result = runBack(shipment, notice, context)
      return result.ok ? parsed(segmentsOfNotice(result.document)) : result
    },
  }
}

/** A set whose envelope is broken may have lost segments: nothing in it is used. */
const faultsOf = (set: X12Set): Issue[] => set.issues

const NO_ORDERS: Issue = {
  code: 'x12.hl-level',
  class: 'data',
  place: { path: 'HL' },
  rule: 'must have a shipment level with at least one order level',
  cure: 'Send levels S, O, P (optional) and I.',
}
