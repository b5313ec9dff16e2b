/** Reads EDIFACT interchanges that the hub laid into in/: a CONTRL for each, ORDERS and ORDCHG booked once, the hub's own CONTRLs noted. */
import { describeIssue } from '#core/issue.ts'
import { parseWholeNumber } from '#core/model/quantity.ts'
import { buildContrl, type MessageFindings } from '#mappings/formats/edifact/contrl.ts'
import { readEdifactInterchanges } from '#mappings/formats/edifact/envelope.ts'
import type { EdifactInterchange, EdifactMessage } from '#mappings/formats/edifact/interchange.ts'
import type { EdifactSegment } from '#mappings/formats/edifact/segment.ts'
import type { Desk } from './desk.ts'
import { edifactCorrespondentOf } from './edifact-interchange.ts'
import type { IntakeSetup } from './intake.ts'
import type { Correspondent, Segments } from './interchange.ts'
import type { PurchaseOrder } from './purchase-order.ts'
import { SeenInterchanges } from './seen.ts'

type Receipt = { to: Correspondent; segments: Segments }
/** What a message asks of the desk; `error` is its 0085 in the CONTRL. */
type Wish = { do: (desk: Desk, from: Correspondent) => 'fresh' | 'again' } | { error: string }

/** 0085: missing; no agreement about such messages; invalid value. */
const MISSING = '13'
const NO_AGREEMENT = '17'
const INVALID = '12'

export class EdifactIntake {
  readonly #setup: IntakeSetup
  readonly #desk: Desk
  readonly #seen = new SeenInterchanges<Receipt[]>()

  constructor(setup: IntakeSetup, desk: Desk) {
    this.#setup = setup
    this.#desk = desk
  }

  /** Never throws on bad content: what cannot be used is told as trouble. */
  take(name: string, bytes: Uint8Array): void {
    const { onTrouble, repeats, later, tray } = this.#setup
    const file = readEdifactInterchanges(bytes)
    for (const issue of file.issues) onTrouble(`${name}: ${describeIssue(issue)}`)
    for (const interchange of file.interchanges) {
      for (const issue of interchange.issues) onTrouble(`${name}: ${describeIssue(issue)}`)
      const { sender, receiver, controlReference } = interchange.header
      const seen = this.#seen.look(
        JSON.stringify([sender, receiver, controlReference]),
        bytes.subarray(interchange.byteOffset, interchange.byteEnd),
        () => this.#interchange(interchange),
      )
      if (seen.kind === 'conflict') {
        repeats.add('conflicts')
        onTrouble(`${name}: control reference ${controlReference} came before with other content; held`)
        continue
      }
      if (seen.kind === 'again') repeats.add('interchanges')
      for (const { to, segments } of seen.answer) later(name, () => tray.add('CONTRL', to, segments))
    }
  }

  #interchange(interchange: EdifactInterchange): Receipt[] {
    const { documentsIn, receipts, repeats } = this.#setup
    const from = edifactCorrespondentOf(interchange)
    const findings = new Map<number, MessageFindings>()
    interchange.messages.forEach((message, index) => {
      documentsIn.add(message.header.type)
      if (interchange.issues.length > 0 || message.issues.length > 0) return
      if (message.header.type === 'CONTRL') return receipts.note('UNB', ...statusOf(message))
      const wish = wishOf(message)
      if ('error' in wish) findings.set(index, { faults: [], error: wish.error })
      else if (wish.do(this.#desk, from) === 'again') repeats.add('orders')
    })
    const contrl = buildContrl({ interchange, reference: '1', findings })
    return contrl === null ? [] : [{ to: from, segments: contrl.message.segments }]
  }
}

/** UCI names our interchange and says what became of it; a rejected message in it makes it `P`. */
function statusOf({ segments }: EdifactMessage): [reference: string, status: string] {
  const uci = segments.find(({ id }) => id === 'UCI')
  const isPartly = segments.some((segment) => segment.id === 'UCM' && segment.element(3) === '4')
  return [uci?.element(1) ?? '', uci?.element(4) === '4' ? 'R' : isPartly ? 'P' : 'A']
}

function wishOf(message: EdifactMessage): Wish {
  const { segments, header } = message
  const bgm = segments.find(({ id }) => id === 'BGM')
  if (header.type === 'ORDCHG') {
    const order = referenceOf(segments, 'ON')
    if (order === '') return { error: MISSING }
    const change = { poNumber: order, number: bgm?.component(2, 1) ?? '1', references: referencesOf(segments) }
    if (bgm?.element(3) === '1') return { do: (desk, from) => desk.cancel(change, from) }
    // LIN 2 and 3 with QTY 21: what the line is to have from now on.
    const lines = new Map(linesOf(segments).map((line) => [line.lineId, line.requested]))
    return bgm?.element(3) === '4' && lines.size > 0
      ? { do: (desk, from) => desk.change(change, lines, from) }
      : { error: INVALID }
  }
  if (header.type !== 'ORDERS') return { error: NO_AGREEMENT }
  const lines = linesOf(segments)
  const number = bgm?.component(2, 1) ?? ''
  if (number === '' || lines.length === 0) return { error: MISSING }
  if (lines.some((line) => line.requested < 1 || line.vendorSku === '')) return { error: INVALID }
  const placed = segments.find((segment) => segment.id === 'DTM' && segment.component(1, 1) === '137')
  const order: PurchaseOrder = {
    poNumber: number,
    poDate: placed?.component(1, 2).slice(0, 8) ?? '',
    references: referencesOf(segments),
    shipToName: segments.find((each) => each.id === 'NAD' && each.element(1) === 'DP')?.component(4, 1) ?? '',
    lines,
  }
  return { do: (desk, from) => desk.receive(order, from) }
}

const referencesOf = (segments: readonly EdifactSegment[]): Record<string, string> =>
  Object.fromEntries(segments.filter(({ id }) => id === 'RFF').map((rff) => [rff.component(1, 1), rff.component(1, 2)]))

const referenceOf = (segments: readonly EdifactSegment[], qualifier: string): string =>
  segments.find((each) => each.id === 'RFF' && each.component(1, 1) === qualifier)?.component(1, 2) ?? ''

/** A line is its LIN and what follows up to the next one. */
function linesOf(segments: readonly EdifactSegment[]): PurchaseOrder['lines'] {
  const lines: PurchaseOrder['lines'] = []
  for (const segment of segments) {
    if (segment.id === 'LIN') {
      const vendorSku = segment.component(3, 1)
      lines.push({ lineId: segment.element(1), vendorSku, unit: 'EA', unitPrice: '', requested: 0 })
    }
    const line = lines.at(-1)
    if (line === undefined) continue
    if (segment.id === 'QTY' && segment.component(1, 1) === '21')
      line.requested = parseWholeNumber(segment.component(1, 2)) ?? 0
    if (segment.id === 'PRI' && segment.component(1, 1) === 'AAA') line.unitPrice = segment.component(1, 2)
  }
  return lines
}
