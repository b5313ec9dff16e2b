/** A standard as the supplier's desk and tray need it: the same papers, as X12 sets or as EDIFACT messages. */
import type { Parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { LineAnswer, OrderEntry, ShipmentEntry, StockReport } from './books.ts'
import { changeAnswerSegments, acknowledgmentSegments, shipNoticeSegments, stockSegments } from './documents.ts'
import { edifactChangeAnswer, edifactDispatch, edifactResponse, edifactStock } from './edifact-documents.ts'
import { composeEdifact, withWrongUnz } from './edifact-interchange.ts'
import { compose, withWrongTrailer } from './interchange.ts'
import type { Composed, Correspondent, Segments, Sender } from './interchange.ts'

/** What the supplier may send; each standard has its own name for it. */
export type Paper = 'receipt' | 'answer' | 'notice' | 'changeAnswer' | 'stock'

export type Language = {
  /** ST01 or UNH 0065. */
  types: Readonly<Record<Paper, string>>
  answer: (order: OrderEntry, at: Instant, promisedAt: Instant) => Segments
  notice: (order: OrderEntry, shipment: ShipmentEntry, shipFrom: string) => Segments
  /** Answers by line, where some are refused and some are not. */
  changeAnswer: (order: OrderEntry, accepted: boolean, at: Instant, byLine?: readonly LineAnswer[]) => Segments
  stock: (report: StockReport) => Segments
  compose: (
    sender: Sender,
    to: Correspondent,
    type: string,
    sets: readonly Segments[],
    controlNumber: number,
    at: Instant,
  ) => Parsed<Composed>
  withWrongTrailer: (bytes: Uint8Array) => Uint8Array
}

export const X12: Language = {
  types: { receipt: '997', answer: '855', notice: '856', changeAnswer: '865', stock: '846' },
  answer: acknowledgmentSegments,
  notice: shipNoticeSegments,
  changeAnswer: changeAnswerSegments,
  stock: stockSegments,
  compose,
  withWrongTrailer,
}

export const EDIFACT: Language = {
  types: { receipt: 'CONTRL', answer: 'ORDRSP', notice: 'DESADV', changeAnswer: 'ORDRSP', stock: 'INVRPT' },
  answer: edifactResponse,
  notice: edifactDispatch,
  changeAnswer: edifactChangeAnswer,
  stock: edifactStock,
  compose: composeEdifact,
  withWrongTrailer: withWrongUnz,
}
