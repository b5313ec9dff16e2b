import { expect, test } from 'vitest'
import { writeXml } from './writer.ts'
import type { WritableXml, XmlWriteOptions } from './writer.ts'

function written(root: WritableXml, options: XmlWriteOptions = {}): string {
  const result = writeXml(root, options)
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return Buffer.from(result.value).toString('utf8')
}

test('text and attributes are escaped', () => {
  const root = { name: 'a', attributes: { b: `"<&>'\n\t` }, children: [`]]>&<"'\r\n`] }
  expect(written(root, { declaration: false })).toBe(
    `<a b="&quot;&lt;&amp;&gt;'&#10;&#9;">]]&gt;&amp;&lt;"'&#13;\n</a>`,
  )
})

test('elements are indented for people, text never', () => {
  const root = {
    name: 'Feed',
    children: [{ name: 'Item', children: [{ name: 'Sku', children: ['1'] }] }, { name: 'None' }],
  }
  expect(written(root, { indent: '  ' })).toBe(
    '<?xml version="1.0" encoding="UTF-8"?>\n<Feed>\n  <Item>\n    <Sku>1</Sku>\n  </Item>\n  <None/>\n</Feed>\n',
  )
})

test('a name that is none and a character that XML cannot hold are refused with their path', () => {
  expect(writeXml({ name: 'a', children: [{ name: 'b c' }] })).toMatchObject({
    ok: false,
    issues: [{ code: 'xml.write.name', place: { path: '/a/b c' } }],
  })
  expect(writeXml({ name: 'a', attributes: { b: '\0' } })).toMatchObject({
    ok: false,
    issues: [{ code: 'xml.write.character', place: { path: '/a/@b' } }],
  })
  expect(writeXml({ name: 'a', children: ['\ud83d'] })).toMatchObject({
    ok: false,
    issues: [{ code: 'xml.write.character' }],
  })
})
