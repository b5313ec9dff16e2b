/**
 * Writes one X12 interchange. Widths, padding, counts and trailers are made here; dates and control numbers are handed in.
 * Nothing is written when any value cannot be: a partner never gets a raw delimiter or half a document.
 */
import { excerpt, parsed } from '#core/issue.ts'
import type { Issue, Parsed, Place } from '#core/issue.ts'
import { textCheck } from './characters.ts'
import type { TextCheck, X12CharacterSet, X12Substitutes } from './characters.ts'
import { ISA_WIDTHS } from './headers.ts'
import { isSegmentId } from './segment.ts'
import type { X12Separators } from './separators.ts'
import type { X12Envelope } from './types.ts'
import type { WritableElement, WritableGroup, WritableInterchange, WritableSegment, WritableSet } from './writable.ts'

export type X12WriteOptions = {
  /** After each terminator, for people's eyes: '' (default), '\n' or '\r\n'. */
  lineEnd?: '' | '\n' | '\r\n'
  /** False leaves it out after the last segment. Default true. */
  finalLineEnd?: boolean
  characterSet?: X12CharacterSet
  substitute?: X12Substitutes
  /** Keep empty elements at a segment's end. Default false: the standard suppresses them. */
  keepTrailingEmpty?: boolean
}

/** `substitutions` lists every value that was changed to make it writable: keep it with the document. */
export type X12Written = { bytes: Uint8Array; substitutions: Issue[] }

/** Issues: `x12.write.character`, `x12.write.delimiter`, `x12.write.isa`, `x12.write.segment-id`. */
export function writeX12(interchange: WritableInterchange, options: X12WriteOptions = {}): Parsed<X12Written> {
  return new Composer(interchange, options).compose()
}

class Composer {
  readonly #interchange: WritableInterchange
  readonly #separators: X12Separators
  readonly #check: TextCheck
  readonly #keepTrailing: boolean
  readonly #segmentEnd: string
  readonly #dropAtEnd: number
  readonly #issues: Issue[] = []
  readonly #substitutions: Issue[] = []
  /** Text not yet turned into bytes: kept short, because long strings built piece by piece burden the garbage collector. */
  #out = ''
  readonly #pieces: Buffer[] = []
  /** The segments the current one lies among, to name its occurrence in an issue. */
  #siblings: readonly WritableSegment[] = []

  constructor(interchange: WritableInterchange, options: X12WriteOptions) {
    const { separators } = interchange
    const lineEnd = options.lineEnd ?? ''
    this.#interchange = interchange
    this.#separators = separators
    this.#check = textCheck(separators, options.characterSet ?? 'extended', options.substitute ?? {})
    this.#keepTrailing = options.keepTrailingEmpty ?? false
    this.#segmentEnd = separators.terminator + lineEnd
    this.#dropAtEnd = options.finalLineEnd === false ? lineEnd.length : 0
  }

  compose(): Parsed<X12Written> {
    const { envelope, groups, interchangeAcks = [] } = this.#interchange
    this.#isa(envelope)
    this.#siblings = interchangeAcks
    for (const ack of interchangeAcks) this.#segment(ack)
    for (const group of groups) this.#group(group)
    this.#siblings = []
    this.#segment(['IEA', String(groups.length), padNumber(envelope.controlNumber)])
    if (this.#issues.length > 0) return { ok: false, issues: this.#issues }
    this.#flush()
    const bytes = Buffer.concat(this.#pieces)
    return parsed({ bytes: bytes.subarray(0, bytes.length - this.#dropAtEnd), substitutions: this.#substitutions })
  }

  #isa(envelope: X12Envelope): void {
    const { element, component, repetition } = this.#separators
    const values = [
      envelope.authorization.qualifier,
      envelope.authorization.id,
      envelope.security.qualifier,
      envelope.security.id,
      envelope.sender.qualifier,
      envelope.sender.id,
      envelope.receiver.qualifier,
      envelope.receiver.id,
      envelope.date,
      envelope.time,
      repetition ?? envelope.standardsId,
      envelope.version,
      padNumber(envelope.controlNumber),
      envelope.acknowledgmentRequested ? '1' : '0',
      envelope.usage,
      component ?? element,
    ]
    const fixed = values.map((value, index) => this.#isaElement(value, index + 1))
    this.#out += ['ISA', ...fixed].join(element) + this.#segmentEnd
  }

  #isaElement(value: string, position: number): string {
    const width = ISA_WIDTHS[position - 1] ?? 0
    const isSeparator = position === 16 || (position === 11 && this.#separators.repetition !== null)
    const place: Place = { path: `ISA-${String(position).padStart(2, '0')}`, column: position }
    const badNumber = position === 13 && !/^\d{9}$/.test(value)
    // The two values between qualifiers and the parties' ids are padded with blanks; every other element fills its width.
    const fits = PADDED.has(position) ? value.length <= width : value.length === width
    if (!fits || badNumber) {
      this.#issues.push({
        code: 'x12.write.isa',
        class: 'config',
        place,
        rule: badNumber
          ? 'ISA13 is a number of at most nine digits'
          : `This element has ${PADDED.has(position) ? 'at most ' : ''}${width} characters`,
        value: excerpt(value),
        cure: "Correct the partner's envelope settings",
      })
    }
    return (isSeparator ? value : this.#text(value, place)).padEnd(width)
  }

  #group(group: WritableGroup): void {
    const { header } = group
    const values = [
      header.functionalId,
      header.sender,
      header.receiver,
      header.date,
      header.time,
      header.controlNumber,
      header.agency,
      header.version,
    ]
    this.#siblings = []
    this.#segment(['GS', ...values])
    for (const set of group.sets) this.#set(set)
    this.#siblings = []
    this.#segment(['GE', String(group.sets.length), header.controlNumber])
  }

  #set(set: WritableSet): void {
    const { id, controlNumber, implementation } = set.header
    this.#siblings = set.segments
    this.#segment(implementation === '' ? ['ST', id, controlNumber] : ['ST', id, controlNumber, implementation])
    for (const segment of set.segments) this.#segment(segment)
    this.#segment(['SE', String(set.segments.length + 2), controlNumber])
  }

  #segment(segment: WritableSegment): void {
    const id = segment[0]
    if (!isSegmentId(id)) {
      this.#issues.push({
        code: 'x12.write.segment-id',
        class: 'config',
        place: { path: excerpt(id, 10) },
        rule: 'A segment name has two or three capitals and digits',
        value: excerpt(id),
        cure: 'Correct the map that makes this segment',
      })
    }
    let last = segment.length - 1
    if (!this.#keepTrailing) while (last > 0 && isEmptyElement(segment[last] ?? '')) last -= 1
    let text = id
    for (let position = 1; position <= last; position += 1) {
      text += this.#separators.element + this.#element(segment[position] ?? '', segment, position)
    }
    this.#out += text + this.#segmentEnd
    if (this.#out.length > PIECE_CHARACTERS) this.#flush()
  }

  #flush(): void {
    this.#pieces.push(Buffer.from(this.#out, 'latin1'))
    this.#out = ''
  }

