/**
 * The quick way over clean rows: whole lines of text in, cells out, found by searching instead of judging byte by byte. It gives up
 * on anything odd (a stray quote, a row beyond the cap), and then the careful way (splitter.ts, cells.ts) says what is wrong.
 */

/** `start` is the index of the row's first character; `row` counts as a spreadsheet does, `line` as a text editor. */
export type QuickRow = { cells: string[]; start: number; row: number; line: number }

/** How far the rows go, and the row and line that come next. `consumed` is short of the end when the last row's quotes are open. */
export type QuickRun = { rows: QuickRow[]; consumed: number; row: number; line: number }

const QUOTE = 34
const LF = 10
const CR = 13

/** `text` ends with a line feed; `row` and `line` are those of its first character. Undefined when the text is not clean. */
export function quickRows(
  text: string,
  delimiter: string,
  maxRowChars: number,
  row: number,
  line: number,
): QuickRun | undefined {
  const run: QuickRun = { rows: [], consumed: 0, row, line }
  const clean = text.includes('"')
    ? quotedRows(text, delimiter, maxRowChars, run)
    : plainRows(text, delimiter, maxRowChars, run)
  return clean ? run : undefined
}

/** No quote anywhere: a row is a line, a cell lies between delimiters. */
function plainRows(text: string, delimiter: string, maxRowChars: number, run: QuickRun): boolean {
  let start = 0
  // The next delimiter, found once, though it may lie rows ahead: lines without one must not search the rest again and again.
  let cut = text.indexOf(delimiter)
  for (let feed = text.indexOf('\n'); feed >= 0; feed = text.indexOf('\n', start)) {
    if (feed - start >= maxRowChars) return false
    const end = feed > start && text.charCodeAt(feed - 1) === CR ? feed - 1 : feed
    if (end > start) {
      const cells: string[] = []
      let from = start
      while (cut >= 0 && cut < end) {
        cells.push(text.slice(from, cut))
        from = cut + 1
        cut = text.indexOf(delimiter, from)
      }
      cells.push(text.slice(from, end))
      run.rows.push({ cells, start, row: run.row, line: run.line })
    }
    start = feed + 1
    run.row += 1
    run.line += 1
  }
  run.consumed = start
  return true
}

function quotedRows(text: string, delimiter: string, maxRowChars: number, run: QuickRun): boolean {
  const comma = delimiter.charCodeAt(0)
  let start = 0
  // The next of each sign, searched for once: a long row must not search for it again and again.
  let [cut, feed, quote] = [-1, -1, -1]
  while (start < text.length) {
    const cells: string[] = []
    let from = start
    let next = 0
    let line = run.line + 1
    while (next === 0) {
      if (text.charCodeAt(from) === QUOTE) {
        const close = closingQuote(text, from + 1)
        // The row goes on in bytes that are not here yet.
        if (close < 0) return text.length - start <= maxRowChars
        for (feed = nextOf(text, '\n', from, feed); feed < close; feed = nextOf(text, '\n', feed + 1, feed)) line += 1
        cells.push(unquoted(text, from + 1, close))
        from = close + 2
        next = rowEnd(text, close + 1)
        if (next === 0 && text.charCodeAt(close + 1) !== comma) return false
      } else {
        cut = nextOf(text, delimiter, from, cut)
        feed = nextOf(text, '\n', from, feed)
        quote = nextOf(text, '"', from, quote)
        if (quote < cut && quote < feed) return false
        if (cut < feed) {
          cells.push(text.slice(from, cut))
          from = cut + 1
        } else {
          const end = feed > from && text.charCodeAt(feed - 1) === CR ? feed - 1 : feed
          if (end > start) cells.push(text.slice(from, end))
          next = feed + 1
        }
      }
    }
    if (next - start > maxRowChars) return false
    if (cells.length > 0) run.rows.push({ cells, start, row: run.row, line: run.line })
    start = run.consumed = next
    run.row += 1
    run.line = line
  }
  return true
}

/** Where the sign stands from `from` on, the text's end for nowhere; `known` is the place found last. */
function nextOf(text: string, sign: string, from: number, known: number): number {
  if (known >= from) return known
  const found = text.indexOf(sign, from)
  return found < 0 ? text.length : found
}

/** Index behind the line end at `at`, or 0 when there is none. A carriage return alone ends nothing. */
function rowEnd(text: string, at: number): number {
  const code = text.charCodeAt(at)
  if (code === LF) return at + 1
  return code === CR && text.charCodeAt(at + 1) === LF ? at + 2 : 0
}

function closingQuote(text: string, from: number): number {
  let at = text.indexOf('"', from)
  while (at >= 0 && text.charCodeAt(at + 1) === QUOTE) at = text.indexOf('"', at + 2)
  return at
}

function unquoted(text: string, from: number, to: number): string {
  const cell = text.slice(from, to)
  return cell.includes('"') ? cell.replaceAll('""', '"') : cell
}
