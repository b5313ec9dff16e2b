import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { applyEdits, editsBetween } from './correction.ts'

const bytes = fc.uint8Array({ maxLength: 40, max: 3 })

test('the edits between two documents lead from the one to the other, and touch no byte that both begin or end with', () => {
  fc.assert(
    fc.property(bytes, bytes, (raw, corrected) => {
      const edits = editsBetween(raw, corrected)
      expect(applyEdits(raw, edits)).toEqual(corrected)
      for (const { was, becomes } of edits) {
        if (was.length === 0 || becomes.length === 0) continue
        expect(was[0]).not.toBe(becomes[0])
        expect(was.at(-1)).not.toBe(becomes.at(-1))
      }
    }),
  )
})

test('a document that is the same has no edits', () => {
  expect(editsBetween(Uint8Array.of(1, 2), Uint8Array.of(1, 2))).toEqual([])
})
