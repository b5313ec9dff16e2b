/** ISA, GS and ST segments as values. */
import type { Issue } from '#core/issue.ts'
import { placeIn } from './place.ts'
import type { X12Segment } from './segment.ts'
import type { X12Envelope, X12GroupHeader, X12SetHeader } from './types.ts'

export function envelopeOf(isa: X12Segment): X12Envelope {
  const value = (position: number): string => isa.element(position).trimEnd()
  return {
    authorization: { qualifier: value(1), id: value(2) },
    security: { qualifier: value(3), id: value(4) },
    sender: { qualifier: value(5), id: value(6) },
    receiver: { qualifier: value(7), id: value(8) },
    date: value(9),
    time: value(10),
    standardsId: value(11),
    version: value(12),
    controlNumber: value(13),
    acknowledgmentRequested: value(14) === '1',
    usage: value(15),
  }
}

export const groupHeaderOf = (gs: X12Segment): X12GroupHeader => ({
  functionalId: gs.element(1),
  sender: gs.element(2),
  receiver: gs.element(3),
  date: gs.element(4),
  time: gs.element(5),
  controlNumber: gs.element(6),
  agency: gs.element(7),
  version: gs.element(8),
})

export const setHeaderOf = (st: X12Segment): X12SetHeader => ({
  id: st.element(1),
  controlNumber: st.element(2),
  implementation: st.element(3),
})

/** Widths of ISA01 to ISA16; the segment is the only one of fixed width. */
export const ISA_WIDTHS: readonly number[] = [2, 10, 2, 10, 2, 15, 2, 15, 6, 4, 1, 5, 9, 1, 1, 1]

/** Departures from the fixed widths. They are common and harmless, because elements are found by counting. */
export function isaWidthNotes(isa: X12Segment): Issue[] {
  const elements = isa.elements()
  const notes: Issue[] = []
  ISA_WIDTHS.forEach((width, index) => {
    const value = elements[index] ?? ''
    // ISA16 repeats the element separator in some files and is then cut as two empty elements.
    if (index === 15 || value.length === width) return
    notes.push({
      code: 'x12.isa.width',
      class: 'data',
      place: placeIn(isa, index + 1),
      rule: `ISA${String(index + 1).padStart(2, '0')} has ${width} characters`,
      value,
      cure: 'Nothing to do here: it was read as it stands. Tell the partner when stricter readers complain',
    })
  })
  return notes
}
