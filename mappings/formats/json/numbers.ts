/** Whether a JSON number keeps its digits as a JavaScript number. */

/**
 * `exact` (default): a number that would lose digits is an issue; all others are numbers.
 * `text`: integers beyond 2^53 and everything with a point or an exponent come as the text that was sent (`"12.50"`), so
 * decimals are exact; other integers stay numbers.
 */
export type JsonNumbers = 'exact' | 'text'

/**
 * True when reading the literal as a double and writing it again gives another number, and for integers beyond 2^53 even when
 * they happen to be exact: their neighbours are not, so no calculation with them is. `12.50` keeps its value and is false.
 */
export function losesDigits(literal: string): boolean {
  const value = Number(literal)
  if (!Number.isFinite(value)) return true
  if (/^-?\d+$/.test(literal)) return !Number.isSafeInteger(value)
  return normalized(literal) !== normalized(String(value))
}

/** Sign, significant digits and power of ten, without zeros that say nothing. */
function normalized(literal: string): string {
  const [, sign = '', whole = '', fraction = '', exponent = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(literal) ?? []
  const digits = (whole + fraction).replace(/^0+/, '')
  const significant = digits.replace(/0+$/, '')
  if (significant === '') return '0'
  return `${sign}${significant}e${Number(exponent) - fraction.length + (digits.length - significant.length)}`
}
