/** What an EDIFACT file holds once its envelopes are read: interchanges, groups, messages, each with its own issues. */
import type { Issue } from '#core/issue.ts'
import type { EdifactSegment } from './segment.ts'
import type { EdifactSeparators } from './separators.ts'

/** S002 and S003. `internalId` is the address for the way on (0008, 0014). */
export type EdifactParty = { id: string; qualifier: string; internalId: string }

/** UNB. All values are text; '' where absent. */
export type EdifactEnvelope = {
  /** 0001, e.g. `UNOC`: names the character set. */
  syntaxId: string
  /** 0002, e.g. `3`. */
  syntaxVersion: string
  sender: EdifactParty
  receiver: EdifactParty
  /** YYMMDD; CCYYMMDD in syntax version 4. */
  date: string
  /** HHMM. */
  time: string
  /** 0020: unique for sender and receiver. */
  controlReference: string
  /** S005: password and its qualifier. */
  password: string
  passwordQualifier: string
  /** 0026, e.g. `ORDERS` or a partner's own word. */
  applicationReference: string
  /** 0029. */
  priority: string
  /** 0031 = 1: the sender asks for a CONTRL. */
  acknowledgmentRequested: boolean
  /** 0032, e.g. `EANCOM`. */
  agreementId: string
  /** 0035 = 1: a test. */
  isTest: boolean
}

/** UNH. */
export type EdifactMessageHeader = {
  /** 0062: unique in its interchange. */
  reference: string
  /** 0065, e.g. `ORDERS`. */
  type: string
  /** 0052 and 0054, e.g. `D` and `96A`. */
  version: string
  release: string
  /** 0051, `UN`. */
  agency: string
  /** 0057, the guide's name, e.g. `EAN008`. */
  association: string
  /** 0068. */
  accessReference: string
}

/** One message, UNH to UNT. Fit for use when `issues` is empty; its guide (content) is not checked here. */
export type EdifactMessage = {
  header: EdifactMessageHeader
  /** All segments from UNH to UNT, both included. Position in the message, as UCS counts it, is the index plus one. */
  segments: EdifactSegment[]
  /** The group it lies in; null where the interchange has none, as nearly always. */
  group: EdifactGroup | null
  issues: Issue[]
  /** What was wrong and read all the same because repair was asked for. */
  assumptions: Issue[]
}

/** UNG to UNE. */
export type EdifactGroup = {
  /** 0038, e.g. `ORDERS`. */
  type: string
  reference: string
  ung: EdifactSegment
  issues: Issue[]
}

export type EdifactInterchange = {
  header: EdifactEnvelope
  unb: EdifactSegment
  separators: EdifactSeparators
  /** The nine characters of UNA, or '' where there is none. */
  una: string
  messages: EdifactMessage[]
  groups: EdifactGroup[]
  /** Faults of UNB and UNZ and of what lies between messages. */
  issues: Issue[]
  /** What departs from the standard but was read without doubt about its meaning. */
  tolerated: Issue[]
  assumptions: Issue[]
  /** Line end after a terminator, '' for none: with it, the writer can repeat the file's look. */
  lineEnd: '' | '\n' | '\r\n' | '\r'
  byteOffset: number
  /** Offset of the first byte after the interchange's last segment. */
  byteEnd: number
}

/** `issues` belong to the file as a whole: no interchange found, text between interchanges, an unreadable UNA. */
export type EdifactFile = { interchanges: EdifactInterchange[]; issues: Issue[] }
