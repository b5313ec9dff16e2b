/** What differs from partner to partner in EDIFACT, as data over a base that follows EANCOM. */
import type { FulfillmentMethod } from '#core/model/node.ts'
import type { LineVerdict } from '#core/model/order-change.ts'
import type { Address } from '#core/model/party.ts'
import type { ChangeRequest, Invoice } from '#core/model/trade.ts'

export type EdifactProfile = {
  /** ORDERS: BGM 1001 ↔ how the order is fulfilled. */
  orderTypes: Record<string, FulfillmentMethod>
  /** NAD 3035 of the place whose stock, receipt or dispatch is told, best first; the first is written. */
  nodeRoles: string[]
  /** NAD 3035 of the consignee. */
  shipToRole: string
  /** LIN 7143 of the partner's product code, and of ours in PIA. */
  partnerSkuQualifier: string
  hubSkuQualifier: string
  defaultCurrency: string
  /** INVRPT: BGM 1225 ↔ what the report states; QTY 6063 of the number that counts, best first. */
  feedFunctions: Record<string, 'full' | 'delta'>
  stockQualifiers: string[]
  /** ORDCHG: BGM 1225 and LIN 1229. */
  changeFunctions: Record<string, ChangeRequest['action']>
  lineChanges: Record<string, ChangeRequest['lines'][number]['change']>
  /** ORDRSP: LIN 1229 that keeps a line whole, and that gives it up. */
  lineAccepted: string[]
  lineRefused: string[]
  /** Cancels go out as ORDCHG; without it a person calls. ORDRSP to one: BGM 1225 that agrees, and that refuses. */
  changesSent: boolean
  changeAccepted: string[]
  changeRefused: string[]
  /**
   * LIN 1229 of such an answer's lines that agree to the change, and that refuse it; where it changes the quantity, QTY is what stays on
   * order: 6063, best first, the first is written.
   */
  lineChangeAccepted: string[]
  lineChangeRefused: string[]
  lineChangeQuantity: string[]
  lineChangeUnits: string[]
  /** INVOIC: ALC 7161. */
  charges: Record<string, Invoice['charges'][number]['kind']>
  /** ORDERS of a retailer: BGM 1001 of what is an order, the first is written; BGM 1225. */
  orderDocuments: string[]
  orderFunctions: Record<string, 'order' | 'cancel'>
  /** RFF 1153 of the number that the customer knows, and DTM 2005 of the wanted delivery; best first, the first is written. */
  customerOrderQualifiers: string[]
  neededByQualifiers: string[]
  /** NAD 3035 of where the goods go and of who is billed, best first; the first is written. */
  shipToRoles: string[]
  billToRoles: string[]
  /** Read where a retailer's NAD names no country; empty for none. */
  defaultCountry: string
  /** Addresses of a retailer's own places by GLN: its NAD names such a place by that alone. */
  places: Record<string, Address>
  /** ORDERS and ORDCHG of a retailer: QTY 6063 of units that are ordered, best first; QTY 6411 that mean pieces; PRI 5125, best first. */
  orderUnits: string[]
  pieceUnits: string[]
  priceQualifiers: string[]
  /** ORDCHG of a retailer: LIN 1229 of lines that are only repeated. */
  linesUntouched: string[]
  /** And of lines that it adds to its order. */
  linesAdded: string[]
  /** ORDRSP to a retailer: LIN 1229, QTY 6063 and DTM 2005 of what becomes of a line. */
  answerActions: Record<LineVerdict, string>
  answerUnits: { ordered: string; accepted: string; waiting: string }
  promiseQualifier: string
  /** LIN 7143 of a GTIN in what is written to a retailer: EN in D.96A, SRV in D.01B. */
  gtinQualifier: string
  /** GLNs in what is written to a retailer: NAD BY where its order named none, and NAD SU, with our number there (RFF IA); empty for none. */
  buyerGln: string
  supplierGln: string
  vendorNumber: string
}

export const EDIFACT_BASE: EdifactProfile = {
  orderTypes: { '220': 'dropShip' },
  nodeRoles: ['WH', 'SU', 'DP'],
  shipToRole: 'DP',
  partnerSkuQualifier: 'SA',
  hubSkuQualifier: 'IN',
  defaultCurrency: 'EUR',
  feedFunctions: { '9': 'full', '5': 'full', '4': 'delta' },
  stockQualifiers: ['145', '17'],
  // An ORDCHG is an original (9) of its own at some retailers.
  changeFunctions: { '1': 'cancel', '4': 'change', '5': 'change', '9': 'change' },
  lineChanges: { '2': 'delete', '3': 'quantity' },
  lineAccepted: ['5', '29'],
  lineRefused: ['7', '27'],
  changesSent: false,
  changeAccepted: ['29'],
  changeRefused: ['27', '12'],
  // 4 (not processed yet) decides nothing: such an answer waits until the profile says what its partner means by it.
  lineChangeAccepted: ['5', '2', '3', '6', '24'],
  lineChangeRefused: ['7'],
  lineChangeQuantity: ['3', '6', '24'],
  // As in an answer to an order, 12 is what will come, and goes before 21, which some repeat as it was asked.
  lineChangeUnits: ['113', '12', '21'],
  charges: { FC: 'freight', HD: 'handling', TAX: 'tax', DI: 'discount' },
  // 105 is the directory's plain purchase order, 224 a rush order. Blanket orders (221) and call-offs (226) ask for no goods yet.
  orderDocuments: ['220', '105', '224'],
  // 31 is a copy for a third party, 16 and 4 ask for an answer that a person has to give.
  orderFunctions: { '9': 'order', '5': 'order', '7': 'order', '1': 'cancel' },
  customerOrderQualifiers: ['UC', 'UO', 'CR'],
  neededByQualifiers: ['2', '63'],
  shipToRoles: ['UC', 'DP', 'ST', 'CN'],
  billToRoles: ['IV'],
  defaultCountry: '',
  places: {},
  orderUnits: ['21', '1'],
  pieceUnits: ['PCE', 'EA', 'NAR', 'C62'],
  priceQualifiers: ['AAA', 'AAB', 'CAL'],
  linesUntouched: ['4', '11'],
  linesAdded: ['1'],
  answerActions: { agreed: '5', changed: '3', refused: '7' },
  answerUnits: { ordered: '21', accepted: '113', waiting: '83' },
  promiseQualifier: '11',
  gtinQualifier: 'EN',
  buyerGln: '',
  supplierGln: '',
  vendorNumber: '',
}
