/** What the warehouse is told: an order to ship, and the wish to cancel it. */
import type { Parsed } from '#core/issue.ts'
import type { FulfillmentInstruction } from '#core/model/fulfillment.ts'
import type { ReturnInstruction } from '#core/model/return.ts'
import type { MapReading } from '../engine/index.ts'
import { readingOf, refusedWhole, runBack, runForward } from '../engine/index.ts'
import type { QuietContext } from './leaves.ts'
import { orderMap } from './order.ts'
import type { ShipOrder } from './order.ts'
import { rmaMap } from './return-order.ts'
import { openDocument, treeOf, writeDocument } from './xml.ts'

/** Issues: what the maps cannot write (an unknown ship mode, no addressee), and what the schema forbids. */
export function writeOrder(
  instruction: FulfillmentInstruction,
  context: QuietContext,
  map = orderMap,
): Parsed<Uint8Array> {
  const written = runBack(map, instruction, context)
  if (!written.ok) return written
  const { OrderHeader: header, ...rest } = written.document
  const { clientId, businessUnit, unit } = context.settings
  return writeDocument('ShipOrderDocument', {
    ...rest,
    ClientID: clientId,
    BusinessUnit: businessUnit,
    // Who pays is no business of a warehouse; its documents bear a bill-to all the same.
    OrderHeader: { ...header, BillTo: header.ShipTo },
    OrderDetails: rest.OrderDetails.map((detail) => ({ ...detail, '@UOM': unit })),
  })
}

/** Every line names the order it left with; a return without one names the customer's order. */
export function writeReturn(instruction: ReturnInstruction, context: QuietContext): Parsed<Uint8Array> {
  const written = runBack(rmaMap, instruction, context)
  if (!written.ok) return written
  const { clientId, businessUnit, unit } = context.settings
  const { RMA: rma } = written.document
  const number = instruction.requestId ?? instruction.orderNumber
  return writeDocument('RMADocument', {
    RMA: {
      ...rma,
      '@ClientID': clientId,
      '@BusinessUnit': businessUnit,
      Line: rma.Line.map((line) => ({ ...line, '@OrderNumber': number, '@SaleUOM': unit })),
    },
  })
}

export const writeCancel = (requestId: string, { settings }: QuietContext): Parsed<Uint8Array> =>
  writeDocument('ShipmentOrderCancel', {
    '@ClientID': settings.clientId,
    '@BusinessUnit': settings.businessUnit,
    '@OrderNumber': requestId,
  })

/** The way back, as the warehouse reads it: for laws, `crossdock map run` and plans. */
export function readOrder(
  bytes: Uint8Array,
  context: QuietContext,
): MapReading<'fulfillmentInstruction', FulfillmentInstruction> {
  const document = openDocument(bytes, MAX_BYTES)
  const opened = document.ok ? treeOf(document.value) : document
  if (!opened.ok) return refusedWhole('', opened.issues)
  const { tree, placeOf } = opened.value
  return readingOf('fulfillmentInstruction' as const, '', runForward(orderMap, tree as ShipOrder, context, { placeOf }))
}

const MAX_BYTES = 1_000_000
