/** The documents of the warehouse as it spells them, two namespaces and all, and what it reads of ours. */
import type { WritableXml } from '#mappings/formats/xml/writer.ts'
import { writeXml } from '#mappings/formats/xml/writer.ts'
import { readXml } from '#mappings/formats/xml/reader.ts'
import { elementsOf } from '#mappings/formats/xml/tree.ts'
import type { Instant } from '#core/model/time.ts'
import type { OrderedLine, WarehouseItem, WarehouseOrder } from '../kit/warehouse.ts'

export type Party = { clientId: string; businessUnit: string; warehouse: string }

export type Incoming =
  | { kind: 'order'; number: string; lines: OrderedLine[] }
  | { kind: 'cancel'; number: string }
  | { kind: 'return'; rma: string; lines: OrderedLine[] }
  | { kind: 'unreadable'; why: string }

export function readIncoming(bytes: Uint8Array): Incoming {
  const read = readXml(bytes)
  if (!read.ok) return { kind: 'unreadable', why: read.issues[0]?.rule ?? 'no XML' }
  const root = read.value
  if (root.name === 'ShipmentOrderCancel') return { kind: 'cancel', number: root.attributes['OrderNumber'] ?? '' }
  const [rma] = elementsOf(root, 'RMA')
  if (root.name === 'RMADocument' && rma !== undefined) {
    const lines = elementsOf(rma, 'Line').map(({ attributes }) => ({
      line: attributes['LineNo'] ?? '',
      item: attributes['ItemNumber'] ?? '',
      quantity: Number(attributes['Quantity']),
    }))
    return { kind: 'return', rma: rma.attributes['RMANumber'] ?? '', lines }
  }
  const number = elementsOf(root, 'OrderHeader')[0]?.attributes['OrderNumber']
  if (root.name !== 'ShipOrderDocument' || number === undefined)
    return { kind: 'unreadable', why: `${root.name} is not known here` }
  const lines = elementsOf(root, 'OrderDetails').map(({ attributes }) => ({
    line: attributes['Line'] ?? '',
    item: attributes['ItemNumber'] ?? '',
    quantity: Number(attributes['QuantityToShip']),
  }))
  return { kind: 'order', number, lines }
}

const LOGISTICS = 'http://schemas.quietlogistics.com/V2'
const TECHNOLOGY = 'http://schemas.quiettechnology.com/V2'
type Attributes = Record<string, string | number>

const element = (name: string, attributes: Attributes, children: WritableXml[] = []): WritableXml => ({
  name,
  attributes: Object.fromEntries(Object.entries(attributes).map(([key, value]) => [key, String(value)])),
  children,
})

function bytesOf(root: WritableXml): Uint8Array {
  const written = writeXml(root, { indent: '  ' })
  if (!written.ok) throw new Error(written.issues[0]?.rule ?? 'the document cannot be written')
  return written.value
}

/** `exceptionCode`: what is written where fewer units left than were ordered. */
export function resultOf(order: WarehouseOrder, party: Party, at: Instant, exceptionCode: string): Uint8Array {
  const lines = order.lines.map((line) =>
    element('Line', {
      Line: line.line,
      ItemNumber: line.item,
      Quantity: line.shipped,
      ExceptionCode: line.shipped < line.quantity ? exceptionCode : '',
      Tax: 0,
    }),
  )
  const cartons = order.cartons.map((carton, index) =>
    element(
      'Carton',
      {
        CartonId: carton.id,
        TrackingId: carton.tracking,
        Carrier: 'USPS',
        CartonNumber: index + 1,
        ServiceLevel: 'PRIORITY',
        Weight: '1.69',
      },
      carton.content.map(({ line, item, quantity }) =>
        element('Content', { Line: line, ItemNumber: item, Quantity: quantity }),
      ),
    ),
  )
  return bytesOf(
    element(
      'SOResult',
      {
        xmlns: `${TECHNOLOGY}/SOResultDocument.xsd`,
        ClientID: party.clientId,
        BusinessUnit: party.businessUnit,
        OrderNumber: order.number,
        DateShipped: at.replace('Z', '7344Z'),
        FreightCost: 0,
        CartonCount: cartons.length,
        Warehouse: party.warehouse,
      },
      [...lines, ...cartons, { name: 'Extension', children: [order.number] }],
    ),
  )
}

export const cancelResultOf = (number: string, party: Party, cancelled: boolean): Uint8Array =>
  bytesOf(
    element('SOCancelResult', {
      xmlns: `${LOGISTICS}/SOCancelResultDocument.xsd`,
      BusinessUnit: party.businessUnit,
      Warehouse: party.warehouse,
      OrderNumber: number,
      Status: cancelled ? 'SUCCESS' : 'FAILED',
      Reason: cancelled ? '' : 'already shipped',
    }),
  )

export const acknowledgmentOf = (name: string, number: string): Uint8Array =>
  bytesOf(
    element('Acknowledgment', {
      OriginalDocumentType: 'ShipmentOrder',
      OriginalDocumentName: name,
      OriginalDocumentKey: number,
    }),
  )

export const errorOf = (words: string, at: Instant): Uint8Array =>
  bytesOf(element('ErrorMessage', { ResultCode: '400', ResultDescription: words, ResponseDate: at }))

export const summaryOf = (items: readonly WarehouseItem[], party: Party): Uint8Array =>
  bytesOf(
    element(
      'InventorySummary',
      {
        xmlns: `${LOGISTICS}/InventorySummary.xsd`,
        ClientId: party.clientId,
        BusinessUnit: party.businessUnit,
        Warehouse: party.warehouse,
      },
      items.map(({ item, onHand, allocated }) =>
        element('Inventory', { ItemNumber: item }, [
          element('ItemStatus', { Status: 'Avail', Quantity: Math.max(0, onHand - allocated) }),
          element('ItemStatus', { Status: 'Alloc', Quantity: Math.min(onHand, allocated) }),
          element('ItemStatus', { Status: 'RECEIVED', Quantity: 0 }),
        ]),
      ),
    ),
  )

export type InventoryEvent = { id: string; type: string; item: string; delta: number; reason: string }

export const eventOf = ({ id, type, item, delta, reason }: InventoryEvent, party: Party, at: Instant): Uint8Array =>
  bytesOf(
    element('InventoryEventMessage', {
      xmlns: `${LOGISTICS}/InventoryEventMessage.xsd`,
      BusinessUnit: party.businessUnit,
      EventId: id,
      EventType: type,
      ItemNumber: item,
      DeltaQuantity: delta,
      ReasonCode: reason,
      EventTime: at,
    }),
  )

export type ReturnedLine = { item: string; quantity: number; status: 'GOOD' | 'DAMAGED' | 'INCORRECT'; number: string }

export const returnOf = (rma: string, lines: readonly ReturnedLine[], party: Party, at: Instant): Uint8Array =>
  bytesOf(
    element('RMAResultDocument', { xmlns: `${LOGISTICS}/RMAResultDocument.xsd` }, [
      element(
        'RMAResult',
        {
          ClientID: party.clientId,
          BusinessUnit: party.businessUnit,
          RMANumber: rma,
          ReceiptDate: at,
          Warehouse: party.warehouse,
        },
        lines.map(({ item, quantity, status, number }, index) =>
          element('Line', {
            LineNo: index + 1,
            ItemNumber: item,
            ReturnUOM: 'EA',
            Quantity: quantity,
            ProductStatus: status,
            Notes: '',
            OrderNumber: number,
          }),
        ),
      ),
    ]),
  )
