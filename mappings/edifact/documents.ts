/** Every EDIFACT message that the hub can read or write. */
import { ordrspToChange } from './change-answer.ts'
import type { EdifactDocument } from './document.ts'
import { invoic } from './invoice.ts'
import { desadv, recadv } from './logistics.ts'
import { orders, ordchg, ordrsp } from './orders.ts'
import { retailerAnswer } from './retailer/answer.ts'
import { retailerCancelledHere } from './retailer/cancelled-here.ts'
import { retailerCancel, retailerChange } from './retailer/change.ts'
import { retailerChangeAnswer } from './retailer/change-answer.ts'
import { retailerDispatch } from './retailer/dispatch.ts'
import { retailerOrders } from './retailer/orders.ts'
import { retailerRejection } from './retailer/rejection.ts'
import { retailerStock } from './retailer/stock.ts'
import { invrpt } from './stock.ts'

export const EDIFACT_DOCUMENTS: readonly EdifactDocument[] = [
  orders,
  ordrsp,
  ordchg,
  ordrspToChange,
  desadv,
  invrpt,
  recadv,
  invoic,
  retailerOrders,
  retailerChange,
  retailerCancel,
  retailerAnswer,
  retailerChangeAnswer,
  retailerCancelledHere,
  retailerDispatch,
  retailerStock,
  retailerRejection,
]
