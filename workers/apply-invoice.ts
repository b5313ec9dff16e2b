/** A supplier's bill (810, INVOIC): kept on the order's timeline, and in front of a person where it does not agree with what was asked for. */
import { invoiceFaults } from '#core/fulfillment/invoice.ts'
import type { FulfillmentRequest } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import type { Invoice } from '#core/model/trade.ts'
import { appendFacts } from '#store/facts.ts'
import { loadRequests } from '#store/fulfillment.ts'
import { invoicesOf } from '#store/invoices.ts'
import { lockOrderHeads } from '#store/orders.ts'
import { openCases } from '#store/quarantine.ts'
import type { Unit } from '#store/unit.ts'
import { unknownRequest } from './apply-fulfillment.ts'
import type { Incoming, Verdict } from './verdict.ts'
import type { World } from './world.ts'

export async function applyInvoice(
  unit: Unit,
  world: World,
  { value: invoice, connectionId, envelopeId }: Incoming<Invoice>,
  now: Instant,
): Promise<Verdict> {
  const [request] = await loadRequests(unit, { ids: [invoice.requestId] })
  if (request === undefined || request.connectionId !== connectionId)
    return { kind: 'refused', issues: [unknownRequest(invoice.requestId)] }
  await lockOrderHeads(unit, [request.orderId])
  const before = await invoicesOf(unit, request.orderId, request.id)
  const known = before.find(({ invoiceNumber }) => invoiceNumber === invoice.invoiceNumber)
  if (known?.totalMinor === invoice.totalMinor) return { kind: 'duplicate' }
  const faults =
    known === undefined
      ? invoiceFaults(invoice, billedUnits(before), request)
      : [
          `it came before with a total of ${known.totalMinor}, and now says ${invoice.totalMinor} (${invoice.currency}, minor units)`,
        ]
  const { requestId, invoiceNumber, invoicedOn, currency, totalMinor, lines, charges } = invoice
  if (known === undefined)
    await appendFacts(unit, [
      {
        id: world.ids.next('fct'),
        orderId: request.orderId,
        kind: 'invoiced',
        at: now,
        actor: connectionId,
        cause: envelopeId,
        data: { requestId, nodeId: request.nodeId, invoiceNumber, invoicedOn, currency, totalMinor, lines, charges },
      },
    ])
  await tellFaults(unit, world, invoice, request, faults, now)
  return { kind: 'applied' }
}

function billedUnits(before: readonly { lines: { lineNo: number; quantity: number }[] }[]): Map<number, number> {
  const units = new Map<number, number>()
  for (const { lineNo, quantity } of before.flatMap(({ lines }) => lines))
    units.set(lineNo, (units.get(lineNo) ?? 0) + quantity)
  return units
}

async function tellFaults(
  unit: Unit,
  world: World,
  { invoiceNumber }: Invoice,
  request: FulfillmentRequest,
  faults: readonly string[],
  now: Instant,
): Promise<void> {
  if (faults.length === 0) return
  await openCases(
    unit,
    [
      {
        id: world.ids.next('exc'),
        kind: 'invoiceDiffers',
        subject: `${request.id} ${invoiceNumber}`.slice(0, 100),
        orderId: request.orderId,
        detail: `invoice ${invoiceNumber} of ${request.nodeId}: ${faults.join('; ')}`,
        cure: 'Hold its payment and ask the supplier; resolve this case when the bill is put right.',
        owner: 'operator',
      },
    ],
    now,
  )
}
