/**
 * The Quiet documents as data: elements in their order (xs:sequence), how often each may stand, and its attributes. After the public
 * XSD of ShipmentOrder v2.5 and the sample results that go with it (both BSD-3), see README.md. What the samples do not show as required
 * is not demanded, and what they do not name is let through: a warehouse adds attributes at will.
 */

export type ValueRule =
  | 'text'
  /** A whole number of units, 0 or more. */
  | 'quantity'
  /** A whole number with or without sign, not 0. */
  | 'change'
  | 'decimal'
  | 'instant'
  | { oneOf: readonly string[] }

export type AttributeRule = { is: ValueRule; required: boolean }

/** How often a child stands: once, at most once, any number of times, at least once. */
export type Occurs = '1' | '?' | '*' | '+'

export type ElementRule = {
  attributes?: Readonly<Record<string, AttributeRule>>
  /** In this order. */
  children?: readonly { name: string; occurs: Occurs; rule: ElementRule }[]
}

const must = (is: ValueRule = 'text'): AttributeRule => ({ is, required: true })
const may = (is: ValueRule = 'text'): AttributeRule => ({ is, required: false })
const child = (name: string, occurs: Occurs, rule: ElementRule = {}) => ({ name, occurs, rule })

const ADDRESS: ElementRule = {
  attributes: {
    Company: may(),
    Contact: must(),
    Address1: must(),
    Address2: may(),
    City: must(),
    State: may(),
    PostalCode: may(),
    Country: must(),
    Phone: may(),
    Email: may(),
  },
}

const RMA_RESULT: ElementRule = {
  attributes: { RMANumber: must(), ReceiptDate: must('instant'), Warehouse: must(), BusinessUnit: may() },
  children: [
    child('Line', '+', {
      attributes: {
        LineNo: may('quantity'),
        ItemNumber: must(),
        Quantity: must('quantity'),
        ProductStatus: must({ oneOf: ['GOOD', 'DAMAGED', 'INCORRECT'] }),
        OrderNumber: may(),
        Notes: may(),
      },
    }),
  ],
}

/** By the name of the root element, without its prefix: two namespaces occur for one format. */
export const DOCUMENTS = {
  ShipOrderDocument: {
    children: [
      child('ClientID', '1'),
      child('BusinessUnit', '1'),
      child('OrderHeader', '1', {
        attributes: {
          OrderNumber: must(),
          OrderType: must({ oneOf: ['SO', 'FO', 'TO', 'RTV'] }),
          OrderDate: must('instant'),
          Warehouse: may(),
        },
        children: [
          child('Extension', '?'),
          child('Comments', '?'),
          child('ShipMode', '1', { attributes: { Carrier: must(), ServiceLevel: must() } }),
          child('ShipTo', '1', ADDRESS),
          child('BillTo', '?', ADDRESS),
        ],
      }),
      child('OrderDetails', '+', {
        attributes: {
          Line: must('quantity'),
          ItemNumber: must(),
          QuantityOrdered: must('quantity'),
          QuantityToShip: must('quantity'),
          UOM: must(),
          Price: may('decimal'),
        },
      }),
    ],
  },
  ShipmentOrderCancel: { attributes: { ClientID: must(), BusinessUnit: must(), OrderNumber: must() } },
  SOResult: {
    attributes: {
      OrderNumber: must(),
      DateShipped: must('instant'),
      BusinessUnit: may(),
      CartonCount: may('quantity'),
      Warehouse: may(),
    },
    children: [
      child('Line', '+', {
        attributes: { Line: must('quantity'), ItemNumber: may(), Quantity: must('quantity'), ExceptionCode: may() },
      }),
      child('Carton', '*', {
        attributes: {
          CartonId: must(),
          TrackingId: may(),
          Carrier: may(),
          ServiceLevel: may(),
          Weight: may('decimal'),
        },
        children: [
          child('Content', '+', {
            attributes: { Line: must('quantity'), ItemNumber: may(), Quantity: must('quantity') },
          }),
        ],
      }),
      child('Extension', '?'),
    ],
  },
  SOCancelResult: { attributes: { OrderNumber: must(), Status: must(), Reason: may(), Warehouse: may() } },
  InventorySummary: {
    attributes: { Warehouse: must(), BusinessUnit: may() },
    children: [
      child('Inventory', '*', {
        attributes: { ItemNumber: must() },
        children: [child('ItemStatus', '+', { attributes: { Status: must(), Quantity: must('quantity') } })],
      }),
    ],
  },
  InventoryEventMessage: {
    attributes: {
      EventId: must(),
      EventType: must(),
      ItemNumber: must(),
      DeltaQuantity: must('change'),
      EventTime: must('instant'),
      ReasonCode: may(),
      Warehouse: may(),
      BusinessUnit: may(),
    },
  },
  RMAResultDocument: { children: [child('RMAResult', '+', RMA_RESULT)] },
  RMAResult: RMA_RESULT,
  // After the documents that two open clients write (flowlink, solidus); its XSD is not public.
  RMADocument: {
    children: [
      child('RMA', '1', {
        attributes: { ClientID: must(), BusinessUnit: must(), RMANumber: must(), TrackingNumber: may() },
        children: [
          child('Line', '+', {
            attributes: {
              LineNo: must('quantity'),
              OrderNumber: must(),
              ItemNumber: must(),
              Quantity: must('quantity'),
              SaleUOM: must(),
              ReturnReason: must(),
            },
          }),
        ],
      }),
    ],
  },
  Acknowledgment: {
    attributes: { OriginalDocumentType: must(), OriginalDocumentName: may(), OriginalDocumentKey: may() },
  },
  ErrorMessage: { attributes: { ResultCode: must(), ResultDescription: must(), ResponseDate: may() } },
  EventMessage: {},
} as const satisfies Record<string, ElementRule>

export type DocumentName = keyof typeof DOCUMENTS
export const isDocumentName = (name: string): name is DocumentName => Object.hasOwn(DOCUMENTS, name)

/** Names of all elements that may stand more than once: lists for the maps, with one entry too. */
export const LISTS: readonly string[] = [...new Set(Object.values(DOCUMENTS).flatMap(listsOf))]

function listsOf(rule: ElementRule): string[] {
  return (rule.children ?? []).flatMap((each) => [
    ...(each.occurs === '*' || each.occurs === '+' ? [each.name] : []),
    ...listsOf(each.rule),
  ])
}
