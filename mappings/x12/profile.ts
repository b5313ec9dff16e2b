/** What differs from partner to partner, as data. The base profile follows the public guides named in facts/edi.md. */
import type { RejectReason } from '#core/model/fulfillment.ts'
import type { FulfillmentMethod } from '#core/model/node.ts'
import type { ADJUSTMENT_REASONS, RETURN_REASONS } from '#core/model/trade.ts'

export type X12Profile = {
  /** BEG02 ↔ how the supplier fulfills. */
  orderTypes: Record<string, FulfillmentMethod>
  /** PO106 and on: qualifier of the partner's product code, and of the hub's SKU. The partner's is written first. */
  partnerSkuQualifier: string
  hubSkuQualifier: string
  /** Qualifiers taken for the product when neither of the two is there, best first. */
  otherSkuQualifiers: string[]
  /** REF01 of the customer's order number, and of the hub's order id. */
  customerOrderQualifier: string
  hubOrderQualifier: string
  /** DTM01 of the wanted delivery. */
  neededByQualifier: string
  /** N103 of our node's code. */
  nodeQualifier: string
  unit: string
  /** PO105. */
  priceBasis: string
  /** Read where the 850 has no CUR segment. */
  defaultCurrency: string
  /** Read where a retailer's N4 names no country. */
  defaultCountry: string
  /** ACK01 that takes units, and ACK01 that refuses them, each with its reason. */
  acceptCodes: string[]
  rejectCodes: Record<string, RejectReason>
  /** ACK04 of a promised ship date. */
  promiseQualifiers: string[]
  /** MAN01 and REF01 of a tracking number; MAN01 of a carton code. */
  trackingQualifiers: string[]
  cartonQualifiers: string[]
  /** N101 of the place whose stock or receipt a document tells, best first; the first is written. */
  nodeRoles: string[]
  /** 846: BIA01 ↔ what the feed states, and QTY01 of the number that counts, best first (17 on hand at some, 33 available at most). */
  feedPurposes: Record<string, 'full' | 'delta'>
  stockQualifiers: string[]
  /** 850 of a retailer: BEG01. Every purpose but a cancel states the order whole. */
  orderPurposes: Record<string, 'order' | 'cancel'>
  /** 855 to a retailer: ACK01 of units that are sent, that wait for goods, and that will not come. */
  answerCodes: { accepted: string; waiting: string; cancelled: string }
  /** 865 to a retailer that answers its 860: ACK01 of units that a line has as asked, otherwise than asked, and that wait; of a line that is taken out, and of one that stays as it was. */
  changeAnswerCodes: { agreed: string; changed: string; waiting: string; deleted: string; refused: string }
  /** REF*IA of what is written to a retailer: the number by which it knows us. */
  vendorNumber: string
  /** 860: BCH01 and POC02. Some partners cancel lines with purpose 00: their meaning is theirs. */
  changePurposes: Record<string, 'cancel' | 'change'>
  lineChanges: Record<string, 'delete' | 'quantity'>
  /** 860 of a retailer: POC02 of lines that it adds to its order. */
  linesAdded: string[]
  /** Cancels go out as 860; without it a person calls. 865: BCA02 that agrees to the change. */
  changesSent: boolean
  changeAccepted: string[]
  /** ACK01 of an 865's lines that agree to the change, and that refuse it; where it changes the quantity, ACK02 is what stays on order. */
  lineChangeAccepted: string[]
  lineChangeRefused: string[]
  lineChangeQuantity: string[]
  /** 870: ISR01 that keeps a line, and that gives it up, each with its reason. */
  statusKept: string[]
  statusLost: Record<string, RejectReason>
  /** 945: W1201 of lines that left, and of lines that fell short for good; units of other statuses are still to come. */
  shippedStatuses: (string | undefined)[]
  shortStatuses: Record<string, RejectReason>
  /** 947: W1901. 180: RDR03. */
  adjustmentReasons: Record<string, (typeof ADJUSTMENT_REASONS)[number]>
  returnReasons: Record<string, (typeof RETURN_REASONS)[number]>
  /** 940: W0501 of a new order; the wrong letter makes a second one at some warehouses. */
  newOrderStatus: string
  /** How soon the partner wants or owes a document, in minutes, by set; crossdock map partners shows it. */
  slaMinutes: Record<string, number>
}

