/** What differs from partner to partner in EDIFACT, as data over a base that follows EANCOM. */
import type { FulfillmentMethod } from '#core/model/node.ts'
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
  changeFunctions: { '1': 'cancel', '4': 'change', '5': 'change' },
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
}
