/** Where a row stands. `row` counts as a spreadsheet does (header and blank lines included), `line` as a text editor does. */
export type RowPlace = { row: number; line: number; byteOffset: number }
