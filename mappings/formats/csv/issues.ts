/** The sentences of CSV faults. */
import { excerpt } from '#core/issue.ts'
import type { Issue, Place } from '#core/issue.ts'
import type { RowPlace } from './row-place.ts'

const at = ({ row, line, byteOffset }: RowPlace, column?: string | number): Place => ({
  path: column === undefined ? `row ${row}` : `row ${row}, column ${column}`,
  byteOffset,
  line,
})

const issue = (code: string, place: Place, rule: string, value: string | undefined, cure: string): Issue => ({
  code,
  class: 'data',
  place,
  rule,
  ...(value === undefined ? {} : { value: excerpt(value) }),
  cure,
})

export const badQuote = (place: RowPlace, rule: string, value: string): Issue =>
  issue('csv.quote', at(place), rule, value, 'Put the cell in quotes and double each quote inside it')

export const unclosedQuote = (place: RowPlace, value: string): Issue =>
  issue(
    'csv.quote',
    at(place),
    'A quote that opens a cell is closed',
    value,
    'Close the quote; the lines after it were read as rows of their own',
  )

export const rowTooLong = (place: RowPlace, limit: number, value: string): Issue =>
  issue(
    'csv.row-too-long',
    at(place),
    `A row has at most ${limit} bytes`,
    value,
    'Check delimiter and line ends, or raise the limit for this partner',
  )

export const nul = (place: RowPlace, value: string): Issue =>
  issue('csv.nul', at(place), 'A row holds no NUL', JSON.stringify(value), 'Have the sender write plain text in UTF-8')

export const badEncoding = (place: RowPlace, value: string): Issue =>
  issue(
    'csv.encoding',
    at(place),
    'Text is UTF-8',
    value,
    'Have the sender write UTF-8, or declare latin-1 for this partner',
  )

export const utf16 = (): Issue =>
  issue(
    'csv.encoding',
    { path: 'file', byteOffset: 0, line: 1 },
    'Text is UTF-8, not UTF-16',
    undefined,
    'Have the sender save the file as CSV UTF-8',
  )

export const unreadableRow = (place: RowPlace, message: string): Issue =>
  issue('csv.syntax', at(place), 'A row follows RFC 4180', message, 'Correct the row')

export const wrongCellCount = (place: RowPlace, found: number, expected: number): Issue =>
  issue(
    'csv.cell-count',
    at(place),
    `A row has as many cells as the header, here ${expected}`,
    `${found} cells`,
    'Look for a delimiter inside a cell without quotes, or a cell that is missing',
  )

export const noHeader = (): Issue =>
  issue(
    'csv.no-header',
    { path: 'file', byteOffset: 0, line: 1 },
    'The first row names the columns',
    undefined,
    'Send the file with its header row; an empty file says nothing',
  )

export const missingColumn = (place: RowPlace, name: string, found: readonly string[]): Issue => ({
  ...issue(
    'csv.missing-column',
    at(place, name),
    `There is a column ${name}`,
    found.join(', '),
    'Add the column, or map it in the partner profile',
  ),
  subject: name,
})

export const duplicateColumn = (place: RowPlace, name: string, position: number): Issue => ({
  ...issue(
    'csv.duplicate-column',
    { ...at(place, name), column: position },
    'A column name stands once',
    name,
    'Rename or remove one of the two',
  ),
  subject: name,
})

export const unknownColumn = (place: RowPlace, name: string, position: number): Issue => ({
  ...issue(
    'csv.unknown-column',
    { ...at(place, name), column: position },
    'Only agreed columns are sent',
    name,
    'Remove the column, or add it to the partner profile',
  ),
  subject: name,
})
