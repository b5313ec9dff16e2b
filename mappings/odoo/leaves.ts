/** Odoo's own spellings, shared by its maps. */
import { parseInstant } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import type { FulfillmentRequestId } from '#core/model/ids.ts'
import type { Leaf } from '../engine/index.ts'
import { pattern, refuse } from '../engine/index.ts'

export const requestId = pattern<FulfillmentRequestId>('a request id such as ful_…', /^ful_[0-9A-Za-z-]{1,60}$/)

const SHAPE = /^(\d{4}-\d{2}-\d{2}) (\d{2}:\d{2}:\d{2})(?:\.\d{1,6})?$/

/** Odoo's Datetime is UTC text without a zone, in whole seconds: `2026-11-22 09:15:02`. */
export const dateTime: Leaf<string, Instant> = {
  name: 'Odoo date and time',
  read: (raw) => {
    const [, date, time] = (typeof raw === 'string' ? SHAPE.exec(raw) : null) ?? []
    const instant = date === undefined ? undefined : parseInstant(`${date}T${time}.000Z`)
    return (
      instant ??
      refuse({
        rule: 'must be a date and time such as 2026-11-22 09:15:02, in UTC',
        cure: 'Read the field as Odoo gives it; its Datetime fields are UTC.',
        code: 'odoo.date-time',
      })
    )
  },
  write: (value) => odooTime(value),
}

/** An instant as Odoo's domains and fields take it; the part of a second is cut off. */
export const odooTime = (instant: Instant): string => `${instant.slice(0, 10)} ${instant.slice(11, 19)}`
