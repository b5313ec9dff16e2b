/** ShipHero's own spellings, shared by its maps. */
import { parseInstant } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import type { Leaf } from '../engine/index.ts'
import { refuse } from '../engine/index.ts'

const SHAPE = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}:\d{2})(?:\.\d{1,6})?(Z|[+-]\d{2}:\d{2})?$/

/** ShipHero's ISODateTime, with a blank or a T between, mostly without a zone: then it is UTC. */
export const dateTime: Leaf<string, Instant> = {
  name: 'ShipHero date and time',
  read: (raw) => {
    const [, date, time, zone = 'Z'] = (typeof raw === 'string' ? SHAPE.exec(raw) : null) ?? []
    const instant = date === undefined ? undefined : parseInstant(`${date}T${time}.000${zone}`)
    return (
      instant ??
      refuse({
        rule: 'must be a date and time such as 2026-11-22 09:15:02, in UTC',
        cure: 'Send the field as ShipHero gives it.',
        code: 'shiphero.date-time',
      })
    )
  },
  write: (value) => `${value.slice(0, 10)} ${value.slice(11, 19)}`,
}

/** What ShipHero keeps for a line of ours: the request, the line's number and the units that were asked for. */
export type LineRef = { requestId: string; lineNo: number; asked: number }

const LINE_REF = /^(ful_[0-9A-Za-z-]{1,60})\.([1-9]\d{0,8})\.([1-9]\d{0,8})$/

/**
 * `ful_….2.3`: line 2 of the request, 3 units. The units are in it because ShipHero tells what a line has now, and the hub's answers state
 * whole lines: what was dropped earlier stays refused.
 */
export const lineRefText = ({ requestId, lineNo, asked }: LineRef): string => `${requestId}.${lineNo}.${asked}`

/** Undefined for lines that are not the hub's, such as a kit's components or what a person added. */
export function lineRefOf(id: unknown): LineRef | undefined {
  const [, requestId, lineNo, asked] = (typeof id === 'string' ? LINE_REF.exec(id) : null) ?? []
  return requestId === undefined ? undefined : { requestId, lineNo: Number(lineNo), asked: Number(asked) }
}

/** Whether an order came from the hub. */
export const isOurs = (partnerOrderId: unknown): partnerOrderId is string =>
  typeof partnerOrderId === 'string' && /^ful_[0-9A-Za-z-]{1,60}$/.test(partnerOrderId)

export const notOurLine = refuse({
  rule: 'must be the partner_line_item_id of a line that came from the hub',
  cure: 'Leave the partner ids of the hub’s orders as they are in ShipHero.',
  code: 'shiphero.line-id',
})
