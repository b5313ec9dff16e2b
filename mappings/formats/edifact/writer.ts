/**
 * Writes one EDIFACT interchange. UNA, counts and trailers are made here; dates and references are handed in. Service characters in
 * data are released; what the declared character set cannot hold is refused or substituted, never sent as something else.
 */
import { excerpt, parsed } from '#core/issue.ts'
import type { Issue, Parsed, Place } from '#core/issue.ts'
import { encode } from './charset.ts'
import type { EdifactEnvelope } from './interchange.ts'
import type { EdifactSeparators } from './separators.ts'
import { LEVEL_A, serviceCharacters, withSyntax } from './separators.ts'
import { escaped } from '../edi/window.ts'
import type { WritableEdifact, WritableEdifactElement, WritableEdifactSegment } from './writable.ts'

export type EdifactWriteOptions = {
  /** After each terminator, for people's eyes: '' (default), '\n' or '\r\n'. */
  lineEnd?: '' | '\n' | '\r\n' | '\r'
  /** False leaves it out after the last segment. Default true. */
  finalLineEnd?: boolean
  /** Per partner: the character to replace → what stands in its place, e.g. `{ 'é': 'e' }`. */
  substitute?: Readonly<Record<string, string>>
  /** UNOA has capitals only; true sends it lower case too, as many partners do. Default false. */
  lowerCase?: boolean
  /** Keep empty elements and components at the end. Default false: the standard leaves them out. */
  keepTrailingEmpty?: boolean
  /**
   * UNA: `auto` (default) writes one where the service characters are not those of level A, `always`, `never`, or the nine
   * characters themselves.
   */
  una?: string
}

/** `substitutions` lists every value that was changed to make it writable: keep it with the document. */
export type EdifactWritten = { bytes: Uint8Array; substitutions: Issue[] }

/** UNT has six digits: a message of more segments has to be split before it is written (split.ts). */
export const MAX_MESSAGE_SEGMENTS = 999_999

const PIECE_CHARACTERS = 16_384

/** Issues: `edifact.write.character`, `edifact.write.delimiter`, `edifact.write.tag`, `edifact.write.too-long`, `edifact.write.repetition`. */
export function writeEdifact(interchange: WritableEdifact, options: EdifactWriteOptions = {}): Parsed<EdifactWritten> {
  return new Composer(interchange, options).compose()
}

class Composer {
  readonly #interchange: WritableEdifact
  readonly #options: EdifactWriteOptions
  readonly #separators: EdifactSeparators
  readonly #special: RegExp
  readonly #segmentEnd: string
  readonly #keep: boolean
  readonly #issues: Issue[] = []
  readonly #substitutions: Issue[] = []
  #out = ''
  readonly #pieces: Buffer[] = []
  #siblings: readonly WritableEdifactSegment[] = []

  constructor(interchange: WritableEdifact, options: EdifactWriteOptions) {
    this.#interchange = interchange
    this.#options = options
    this.#keep = options.keepTrailingEmpty ?? false
    this.#separators = withSyntax(interchange.separators ?? LEVEL_A, interchange.envelope.syntaxVersion)
    this.#special = new RegExp(`[^\\x20-\\x7e]|[${serviceCharacters(this.#separators).map(escaped).join('')}]`)
    this.#segmentEnd = this.#separators.terminator + (options.lineEnd ?? '')
  }