  #element(element: WritableElement, segment: WritableSegment, position: number): string {
    if (typeof element === 'string' && this.#check(element).kind === 'clean') return element
    const place = (): Place => ({
      path: `${this.#name(segment)}-${String(position).padStart(2, '0')}`,
      column: position,
    })
    if (typeof element === 'string') return this.#text(element, place)
    if ('repetitions' in element) {
      const parts = element.repetitions.map((one) =>
        typeof one === 'string'
          ? this.#text(one, place)
          : this.#joined(one, this.#separators.component, 'component', place),
      )
      return this.#join(parts, this.#separators.repetition, 'repetition', place)
    }
    return this.#joined(element, this.#separators.component, 'component', place)
  }

  #joined(parts: readonly string[], separator: string | null, kind: string, place: () => Place): string {
    return this.#join(
      parts.map((part) => this.#text(part, place)),
      separator,
      kind,
      place,
    )
  }

  #join(parts: readonly string[], separator: string | null, kind: string, place: () => Place): string {
    if (separator !== null || parts.length < 2) return parts.join(separator ?? '')
    this.#issues.push({
      code: 'x12.write.delimiter',
      class: 'config',
      place: place(),
      rule: `An element in several parts needs a ${kind} separator, and this interchange has none`,
      value: excerpt(parts.join(' | ')),
      cure: `Give the partner's profile a ${kind} separator`,
    })
    return parts.join('')
  }

  #text(text: string, place: Place | (() => Place)): string {
    const checked = this.#check(text)
    if (checked.kind === 'clean') return text
    const where = typeof place === 'function' ? place() : place
    if (checked.kind === 'substituted') {
      this.#substitutions.push({
        code: 'x12.write.substituted',
        class: 'data',
        place: where,
        rule: 'A character that X12 cannot carry was replaced by the partner rule',
        value: excerpt(text),
        cure: `It was sent as "${excerpt(checked.text)}"`,
      })
      return checked.text
    }
    this.#issues.push(refused(checked.character, text, where, this.#separators))
    return text
  }

  #name(segment: WritableSegment): string {
    const at = this.#siblings.indexOf(segment)
    if (at < 0) return segment[0]
    return `${segment[0]}[${this.#siblings.slice(0, at + 1).filter((other) => other[0] === segment[0]).length}]`
  }
}

const PIECE_CHARACTERS = 16_384

/** ISA02, ISA04, ISA06, ISA08. */
const PADDED = new Set([2, 4, 6, 8])

const padNumber = (controlNumber: string): string => controlNumber.padStart(9, '0')

function isEmptyElement(element: WritableElement): boolean {
  if (typeof element === 'string') return element === ''
  if ('repetitions' in element) return element.repetitions.every(isEmptyElement)
  return element.every((part) => part === '')
}

function refused(character: string, text: string, place: Place, separators: X12Separators): Issue {
  const delimiter = [separators.element, separators.component, separators.repetition, separators.terminator].some(
    (own) => own?.includes(character),
  )
  const code = character.codePointAt(0)?.toString(16).toUpperCase().padStart(4, '0') ?? ''
  return {
    code: delimiter ? 'x12.write.delimiter' : 'x12.write.character',
    class: 'data',
    place,
    rule: delimiter
      ? `Data holds no delimiter of its interchange, here ${JSON.stringify(character)}`
      : `Data holds only characters of the agreed set, not ${JSON.stringify(character)} (U+${code})`,
    value: excerpt(text),
    cure: "Correct the value, or give the partner's profile a substitute for this character",
  }
}
