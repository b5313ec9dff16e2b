import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readXml } from './reader.ts'
import type { XmlReadOptions } from './reader.ts'
import { elementsOf, textOf } from './tree.ts'
import type { XmlElement } from './tree.ts'
import { xmlToValue } from './value.ts'
import { writeXml } from './writer.ts'
import type { WritableXml } from './writer.ts'

const read = (text: string, options: XmlReadOptions = {}) => readXml(Buffer.from(text, 'utf8'), options)

function rootOf(text: string): XmlElement {
  const result = read(text)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value
}

function firstIssue(text: string, options: XmlReadOptions = {}) {
  const result = read(text, options)
  return result.ok ? undefined : result.issues[0]
}

test('text and attributes stay as they are: leading zeros, exponents, blanks', () => {
  const feed = rootOf(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Feed at="007">\n  <Zip>00123</Zip><Code>1E5</Code><Hex>0x1F</Hex><Note> x </Note><None/>\n</Feed>\n',
  )
  expect(feed.attributes['at']).toBe('007')
  expect(elementsOf(feed).map(textOf)).toEqual(['00123', '1E5', '0x1F', ' x ', ''])
  expect(feed.children.every((child) => typeof child !== 'string')).toBe(true)
})

test('entities are decoded once, CDATA not at all', () => {
  expect(textOf(rootOf('<a>&amp;lt; &#233;&#xE9; &quot;&apos;&gt;<![CDATA[<b>&amp;]]> z</a>'))).toBe(
    `&lt; éé "'><b>&amp; z`,
  )
  expect(rootOf('<a b="&amp;amp;&#10;"/>').attributes['b']).toBe('&amp;\n')
})

test.each(['<a>&nbsp;</a>', '<a>&#0;</a>', '<a b="&#xD800;"/>', '<a b="&x"/>', '<a b="&constructor;"/>'])(
  'an unknown reference is refused: %s',
  (text) => {
    expect(firstIssue(text)).toMatchObject({ code: 'xml.entity' })
  },
)

test('an element knows its line and column, also behind CRLF', () => {
  const feed = rootOf('<Feed>\r\n  <Item/>\r\n  <Item><Sku>ö</Sku></Item>\r\n</Feed>')
  expect(elementsOf(feed, 'Item').map(({ line, column }) => [line, column])).toEqual([
    [2, 3],
    [3, 3],
  ])
})

test('an issue inside an element names its path', () => {
  expect(firstIssue('<Feed>\n<Item/>\n<Item><Sku>&nope;</Sku></Item></Feed>')).toMatchObject({
    code: 'xml.entity',
    place: { path: '/Feed/Item[2]/Sku', line: 3, column: 7 },
    value: '&nope;',
  })
})

test.each([
  ['<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>', 'xml.doctype'],
  ['<!DOCTYPE a SYSTEM "file:///etc/passwd"><a/>', 'xml.doctype'],
  ['<!doctype a><a/>', 'xml.doctype'],
  ['<a><!ENTITY x "y"></a>', 'xml.doctype'],
  ['<a b="<!--"><!DOCTYPE x></a>', 'xml.syntax'],
  ['<a><b></a>', 'xml.syntax'],
  ['<a>', 'xml.syntax'],
  ['<a/><b/>', 'xml.syntax'],
  ['<a/>tail', 'xml.syntax'],
  ['text', 'xml.syntax'],
  ['', 'xml.syntax'],
  ['<a b=1/>', 'xml.syntax'],
  ['<a b="1" b="2"/>', 'xml.syntax'],
  ['<a><!-- x</a>', 'xml.syntax'],
  ['<a><![CDATA[ x</a>', 'xml.syntax'],
  ['<a b="x', 'xml.syntax'],
  ['<?pi " ?><a/>', 'xml.syntax'],
  ['<a>\0</a>', 'xml.character'],
  ['<a>\u0001</a>', 'xml.character'],
  ['<a><constructor>1</constructor></a>', 'xml.name'],
  ['<a __proto__="1"/>', 'xml.name'],
  ['<?xml version="1.0" encoding="UTF-7"?><a/>', 'xml.encoding'],
])('%s is refused', (text, code) => {
  expect(firstIssue(text)).toMatchObject({ code })
})