  compose(): Parsed<EdifactWritten> {
    const { envelope, messages } = this.#interchange
    this.#out = this.#una()
    this.#segment(unbOf(envelope), false)
    for (const message of messages) {
      const { reference, type, version, release, agency, association, accessReference } = message.header
      this.#siblings = message.segments
      if (message.segments.length + 2 > MAX_MESSAGE_SEGMENTS) this.#tooLong(message.segments.length + 2)
      this.#segment(['UNH', reference, [type, version, release, agency, association], accessReference], false)
      for (const segment of message.segments) this.#segment(segment)
      this.#siblings = []
      this.#segment(['UNT', String(message.segments.length + 2), reference])
    }
    this.#segment(['UNZ', String(messages.length), envelope.controlReference])
    if (this.#issues.length > 0) return { ok: false, issues: this.#issues }
    this.#flush()
    const bytes = Buffer.concat(this.#pieces)
    const dropped = this.#options.finalLineEnd === false ? (this.#options.lineEnd ?? '').length : 0
    return parsed({ bytes: bytes.subarray(0, bytes.length - dropped), substitutions: this.#substitutions })
  }

  #una(): string {
    const wanted = this.#options.una ?? 'auto'
    if (wanted === 'never') return ''
    if (wanted !== 'auto' && wanted !== 'always') return wanted
    const { component, element, decimal, release, repetition, terminator } = this.#separators
    const isLevelA =
      component === ':' &&
      element === '+' &&
      decimal === '.' &&
      release === '?' &&
      terminator === "'" &&
      (repetition ?? '*') === '*'
    if (wanted === 'auto' && isLevelA) return ''
    return `UNA${component}${element}${decimal}${release ?? ' '}${repetition ?? ' '}${this.#segmentEnd}`
  }

  /** `keep` false for UNB and UNH: their absent parts are no empty elements. */
  #segment(segment: WritableEdifactSegment, keep = this.#keep): void {
    const id = segment[0]
    if (!/^[A-Z][A-Z0-9]{2}$/.test(id)) this.#issues.push(badTag(id))
    let last = segment.length - 1
    if (!keep) while (last > 0 && isEmpty(segment[last] ?? '')) last -= 1
    let text = id
    for (let position = 1; position <= last; position += 1)
      text += this.#separators.element + this.#element(segment[position] ?? '', segment, position, keep)
    this.#out += text + this.#segmentEnd
    if (this.#out.length > PIECE_CHARACTERS) this.#flush()
  }

  #flush(): void {
    this.#pieces.push(Buffer.from(this.#out, 'latin1'))
    this.#out = ''
  }

  #element(element: WritableEdifactElement, segment: WritableEdifactSegment, position: number, keep: boolean): string {
    if (typeof element === 'string') return this.#text(element, segment, position)
    if (!('repetitions' in element)) return this.#composite(element, segment, position, keep)
    const parts = element.repetitions.map((one) =>
      typeof one === 'string' ? this.#text(one, segment, position) : this.#composite(one, segment, position, keep),
    )
    if (this.#separators.repetition === null && parts.length > 1)
      this.#issues.push(cannotRepeat(this.#place(segment, position), parts.join(' | ')))
    return parts.join(this.#separators.repetition ?? '')
  }

  #composite(parts: readonly string[], segment: WritableEdifactSegment, position: number, keep: boolean): string {
    let last = parts.length
    if (!keep) while (last > 1 && parts[last - 1] === '') last -= 1
    let text = ''
    for (let i = 0; i < last; i += 1)
      text += (i === 0 ? '' : this.#separators.component) + this.#text(parts[i] ?? '', segment, position)
    return text
  }

  #text(text: string, segment: WritableEdifactSegment, position: number): string {
    if (!this.#special.test(text) && this.#interchange.envelope.syntaxId !== 'UNOA') return text
    const encoded = this.#encode(text) ?? this.#substituted(text, segment, position)
    return this.#released(encoded, text, segment, position)
  }

  #encode(text: string): string | undefined {
    return encode(text, this.#interchange.envelope.syntaxId, this.#options.lowerCase)
  }

  #substituted(text: string, segment: WritableEdifactSegment, position: number): string {
    const { syntaxId } = this.#interchange.envelope
    let out = ''
    for (const character of text) {
      const own = this.#encode(character)
      const other = this.#options.substitute?.[character]
      const replaced = own ?? (other === undefined ? undefined : this.#encode(other))
      if (replaced === undefined) {
        this.#issues.push(refusedCharacter(character, text, this.#place(segment, position), syntaxId))
        return ''
      }
      out += replaced
    }
    this.#substitutions.push(substitutedIssue(text, out, this.#place(segment, position)))
    return out
  }

  #released(encoded: string, text: string, segment: WritableEdifactSegment, position: number): string {
    const { release } = this.#separators
    let out = ''
    for (const character of encoded) {
      if (!serviceCharacters(this.#separators).includes(character)) out += character
      else if (release !== null) out += release + character
      else {
        this.#issues.push(refusedDelimiter(character, text, this.#place(segment, position)))
        return ''
      }
    }
    return out
  }

  #place(segment: WritableEdifactSegment, position: number): Place {
    const at = this.#siblings.indexOf(segment)
    const nth = at < 0 ? '' : `[${this.#siblings.slice(0, at + 1).filter((other) => other[0] === segment[0]).length}]`
    return { path: `${segment[0]}${nth}-${String(position).padStart(2, '0')}`, column: position }
  }

  #tooLong(count: number): void {
    this.#issues.push({
      code: 'edifact.write.too-long',
      class: 'config',
      place: { path: 'UNT-01' },
      rule: `A message has at most ${MAX_MESSAGE_SEGMENTS} segments`,
      value: String(count),
      cure: 'Split the feed into several messages',
    })
  }
}

