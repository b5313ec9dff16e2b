/** Blanks out what is not code, so that a rule about calls is not broken by a sentence about them. Lines and columns stay. */

export type Masked = {
  /** Without comments; strings as they are. */
  withoutComments: string
  /** Without comments and without the contents of strings, templates and regular expressions. */
  codeOnly: string
}

/** After one of these a slash begins a regular expression; after anything else it divides. */
const BEFORE_REGEX = /(?:[(,=:[!&|?{};+\-*%<>~^]|\b(?:return|typeof|case|in|of|await|yield))\s*$/

export function mask(text: string): Masked {
  const comments: [from: number, to: number][] = []
  const literals: [from: number, to: number][] = []
  /** Depth of braces in each open `${…}`; a template goes on when its brace closes. */
  const templates: number[] = []
  let depth = 0
  let at = 0
  while (at < text.length) {
    const char = text[at]
    const next = text[at + 1]
    if (char === '/' && next === '/') at = note(comments, at, endOf(text, '\n', at))
    else if (char === '/' && next === '*') at = note(comments, at, endOf(text, '*/', at + 2) + 2)
    else if (char === "'" || char === '"') at = note(literals, at + 1, stringEnd(text, at + 1, char)) + 1
    else if (char === '`' || (char === '}' && templates.at(-1) === depth)) {
      if (char === '}') templates.pop()
      const end = templateEnd(text, at + 1)
      at = note(literals, at + 1, end)
      if (text[at] === '$') {
        templates.push(depth)
        at += 2
      } else at += 1
    } else if (char === '/' && BEFORE_REGEX.test(text.slice(Math.max(0, at - 40), at)))
      at = note(literals, at + 1, regexEnd(text, at + 1)) + 1
    else {
      if (char === '{') depth += 1
      else if (char === '}') depth -= 1
      at += 1
    }
  }
  const withoutComments = blank(text, comments)
  return { withoutComments, codeOnly: blank(withoutComments, literals) }
}

function note(ranges: [number, number][], from: number, to: number): number {
  ranges.push([from, to])
  return to
}

function endOf(text: string, mark: string, from: number): number {
  const end = text.indexOf(mark, from)
  return end === -1 ? text.length : end
}

function stringEnd(text: string, from: number, quote: string): number {
  let at = from
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' ? 2 : 1
  return at
}

/** Up to the closing backtick, or to the `$` of the next `${`. */
function templateEnd(text: string, from: number): number {
  let at = from
  while (at < text.length && text[at] !== '`' && !(text[at] === '$' && text[at + 1] === '{'))
    at += text[at] === '\\' ? 2 : 1
  return at
}

/** A slash inside `[…]` does not end a regular expression. */
function regexEnd(text: string, from: number): number {
  let inClass = false
  let at = from
  while (at < text.length && text[at] !== '\n' && (inClass || text[at] !== '/')) {
    if (text[at] === '[') inClass = true
    else if (text[at] === ']') inClass = false
    at += text[at] === '\\' ? 2 : 1
  }
  return at
}

function blank(text: string, ranges: readonly [number, number][]): string {
  let result = ''
  let at = 0
  for (const [from, to] of ranges) {
    result += text.slice(at, from) + text.slice(from, to).replace(/[^\n]/g, ' ')
    at = Math.max(at, to)
  }
  return result + text.slice(at)
}
