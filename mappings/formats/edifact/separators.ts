/** The service characters of one EDIFACT interchange, and how they are found: UNA, or else the UNB itself (ISO 9735). */

export type EdifactSeparators = {
  /** Between components of an element, `:`. */
  component: string
  /** Between elements, `+`. */
  element: string
  /** Decimal mark, `.` or `,`. */
  decimal: '.' | ','
  /** Takes the meaning from the character after it, `?`. Null where the interchange has none. */
  release: string | null
  /** Between repetitions of an element, `*`; from syntax version 4 on, null before. */
  repetition: string | null
  /** Ends a segment, `'`. */
  terminator: string
}

/** Level A, where there is no UNA. `repetition` holds from syntax version 4 on (see `withSyntax`). */
export const LEVEL_A: EdifactSeparators = {
  component: ':',
  element: '+',
  decimal: '.',
  release: '?',
  repetition: null,
  terminator: "'",
}

/** Level B in syntax versions 1 and 2: the control characters IS1, IS3 and IS4, and nothing to release. */
const LEVEL_B: EdifactSeparators = {
  component: '\x1f',
  element: '\x1d',
  decimal: ',',
  release: null,
  repetition: null,
  terminator: '\x1c',
}

/** UNA and its six characters. */
export const UNA_LENGTH = 9

/** Reads a UNA of nine characters; a string tells what is wrong with it. */
export function readUna(una: string): EdifactSeparators | string {
  const [component = '', element = '', decimal = '', release = '', repetition = '', terminator = ''] = una.slice(3)
  const own = [component, element, terminator, ...(release === ' ' ? [] : [release])]
  if (new Set(own).size < own.length) return 'The service characters of UNA differ from each other'
  if (own.some((character) => /[A-Za-z0-9]/.test(character)))
    return 'A service character of UNA is no letter and no digit'
  return {
    component,
    element,
    // Some senders put a blank or a zero here; ISO 9735:4 tells readers to ignore the mark and take both.
    decimal: decimal === ',' ? ',' : '.',
    release: release === ' ' ? null : release,
    repetition: repetition === ' ' || own.includes(repetition) || /[A-Za-z0-9]/.test(repetition) ? null : repetition,
    terminator,
  }
}

/** Without UNA: the character after `UNB` says which level it is. Undefined: neither. */
export function separatorsOfUnb(afterUnb: string): EdifactSeparators | undefined {
  if (afterUnb === LEVEL_A.element) return LEVEL_A
  if (afterUnb === LEVEL_B.element) return LEVEL_B
  return undefined
}

/** Syntax version 4 has a repetition separator, `*` unless UNA names another; versions before have none. */
export function withSyntax(separators: EdifactSeparators, syntaxVersion: string): EdifactSeparators {
  if (syntaxVersion < '4') return separators.repetition === null ? separators : { ...separators, repetition: null }
  if (separators.repetition !== null) return separators
  const taken = [separators.component, separators.element, separators.release, separators.terminator]
  return taken.includes('*') ? separators : { ...separators, repetition: '*' }
}

/** Those that are in use, without the decimal mark. */
export const serviceCharacters = (separators: EdifactSeparators): string[] =>
  [separators.component, separators.element, separators.release, separators.repetition, separators.terminator].filter(
    (character) => character !== null,
  )
