/** The envelope of an X12 interchange as values. The reader fills these, the writer takes the same. All values are text. */

export type X12Party = { qualifier: string; id: string }

/** ISA. Values without the padding of the fixed widths. */
export type X12Envelope = {
  /** ISA01/02 and ISA03/04; `00` and '' when unused, as nearly always. */
  authorization: X12Party
  security: X12Party
  sender: X12Party
  receiver: X12Party
  /** YYMMDD. */
  date: string
  /** HHMM. */
  time: string
  /** ISA11 where it is no repetition separator: `U` up to version 00401. */
  standardsId: string
  /** ISA12, e.g. `00401`. */
  version: string
  /** ISA13, up to nine digits. */
  controlNumber: string
  /** ISA14 = 1: the sender asks for a TA1. */
  acknowledgmentRequested: boolean
  /** ISA15: `P` production, `T` test, `I` information. */
  usage: string
}

/** GS. */
export type X12GroupHeader = {
  /** GS01, e.g. `PO` for 850, `FA` for 997. */
  functionalId: string
  sender: string
  receiver: string
  /** CCYYMMDD (YYMMDD before 004010). */
  date: string
  time: string
  /** GS06. */
  controlNumber: string
  /** GS07, `X` for X12. */
  agency: string
  /** GS08, e.g. `004010VICS`. */
  version: string
}

/** ST. */
export type X12SetHeader = {
  /** ST01, e.g. `850`. */
  id: string
  /** ST02, unique in its group. */
  controlNumber: string
  /** ST03, the guide's name, from 005010 on; '' where absent. */
  implementation: string
}
