import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { inspectJson } from './inspector.ts'
import { isUnsuspicious } from './precheck.ts'
import type { JsonNumbers } from './numbers.ts'
import type { JsonReadOptions } from './reader.ts'
import { readJson } from './reader.ts'
import type { JsonValue } from './value.ts'

const read = (text: string, options: JsonReadOptions = {}) => readJson(Buffer.from(text, 'utf8'), options)

function valueOf(text: string, options: JsonReadOptions = {}): JsonValue {
  const result = read(text, options)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value
}

function firstIssue(text: string, options: JsonReadOptions = {}) {
  const result = read(text, options)
  return result.ok ? undefined : result.issues[0]
}

test('a document is read as JSON.parse reads it', () => {
  const text =
    '{"id":5678901234567,"price":"129.90","rate":0.06,"name":"José \\u00e9 😀","tags":[],"note":null,"deep":[{"ok":true}]}'
  expect(valueOf(text)).toEqual(JSON.parse(text))
})

test.each([
  ['{"a":1,}', 7, 'Remove the comma before the bracket'],
  ['[1,2,]', 5, 'Remove the comma before the bracket'],
  ["{'a':1}", 1, 'Put double quotes around the key'],
  ['{"a":\'x\'}', 5, 'Replace the single quotes by double quotes'],
  ['{"a":1 "b":2}', 7, 'Put a comma between the values, or close the bracket'],
  ['{"a" 1}', 5, 'Put a colon between key and value'],
  ['{"a":NaN}', 5, 'Send null, or leave the value out'],
  ['{"a":True}', 5, 'Write true'],
  ['{"a":1} x', 8, 'Remove the text behind the end, or send documents one by one'],
  ['{"a":01}', 6, 'Correct the number, or send it as text in double quotes'],
  ['{"a":1.}', 6, 'Correct the number, or send it as text in double quotes'],
  ['{"a":-}', 5, 'Correct the number'],
  ['{"a":"x\ny"}', 7, 'Write \\n, or close the quotes before the line ends'],
  ['{"a":"\\x"}', 6, 'Write a backslash in text as \\\\'],
  ['{"a":1 // one\n}', 7, 'Put a comma between the values, or close the bracket'],
  ['// one', 0, 'Remove the comment'],
  ['', 0, 'The document was cut off: have it sent again'],
  ['{"a":[1,2', 9, 'The document was cut off: have it sent again'],
  ['{"a":"x', 7, 'The document was cut off, or a quote is missing: have it sent again'],
])('broken text %j is located at byte %i with a cure', (text, byteOffset, cure) => {
  expect(firstIssue(text)).toMatchObject({ code: 'json.syntax', place: { byteOffset }, cure })
})

test('an error is placed by pointer, line, column in characters, and byte', () => {
  expect(firstIssue('{\n  "lines": [\n    {"näme": "ö" "qty": 1}\n  ]\n}')?.place).toEqual({
    path: '/lines/0',
    byteOffset: 34,
    line: 3,
    column: 18,
  })
})

test('a key that stands twice is refused, in disguise and far apart too', () => {
  expect(firstIssue('{"a":1,"b":2,"a":3}')).toMatchObject({
    code: 'json.duplicate-key',
    value: 'a',
    place: { path: '/a', byteOffset: 13 },
  })
  expect(firstIssue('{"a":1,"\\u0061":3}')).toMatchObject({ code: 'json.duplicate-key' })
  const many = Array.from({ length: 200 }, (_, index) => `"k${index}":${index}`).join(',')
  expect(firstIssue(`[{"x":{${many},"k7":0}}]`)).toMatchObject({
    code: 'json.duplicate-key',
    place: { path: '/0/x/k7' },
  })
})

test('the same key in different objects is no duplicate', () => {
  expect(valueOf('[{"a":1},{"a":2},{"b":{"a":1},"a":[{"a":1}]}]')).toHaveLength(3)
  const many = Array.from({ length: 200 }, (_, index) => `"k${index}":{"k${index}":1}`).join(',')
  expect(read(`[{${many}},{${many}}]`).ok).toBe(true)
})

test('a __proto__ key is refused and touches no prototype', () => {
  expect(firstIssue('{"a":{"__proto__":{"polluted":true}}}')).toMatchObject({
    code: 'json.forbidden-key',
    place: { path: '/a/__proto__' },
  })
  expect(firstIssue('{"\\u005f_proto__":1}')).toMatchObject({ code: 'json.forbidden-key' })
  expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false)
  expect(valueOf('{"constructor":{"prototype":1},"__typename":"Order"}')).toEqual({
    constructor: { prototype: 1 },
    __typename: 'Order',
  })
})