export const BASE_PROFILE: X12Profile = {
  orderTypes: { DS: 'dropShip', SA: 'ship' },
  partnerSkuQualifier: 'VN',
  hubSkuQualifier: 'SK',
  otherSkuQualifiers: ['BP', 'UP', 'EN', 'UK'],
  customerOrderQualifier: 'CO',
  hubOrderQualifier: 'OQ',
  neededByQualifier: '002',
  nodeQualifier: '92',
  unit: 'EA',
  priceBasis: 'PE',
  defaultCurrency: 'USD',
  defaultCountry: 'US',
  // IB is a later date, IC and IP are changes the units survive, DR is rescheduled: in all of them the units will come.
  acceptCodes: ['IA', 'IB', 'IC', 'IQ', 'IP', 'DR'],
  // IS offers another item: nobody asked the customer, so it is a refusal of what was ordered.
  rejectCodes: { IR: 'outOfStock', R2: 'ineligibleProduct', ID: 'other', IS: 'ineligibleProduct' },
  promiseQualifiers: ['079', '068'],
  trackingQualifiers: ['CP', 'CN', '2I', 'SI'],
  cartonQualifiers: ['GM'],
  nodeRoles: ['WH', 'SF', 'SU'],
  feedPurposes: { '00': 'full', '05': 'full', '25': 'delta' },
  stockQualifiers: ['33', '17'],
  orderPurposes: { '00': 'order', '01': 'cancel', '05': 'order', '06': 'order', '07': 'order' },
  answerCodes: { accepted: 'IA', waiting: 'IB', cancelled: 'IR' },
  changeAnswerCodes: { agreed: 'IA', changed: 'IQ', waiting: 'IB', deleted: 'ID', refused: 'IR' },
  vendorNumber: '',
  changePurposes: { '01': 'cancel', '04': 'change', '05': 'change' },
  lineChanges: { DI: 'delete', QD: 'quantity', QI: 'quantity', CA: 'quantity' },
  linesAdded: ['AI'],
  changesSent: false,
  changeAccepted: ['AC', 'AT', 'AD'],
  lineChangeAccepted: ['IA', 'IC', 'ID', 'IQ'],
  // AC, AR and BP: shipped, or on its way out.
  lineChangeRefused: ['IR', 'AC', 'AR', 'BP', 'R1', 'R2', 'R3', 'R4', 'R5', 'R6'],
  lineChangeQuantity: ['IQ'],
  statusKept: ['IA', 'IN', 'DR', 'BP', 'IB'],
  statusLost: { IC: 'outOfStock', ID: 'other', IR: 'ineligibleProduct' },
  shippedStatuses: ['CC', 'CP', 'CL', 'CM', 'BP', 'PR', 'SS', undefined],
  // CP: partial, considered no back order; IC, CU: cancelled; DS: out of stock. BP and SS promise the rest.
  shortStatuses: { CP: 'outOfStock', IC: 'other', CU: 'other', DS: 'outOfStock' },
  adjustmentReasons: {
    '05': 'count',
    '01': 'damage',
    '02': 'loss',
    '06': 'found',
    '07': 'return',
    '55': 'hold',
    ZZ: 'other',
  },
  returnReasons: { '01': 'damaged', '02': 'wrongItem', '03': 'unwanted', '04': 'late', ZZ: 'other' },
  newOrderStatus: 'N',
  slaMinutes: { '855': 1440, '856': 1440 },
}

/** Profiles of known partners over the base, from their public guides. */
export const PARTNER_PROFILES: Record<string, Partial<X12Profile>> = {
  // developer.walmart.com, drop-ship vendor guides: stock is on hand (17), a line is cancelled with purpose 00.
  'walmart-dsv': {
    stockQualifiers: ['17'],
    changePurposes: { '01': 'cancel', '00': 'change' },
    lineChanges: { DI: 'delete' },
    slaMinutes: { '846': 1440 },
  },
  // Amazon's drop-ship specification: an answer within two hours, around the clock.
  'amazon-dropship': { slaMinutes: { '855': 120, '846': 60 } },
}