test('a DOCTYPE inside CDATA or a comment is only text', () => {
  expect(textOf(rootOf('<a><!-- <!DOCTYPE x> --><![CDATA[<!DOCTYPE html>]]></a>'))).toBe('<!DOCTYPE html>')
})

test('names that look like object members are kept and touch nothing', () => {
  const root = rootOf('<a><toString x="1" hasOwnProperty="2">q</toString></a>')
  expect(elementsOf(root, 'toString').map((element) => Object.entries(element.attributes))).toEqual([
    [
      ['x', '1'],
      ['hasOwnProperty', '2'],
    ],
  ])
})

test('declared encodings are followed, ill-formed bytes refused', () => {
  const latin1 = Buffer.from('<?xml version="1.0" encoding="ISO-8859-1"?><a>é</a>', 'latin1')
  expect(readXml(latin1)).toMatchObject({ ok: true, value: { children: ['é'] } })
  expect(readXml(Buffer.from('<a>é</a>', 'latin1'))).toMatchObject({
    ok: false,
    issues: [{ code: 'xml.encoding', place: { byteOffset: 3, line: 1, column: 4 } }],
  })
  expect(textOf(rootOf('\uFEFF<a>é</a>'))).toBe('é')
  expect(readXml(Buffer.from('\uFEFF<a/>', 'utf16le')).ok).toBe(false)
})

test('caps hold: size, depth, elements, attributes, billion laughs', () => {
  expect(firstIssue('<a/>', { maxBytes: 3 })).toMatchObject({ code: 'xml.too-large' })
  expect(firstIssue('<a>'.repeat(5_000) + '</a>'.repeat(5_000))).toMatchObject({ code: 'xml.too-deep' })
  expect(read('<a>'.repeat(32) + '</a>'.repeat(32)).ok).toBe(true)
  expect(firstIssue('<a>'.repeat(33) + '</a>'.repeat(33))).toMatchObject({ code: 'xml.too-deep' })
  expect(firstIssue(`<a>${'<b/>'.repeat(200_000)}</a>`)).toMatchObject({ code: 'xml.too-many-elements' })
  const attributes = Array.from({ length: 300 }, (_, index) => `a${index}="1"`).join(' ')
  expect(firstIssue(`<a ${attributes}/>`)).toMatchObject({ code: 'xml.too-many-attributes' })
  const laughs = Array.from({ length: 10 }, (_, index) => `<!ENTITY l${index + 1} "${`&l${index};`.repeat(10)}">`).join(
    '',
  )
  expect(firstIssue(`<!DOCTYPE l [<!ENTITY l0 "lol">${laughs}]><l>&l10;</l>`)).toMatchObject({ code: 'xml.doctype' })
})

test('a megabyte of references, of attributes, of blanks and of unclosed marks is read or refused, not fought with', () => {
  expect(read(`<a>${'&#65;'.repeat(190_000)}</a>`).ok).toBe(true)
  expect(read(`<a b="${'&amp;'.repeat(190_000)}"/>`).ok).toBe(true)
  expect(read(`<a${' '.repeat(900_000)}/>`).ok).toBe(true)
  expect(read(`<a>${'<!--'.repeat(200_000)}</a>`).ok).toBe(false)
  expect(read('<?x '.repeat(200_000)).ok).toBe(false)
  expect(read(`<?x ${'a="b" '.repeat(150_000)}`).ok).toBe(false)
  expect(read('<'.repeat(900_000)).ok).toBe(false)
})

test('a document cut at any byte is never taken for whole', () => {
  const bytes = Buffer.from(
    '<?xml version="1.0"?><Feed at="1"><!-- c --><Item><Sku>ö &amp; o</Sku></Item><![CDATA[x]]></Feed>',
  )
  for (let at = 0; at < bytes.length; at += 1) expect([at, readXml(bytes.subarray(0, at)).ok]).toEqual([at, false])
})