function unbOf(envelope: EdifactEnvelope): WritableEdifactSegment {
  const { sender, receiver } = envelope
  return [
    'UNB',
    [envelope.syntaxId, envelope.syntaxVersion],
    [sender.id, sender.qualifier, sender.internalId],
    [receiver.id, receiver.qualifier, receiver.internalId],
    [envelope.date, envelope.time],
    envelope.controlReference,
    [envelope.password, envelope.passwordQualifier],
    envelope.applicationReference,
    envelope.priority,
    envelope.acknowledgmentRequested ? '1' : '',
    envelope.agreementId,
    envelope.isTest ? '1' : '',
  ]
}

function isEmpty(element: WritableEdifactElement): boolean {
  if (typeof element === 'string') return element === ''
  if ('repetitions' in element) return element.repetitions.every(isEmpty)
  return element.every((part) => part === '')
}

const badTag = (id: string): Issue => ({
  code: 'edifact.write.tag',
  class: 'config',
  place: { path: excerpt(id, 10) },
  rule: 'A tag has three capitals and digits',
  value: excerpt(id),
  cure: 'Correct the map that makes this segment',
})

const refusedCharacter = (character: string, text: string, place: Place, syntaxId: string): Issue => ({
  code: 'edifact.write.character',
  class: 'data',
  place,
  rule: `Data holds only characters of ${syntaxId}, not ${JSON.stringify(character)}`,
  value: excerpt(text),
  cure: "Correct the value, give the partner's profile a substitute for this character, or agree on a wider set (UNOC, UNOY)",
})

const refusedDelimiter = (character: string, text: string, place: Place): Issue => ({
  code: 'edifact.write.delimiter',
  class: 'data',
  place,
  rule: `Data holds no service character, here ${JSON.stringify(character)}: this interchange has no release character`,
  value: excerpt(text),
  cure: "Correct the value, or give the partner's profile a release character",
})

const substitutedIssue = (text: string, sent: string, place: Place): Issue => ({
  code: 'edifact.write.substituted',
  class: 'data',
  place,
  rule: 'A character that the declared set cannot hold was replaced by the partner rule',
  value: excerpt(text),
  cure: `It was sent as "${excerpt(sent)}"`,
})

const cannotRepeat = (place: Place, value: string): Issue => ({
  code: 'edifact.write.repetition',
  class: 'config',
  place,
  rule: 'An element that repeats needs syntax version 4 or a repetition separator, and this interchange has none',
  value: excerpt(value),
  cure: "Set syntax version 4 in the partner's profile, or repeat the segment",
})
