/** A set checked segment by segment, none of it kept, has the same faults at the same places as one that is kept whole. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { EdifactEnvelopeBuilder } from '../edifact/envelope-builder.ts'
import { EdifactScanner } from '../edifact/scanner.ts'
import { edifactMessagesAsTheyCome, validateEdifactMessage } from '../guides/edifact/validator.ts'
import { validateX12Set, x12SetsAsTheyCome } from '../guides/x12/validator.ts'
import { X12EnvelopeBuilder } from '../x12/envelope-builder.ts'
import { X12Scanner } from '../x12/scanner.ts'
import { NumbersSeen } from './numbers-seen.ts'

const examples = (standard: string, name: string): Buffer =>
  readFileSync(join(import.meta.dirname, '../..', standard, 'examples', name))
const FILES = {
  x12: ['answer-855.in.edi', 'shipment-856.in.edi', '846.in.edi', '945.in.edi', '865.in.edi'].map((name) =>
    examples('x12', name),
  ),
  edifact: ['orders.in.edi', 'desadv.in.edi', 'invrpt.in.edi'].map((name) => examples('edifact', name)),
}

function x12(bytes: Uint8Array, streamed: boolean): unknown[] {
  const found: unknown[] = []
  const checked = x12SetsAsTheyCome()
  const builder = new X12EnvelopeBuilder(
    ({ groups, issues, tolerated }) => found.push({ issues, tolerated, groups: groups.map((group) => group.issues) }),
    {
      drop: streamed,
      countOnly: streamed,
      ...(streamed ? { onSegment: checked.onSegment } : {}),
      onSet: (set, group) =>
        found.push(set.issues, streamed ? checked.verdict() : validateX12Set(set, group.header.version)),
    },
  )
  const scanner = new X12Scanner(builder)
  scanner.push(bytes)
  scanner.end()
  builder.end()
  return [...found, builder.fileIssues]
}

function edifact(bytes: Uint8Array, streamed: boolean): unknown[] {
  const found: unknown[] = []
  const checked = edifactMessagesAsTheyCome()
  const builder = new EdifactEnvelopeBuilder(
    ({ groups, issues, tolerated }) => found.push({ issues, tolerated, groups: groups.map((group) => group.issues) }),
    {
      drop: streamed,
      countOnly: streamed,
      ...(streamed ? { onSegment: checked.onSegment } : {}),
      onMessage: (message) =>
        found.push(message.issues, streamed ? checked.verdict() : validateEdifactMessage(message)),
    },
  )
  const scanner = new EdifactScanner(builder)
  scanner.push(bytes)
  scanner.end()
  builder.end()
  return [...found, builder.fileIssues]
}

/** Bytes taken out, put in or changed: control characters, separators, names. */
const edits = fc.array(
  fc.record({
    at: fc.double({ min: 0, max: 1, noNaN: true }),
    cut: fc.nat({ max: 30 }),
    put: fc.constantFrom(
      '',
      '',
      '*',
      "'",
      '~',
      '+',
      ':',
      '\u0001',
      'ST*850*0001~',
      'GE*1*1~',
      'XX*\u0002~',
      "UNH+2+ORDERS:D:96A:UN'",
      'LIN',
    ),
  }),
  { maxLength: 4 },
)
type Edit = { at: number; cut: number; put: string }

function edited(bytes: Buffer, changes: readonly Edit[]): Buffer {
  return changes.reduce((file, { at, cut, put }) => {
    const from = Math.floor(at * file.length)
    return Buffer.concat([file.subarray(0, from), Buffer.from(put), file.subarray(from + cut)])
  }, bytes)
}

test('of X12', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FILES.x12), edits, (file, changes) => {
      const bytes = edited(file, changes)
      expect(x12(bytes, true)).toEqual(x12(bytes, false))
    }),
    { numRuns: 1000 },
  )
})

test('of EDIFACT', () => {
  fc.assert(
    fc.property(fc.constantFrom(...FILES.edifact), edits, (file, changes) => {
      const bytes = edited(file, changes)
      expect(edifact(bytes, true)).toEqual(edifact(bytes, false))
    }),
    { numRuns: 1000 },
  )
})

test('a control number is new once, however the numbers run', () => {
  const numbers = fc.oneof(
    fc.nat({ max: 12 }).map(String),
    fc.nat({ max: 12 }).map((each) => String(each).padStart(4, '0')),
    fc.constantFrom('A1', '', '9'.repeat(20)),
  )
  fc.assert(
    fc.property(fc.array(numbers, { maxLength: 40 }), (all) => {
      const [seen, plain] = [new NumbersSeen(), new Set<string>()]
      for (const number of all) {
        expect(seen.isNew(number)).toBe(!plain.has(number))
        plain.add(number)
      }
    }),
    { numRuns: 1000 },
  )
})
