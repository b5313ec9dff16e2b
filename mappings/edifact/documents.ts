/** Every EDIFACT message that the hub can read or write. */
import { ordrspToChange } from './change-answer.ts'
import type { EdifactDocument } from './document.ts'
import { invoic } from './invoice.ts'
import { desadv, recadv } from './logistics.ts'
import { orders, ordchg, ordrsp } from './orders.ts'
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
]
