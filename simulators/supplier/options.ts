/** How a simulated supplier is set up and how badly it may behave. */
import type { Instant } from '#core/model/time.ts'
import type { X12Separators } from '#mappings/formats/x12/separators.ts'
import type { SftpLogin } from '../kit/sftp/server.ts'

/** What the supplier waits for before it takes the step. */
export type SupplierStep = 'acknowledge' | 'answer' | 'ship'

/** Shares are chances from 0 to 1, drawn for each order or file on its own. */
export type SupplierManners = FileManners & {
  /** Orders that are refused whole. */
  rejectShare: number
  /** Orders of which one line gets a unit less than there is stock for. */
  partialShare: number
  /** Orders promised a week later than usual (855 code IB); they are shipped all the same. */
  backorderShare: number
  /** Orders that get their 997 and never an 855 or 856. */
  neverAnswerShare: number
}

/** How files are laid out. */
export type FileManners = {
  /** Files written in two pieces under their final name, with a pause of `halfWrittenMs` in between. */
  halfWritten: number
  halfWrittenMs: number
  /** Files that appear a second time under another name, byte for byte. */
  duplicateFiles: number
  /** Files whose trailer names another control number. The right file follows under a new number. */
  wrongControlNumber: number
  /** Files that are accompanied by one that is no X12 at all. */
  garbageFile: number
}

export const GOOD_FILES: FileManners = {
  halfWritten: 0,
  halfWrittenMs: 200,
  duplicateFiles: 0,
  wrongControlNumber: 0,
  garbageFile: 0,
}

export const GOOD_MANNERS: SupplierManners = {
  rejectShare: 0,
  partialShare: 0,
  backorderShare: 0,
  neverAnswerShare: 0,
  ...GOOD_FILES,
}

export type OpeningStock = { vendorSku: string; onHand: number }

export const STAR_SEPARATORS: X12Separators = { element: '*', component: '>', repetition: null, terminator: '~' }

export type Standard = 'x12' | 'edifact'

/** What any partner of this folder is set up with. */
export type PartnerOptions = {
  /** Its own code of the place whose stock it reports. Default: its name in capitals. */
  place?: string
  /** Short name; begins shipment and tracking numbers and file names. */
  name: string
  /** ISA05/06 of what the supplier sends, and its GS02; with EDIFACT, S002 of UNB. */
  identity: { qualifier: string; id: string }
  stock: readonly OpeningStock[]
  /** Numbers from 0 to below 1. Seeded by the caller: the supplier has no other source of chance. */
  random: () => number
  /** SCAC of its carrier. Default UPSN. */
  carrier?: string
  /** Most transaction sets in one file. Default 50. */
  setsPerFile?: number
  /** How often in/ is looked at. Default 20 ms. */
  pollMs?: number
  /** First ISA13 and GS06. Default 1. */
  firstControlNumber?: number
  /** A repetition separator is sent from version 00402 on only. */
  separators?: X12Separators
  now?: () => Instant
}

/** Serves a folder of its own by SFTP. */
export type Served = {
  serve?: true
  login: SftpLogin
  hostKey?: string
  host?: string
  port?: number
}

/** Works on a folder that someone else serves (OpenSSH in the compose file); `in`, `out` and `archive` are made in it. */
export type InFolder = { serve: false; folder: string }

type OfSupplier = PartnerOptions & {
  /** Which papers it trades. Default X12. */
  standard?: Standard
  manners?: Partial<SupplierManners>
  /** How long a step takes, in milliseconds. Default 0. `subject` is the purchase order, for `acknowledge` the file. */
  delayMs?: (step: SupplierStep, subject: string) => number
  /** Most units in one carton. Default 10. */
  unitsPerCarton?: number
  /** Vendor SKUs whose lines are packed at once: a change of them is refused, each line by itself. */
  packed?: readonly string[]
}

export type ServedSupplier = OfSupplier & Served
export type SupplierOptions = OfSupplier & (Served | InFolder)
