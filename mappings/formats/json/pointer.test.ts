import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { atPointer, pointer, pointerSteps } from './pointer.ts'

test('a pointer escapes slash and tilde', () => {
  expect(pointer(['line_items', 0, 'a/b~c'])).toBe('/line_items/0/a~1b~0c')
  expect(pointer([])).toBe('')
})

test('a pointer finds own values only', () => {
  const document = { lines: [{ sku: 'A' }, { sku: 'B' }], '': { 'a/b': 1 } }
  expect(atPointer(document, '/lines/1/sku')).toBe('B')
  expect(atPointer(document, '//a~1b')).toBe(1)
  expect(atPointer(document, '')).toBe(document)
  for (const none of [
    '/lines/2',
    '/lines/01',
    '/lines/-',
    '/lines/length',
    '/constructor',
    '/lines/0/sku/0',
    'lines',
  ]) {
    expect(atPointer(document, none)).toBeUndefined()
  }
})

test('steps of a pointer are the path it was made of', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), (path) => {
      expect(pointerSteps(pointer(path))).toEqual(path)
    }),
  )
})
