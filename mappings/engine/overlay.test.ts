import { expect, test } from 'vitest'
import { originsOf } from '#core/model/trace.ts'
import { z } from 'zod'
import { thereAndBack } from './laws.ts'
import {
  defineMap,
  describeMap,
  enumTable,
  overlaid,
  overlaysFor,
  rulesFor,
  runBack,
  runForward,
  text,
  wholeNumberText,
  withOverlay,
} from './index.ts'
import type { FieldMap } from './index.ts'
import { Overlay } from './overlay.ts'

type Source = {
  number: string
  kind?: string
  refs?: { q: string; v: string }[]
  items: { qty: string; alt?: string; note?: string }[]
}
type Target = { number: string; kind?: string; customer?: string; lines: { quantity: number; note?: string }[] }

const head = rulesFor<Source, Target>()
const ref = rulesFor<{ q: string; v: string }, Target>()
const line = rulesFor<Source['items'][number], Target['lines'][number]>()
const base: FieldMap<Source, Target, object, unknown> = defineMap({
  name: 'base',
  version: '1',
  scope: { forward: () => ({}), back: () => ({}) },
  rules: [
    head.field('number', 'number', text(10)),
    head.field('kind', 'kind', enumTable('kind', { N: 'new' }), { optional: true }),
    head.pick('refs', { q: 'CO' }, [ref.field('v', 'customer', text(20), { optional: true })]),
    head.each('items', 'lines', [
      line.field('qty', 'quantity', wholeNumberText(0)),
      line.field('note', 'note', text(20), { optional: true }),
    ]),
  ],
})
const laid = (changes: unknown) => {
  const result = withOverlay(base, 'partner acme', Overlay.parse(changes))
  if (!result.ok) throw new Error(JSON.stringify(result.issues))
  return result.value
}
const source: Source = {
  number: '007',
  kind: 'X',
  refs: [
    { q: 'CO', v: 'old' },
    { q: 'ZZ', v: 'C-1' },
  ],
  items: [{ qty: '1', alt: '5', note: 'n' }],
}

test('an overlay says where a value comes from, both ways, and the trace says which layer won', () => {
  const map = laid([
    { at: 'lines', set: 'quantity', from: 'alt', as: 'quantity' },
    { set: 'customer', where: { list: 'refs', is: { q: 'ZZ' } }, from: 'v', as: { text: 20 }, optional: true },
    { set: 'kind', from: 'kind', as: { codes: { X: 'gift', N: 'new' } }, optional: true },
    { at: 'lines', drop: 'note' },
  ])
  const read = runForward(map, source, {})
  expect(read.value).toEqual({ number: '007', kind: 'gift', customer: 'C-1', lines: [{ quantity: 5 }] })
  const trace = read.trace()
  expect(trace.layers).toEqual(['partner acme'])
  expect(originsOf(trace, '/lines/0/quantity')[0]).toMatchObject({ source: '/items/0/alt', layer: 'partner acme' })
  expect(originsOf(trace, '/customer')[0]?.place).toEqual({ path: '/refs/1/v' })
  expect(originsOf(trace, '/number')[0]?.layer).toBeUndefined()
  expect(runBack(map, { number: '007', kind: 'gift', customer: 'C-1', lines: [{ quantity: 5 }] }, {})).toEqual({
    ok: true,
    document: { number: '007', kind: 'X', refs: [{ q: 'ZZ', v: 'C-1' }], items: [{ alt: '5' }] },
  })
  expect(thereAndBack(map, { number: '1', lines: [{ quantity: 2 }] }, {})).toBeUndefined()
})

test('the map remembers what each layer stands in for, through several layers', () => {
  const once = laid([{ at: 'lines', set: 'quantity', from: 'alt', as: 'quantity' }])
  const twice = withOverlay(once, 'connection', Overlay.parse([{ at: 'lines', set: 'quantity', value: 1 }]))
  if (!twice.ok) throw new Error('must fit')
  expect(twice.value.layers).toEqual(['partner acme', 'connection'])
  expect(describeMap(twice.value).find((each) => each.layer === 'connection')).toEqual({
    depth: 1,
    rule: 'quantity is always 1',
    layer: 'connection',
    over: [
      { rule: 'alt → quantity (whole number 0 to 1000000000)', layer: 'partner acme' },
      { rule: 'qty → quantity (whole number 0 to 1000000000)' },
    ],
  })
  expect(runForward(base, source, {}).issues.map((issue) => issue.code)).toEqual(['map.code'])
})

test('a change that fits nowhere is a fault of the setting, with the places there are', () => {
  const wrong = (change: unknown) => withOverlay(base, 'x', Overlay.parse([change]))
  expect(wrong({ at: 'items', set: 'quantity', from: 'a' })).toMatchObject({
    ok: false,
    issues: [
      { class: 'config', place: { path: 'overlays.base[0]' }, rule: expect.stringContaining('lines') as string },
    ],
  })
  expect(wrong({ drop: 'nothing' }).ok).toBe(false)
  expect(Overlay.safeParse([{ set: 'a', from: 'b', as: 'magic' }]).success).toBe(false)
})

test('a connection keeps its overlays in its config, checked when it is read', () => {
  const Config = z.object({ overlays: overlaysFor({ order: base }) })
  const config = Config.parse({ overlays: { order: [{ at: 'lines', drop: 'note' }] } })
  expect(overlaid(base, config, 'order')).toBe(overlaid(base, config, 'order'))
  expect(overlaid(base, config, 'order').layers).toEqual(['connection'])
  expect(overlaid(base, Config.parse({}), 'order')).toBe(base)
  expect(Config.safeParse({ overlays: { order: [{ at: 'moon', drop: 'note' }] } }).error?.issues[0]?.message).toContain(
    'lines',
  )
  expect(Config.safeParse({ overlays: { unknown: [] } }).success).toBe(false)
})
