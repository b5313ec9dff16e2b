import { expect, test } from 'vitest'
import { provenOrStale, SettledFiles } from './settled-files.ts'

const file = (name: string, sizeBytes = 10, modifiedAtMs = 1000) => ({ name, sizeBytes, modifiedAtMs })
const names = (files: { name: string }[]) => files.map((one) => one.name)

test('a file is whole when two looks far enough apart saw the same size and time', () => {
  const settled = new SettledFiles(2000)
  expect(settled.look([file('a.edi')], 0)).toEqual([])
  expect(settled.look([file('a.edi')], 1999)).toEqual([])
  expect(names(settled.look([file('a.edi')], 2000))).toEqual(['a.edi'])
})

test('a growing file, or one written again in the same size, starts anew', () => {
  const settled = new SettledFiles(1000)
  settled.look([file('a', 10), file('b', 10, 1)], 0)
  expect(settled.look([file('a', 20), file('b', 10, 2)], 1000)).toEqual([])
  expect(names(settled.look([file('a', 20), file('b', 10, 2)], 2000))).toEqual(['a', 'b'])
})

test('unfinished names are never whole', () => {
  const settled = new SettledFiles(0)
  const files = ['.a.edi', 'a.tmp', 'a.edi.filepart', 'a.PART', 'a.edi'].map((name) => file(name))
  settled.look(files, 0)
  expect(names(settled.look(files, 10))).toEqual(['a.edi'])
})

test('a file that went away and came back is looked at anew', () => {
  const settled = new SettledFiles(1000)
  settled.look([file('a')], 0)
  settled.look([], 1000)
  expect(settled.look([file('a')], 2000)).toEqual([])
})

test('a missing content proof holds a file back, but not for ever', () => {
  const proof = (bytes: Uint8Array) => bytes.length > 3
  const half = new Uint8Array(2)
  expect(provenOrStale(new Uint8Array(4), proof, 0, 1000)).toBe(true)
  expect(provenOrStale(half, proof, 999, 1000)).toBe(false)
  expect(provenOrStale(half, proof, 1000, 1000)).toBe(true)
})