test('mutated documents never throw', () => {
  const original =
    '<?xml version="1.0"?><Feed at="1"><!-- c --><Item n=\'2\'><Sku>ö &amp; o</Sku><None/></Item><![CDATA[x]]></Feed>'
  const edit = fc.tuple(
    fc.nat(original.length),
    fc.constantFrom(...'<>/!?-[]="\'& ;#\0ax\n'.split(''), '<![CDATA[', '-->', '<!'),
    fc.boolean(),
  )
  fc.assert(
    fc.property(fc.array(edit, { minLength: 1, maxLength: 6 }), (edits) => {
      let text = original
      for (const [at, piece, insert] of edits) text = text.slice(0, at) + piece + text.slice(insert ? at : at + 1)
      const result = read(text)
      if (!result.ok)
        expect(result.issues.every((issue) => issue.code.startsWith('xml.') && issue.cure !== '')).toBe(true)
    }),
    { numRuns: 2_000 },
  )
})

const character = fc
  .string({ unit: 'grapheme', maxLength: 6 })
  .filter((text) => !/[^\t\n\r\u0020-\uD7FF\uE000-\uFFFD\u{10000}-\u{10FFFF}]/u.test(text))
const name = fc.constantFrom('Item', 'Sku', 'ns:Line', 'a.b-c', 'Größe', 'toString')
const attributes = fc.dictionary(name, character, { maxKeys: 3 })
const tree: fc.Arbitrary<WritableXml> = fc.letrec<{ element: WritableXml; leaf: WritableXml }>((tie) => ({
  leaf: fc.record({ name, attributes, children: character.map((text) => (text === '' ? [] : [text])) }),
  element: fc.oneof(
    { maxDepth: 4 },
    tie('leaf'),
    fc.record({
      name,
      attributes,
      children: fc.array(fc.oneof(tie('leaf'), tie('element')), { minLength: 1, maxLength: 4 }),
    }),
    fc.record({
      name,
      attributes,
      children: fc.tuple(character, tie('leaf')).map(([text, leaf]) => [`x${text}`, leaf]),
    }),
  ),
})).element

function withoutPlaces(element: XmlElement): WritableXml {
  return {
    name: element.name,
    attributes: { ...element.attributes },
    children: element.children.map((child) => (typeof child === 'string' ? child : withoutPlaces(child))),
  }
}

test('what is written reads back as the same tree, indented or not', () => {
  fc.assert(
    fc.property(tree, fc.boolean(), (root, indented) => {
      const written = writeXml(root, indented ? { indent: '  ' } : {})
      if (!written.ok) throw new Error(JSON.stringify(written.issues))
      const result = readXml(written.value)
      if (!result.ok) throw new Error(JSON.stringify(result.issues))
      expect(withoutPlaces(result.value)).toEqual({ ...root, attributes: { ...root.attributes } })
    }),
    { numRuns: 500 },
  )
})

test('lists are what the caller declares, with one entry too', () => {
  const one = xmlToValue(rootOf('<Feed><Item><Sku>00123</Sku></Item></Feed>'), { lists: ['Item'] })
  expect(one).toEqual({ ok: true, value: { Item: [{ Sku: '00123' }] } })
  const undeclared = xmlToValue(rootOf('<Feed>\n<Item>1</Item><Item>2</Item></Feed>'), { lists: [] })
  expect(undeclared).toMatchObject({
    ok: false,
    issues: [{ code: 'xml.undeclared-list', place: { path: '/Feed/Item[2]', line: 2 }, subject: 'Item' }],
  })
})

test('attributes and text beside them have keys of their own', () => {
  expect(xmlToValue(rootOf('<Price currency="USD">12.50</Price>'), { lists: [] })).toEqual({
    ok: true,
    value: { '@currency': 'USD', '#text': '12.50' },
  })
})