test('a number that would lose digits is refused, others pass', () => {
  for (const lossy of [
    '9007199254740993',
    '-9007199254740993',
    '12345678901234567890',
    '0.12345678901234567890',
    '1e400',
    '1.23456789012345678e5',
  ]) {
    expect(firstIssue(`{"n":${lossy}}`)).toMatchObject({ code: 'json.number', value: lossy, place: { path: '/n' } })
  }
  for (const exact of [
    '9007199254740991',
    '14141414141414',
    '0.1',
    '12.50',
    '1e3',
    '1.5E-7',
    '-0',
    '0.0',
    '100000000000000000000e-20',
  ]) {
    expect(valueOf(`[${exact}]`)).toEqual([Number(exact)])
  }
})

test('numbers: text keeps decimals and big integers as they were sent', () => {
  const text = '{"ö":12.50,"id":12345678901234567890,"n":7,"list":[1e3,-0.10,{"a":0}],"s":"1.0"}'
  expect(valueOf(text, { numbers: 'text' })).toEqual({
    ö: '12.50',
    id: '12345678901234567890',
    n: 7,
    list: ['1e3', '-0.10', { a: 0 }],
    s: '1.0',
  })
})

test('bytes that are not UTF-8 are refused with their place', () => {
  const bytes = Buffer.concat([Buffer.from('{"n":"Jos'), Buffer.from([0xe9]), Buffer.from('"}')])
  expect(readJson(bytes)).toMatchObject({
    ok: false,
    issues: [{ code: 'json.encoding', place: { byteOffset: 9 }, value: 'byte 0xe9' }],
  })
  expect(readJson(Buffer.from('\uFEFF{}'))).toMatchObject({ ok: false, issues: [{ code: 'json.byte-order-mark' }] })
  expect(readJson(Buffer.from('{}', 'utf16le')).ok).toBe(false)
})

test('text that the store cannot hold is refused', () => {
  expect(firstIssue('{"a":["x\\u0000y"]}')).toMatchObject({ code: 'json.text', place: { path: '/a/0' } })
  expect(firstIssue('{"a":"\\ud83d"}')).toMatchObject({ code: 'json.text' })
  expect(valueOf('{"a":"\\ud83d\\ude00"}')).toEqual({ a: '😀' })
})

test('deep nesting and large documents meet their caps', () => {
  expect(firstIssue('['.repeat(100_000) + ']'.repeat(100_000))).toMatchObject({ code: 'json.too-deep' })
  expect(firstIssue('['.repeat(500_000))).toMatchObject({ code: 'json.too-deep' })
  expect(read(`${'['.repeat(64)}${']'.repeat(64)}`).ok).toBe(true)
  expect(firstIssue('[1,2,3]', { maxBytes: 5 })).toMatchObject({ code: 'json.too-large' })
})

test('every document that JSON.stringify can write reads back as the same value', () => {
  fc.assert(
    fc.property(fc.jsonValue({ noUnicodeString: false }), (value) => {
      const text = JSON.stringify(value)
      const result = read(text)
      if (result.ok) expect(result.value).toEqual(JSON.parse(text))
      else
        expect(
          result.issues.every((issue) => ['json.number', 'json.text', 'json.forbidden-key'].includes(issue.code)),
        ).toBe(true)
    }),
    { numRuns: 500 },
  )
})

function parses(text: string): boolean {
  try {
    JSON.parse(text)
    return true
  } catch {
    return false
  }
}

test('the fast and the slow reader agree on every mutated text, and with JSON.parse on its grammar', () => {
  const original = '{"a":[1,-2.5e3,"x\\u00e9\\n",true,null],"b":{"c":{}},"__p":12345678901234567}'
  const edit = fc.tuple(
    fc.nat(original.length),
    fc.constantFrom(...'{}[]",:\\0123eE+-.tfn uxbc\n\0/\'_'.split('')),
    fc.boolean(),
  )
  fc.assert(
    fc.property(
      fc.array(edit, { minLength: 1, maxLength: 4 }),
      fc.constantFrom<JsonNumbers>('exact', 'text'),
      (edits, numbers) => {
        let text = original
        for (const [at, character, insert] of edits)
          text = text.slice(0, at) + character + text.slice(insert ? at : at + 1)
        const bytes = Buffer.from(text)
        const { issues, textNumbers } = inspectJson(bytes, 64, numbers)
        const result = readJson(bytes, { numbers })
        expect(result.ok ? [] : result.issues).toEqual(issues)
        expect(issues.some((issue) => issue.code === 'json.syntax')).toBe(!parses(text))
        if (parses(text) && isUnsuspicious(bytes, 64, numbers)) expect([issues, textNumbers]).toEqual([[], []])
      },
    ),
    { numRuns: 3_000 },
  )
})

test('a document cut at any byte is never taken for whole', () => {
  const bytes = Buffer.from('{"näme":"ö","list":[1,2,{"a":null}]}')
  for (let at = 0; at < bytes.length; at += 1) expect(readJson(bytes.subarray(0, at)).ok).toBe(false)
})
