import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { originsOf } from '#core/model/trace.ts'
import { z } from 'zod'
import type { Instant } from '#core/model/time.ts'
import { backAndThere, same, thereAndBack } from './laws.ts'
import {
  coverage,
  decimalMoney,
  defineMap,
  enumTable,
  instant,
  lookup,
  pattern,
  refuse,
  rulesFor,
  runBack,
  runForward,
  text,
  wholeNumber,
  wholeNumberText,
  zodLeaf,
} from './index.ts'

type Line = { id: string; code?: string; qty: number; price: string; vendor?: string }
type Address = { name?: string; zip: string }
type Source = {
  version: string
  number: string
  currency: string
  at: string
  kind: string
  due?: string
  address?: Address
  notes: { name: string; value: string }[]
  items: Line[]
  shop?: string
}
type TargetLine = { id: string; sku: string; quantity: number; priceMinor: number }
type Target = {
  origin: string
  number: string
  currency: string
  at: Instant
  state: string
  dueInDays?: number
  shipTo?: { name?: string; postcode: string }
  store?: string
  lines: TargetLine[]
}
type Context = { skus: Record<string, string> }
type Scope = Context & { currency: string }

const sku = lookup<string, Scope>({
  name: 'sku',
  issueCode: 'test.sku-unknown',
  rule: 'must have a row',
  cure: 'Add a row.',
  read: (code, { skus }) => skus[code],
  write: (value, { skus }) => Object.keys(skus).find((code) => skus[code] === value),
})

const line = rulesFor<Line, TargetLine, Scope>()
const address = rulesFor<Address, { name?: string; postcode: string }, Scope>()
const note = rulesFor<Source['notes'][number], Target, Scope>()
const head = rulesFor<Source, Target, Scope>()

const map = defineMap<Source, Target, Context, Scope>({
  name: 'test order',
  version: '1',
  scope: {
    forward: (source, context) => ({ ...context, currency: source.currency }),
    back: (target, context) => ({ ...context, currency: target.currency }),
  },
  rules: [
    head.fixed('version', 'v1'),
    head.constant('origin', 'test'),
    head.field('number', 'number', text(10)),
    head.field('currency', 'currency', pattern('a currency', /^[A-Z]{3}$/)),
    head.field('at', 'at', instant),
    head.field('kind', 'state', enumTable('kind', { N: 'new', NEW: 'new', X: 'cancelled' })),
    head.when({ path: 'kind', is: ['N', 'NEW'] }, { path: 'state', is: ['new'] }, [
      head.derive({
        name: 'days',
        reads: ['due'],
        writes: ['dueInDays'],
        forward: ({ due }) => {
          if (due === undefined) return {}
          const days = typeof due === 'string' ? /^(\d+)d$/.exec(due)?.[1] : undefined
          return days === undefined ? refuse({ rule: 'must be days', cure: 'Send 3d.' }) : { dueInDays: Number(days) }
        },
        back: ({ dueInDays }) => (dueInDays === undefined ? {} : { due: `${dueInDays}d` }),
      }),
    ]),
    head.one(
      'address',
      'shipTo',
      [address.field('name', 'name', text(20), { optional: true }), address.field('zip', 'postcode', text(10))],
      { optional: true },
    ),
    head.pick('notes', { name: ['store', 'shop'] }, [note.field('value', 'store', text(10), { optional: true })]),
    head.carry('shop'),
    head.each(
      'items',
      'lines',
      [
        line.field('id', 'id', text(20)),
        line.field('code', 'sku', sku),
        line.field('qty', 'quantity', wholeNumber(1)),
        line.field('price', 'priceMinor', decimalMoney),
        line.carry('vendor'),
      ],
      { part: 'id', minimum: 1, key: 'id' },
    ),
  ],
})

const context: Context = { skus: { A1: 'SHOE', B2: 'HAT' } }
const source = (): Source => ({
  version: 'v1',
  number: '007',
  currency: 'EUR',
  at: '2026-11-22T10:30:00+01:00',
  kind: 'NEW',
  due: '3d',
  address: { name: '', zip: '01234' },
  notes: [{ name: 'store', value: 'PARIS' }],
  shop: 'echo me',
  items: [
    { id: 'l1', code: 'A1', qty: 2, price: '5.0', vendor: 'Nord' },
    { id: 'l2', code: 'B2', qty: 1, price: '12.50' },
  ],
})

test('a document is read, every value converted and provenance told by pointer', () => {
  const result = runForward(map, source(), context)
  expect(result.issues).toEqual([])
  expect(result.value).toEqual({
    origin: 'test',
    number: '007',
    currency: 'EUR',
    at: '2026-11-22T09:30:00.000Z',
    state: 'new',
    dueInDays: 3,
    shipTo: { postcode: '01234' },
    store: 'PARIS',
    lines: [
      { id: 'l1', sku: 'SHOE', quantity: 2, priceMinor: 500 },
      { id: 'l2', sku: 'HAT', quantity: 1, priceMinor: 1250 },
    ],
  })
  const trace = result.trace()
  expect(originsOf(trace, '/lines/1/priceMinor')[0]).toMatchObject({
    source: '/items/1/price',
    rule: 'price → priceMinor (decimal money)',
    place: { path: '/items/1/price' },
  })
  expect(originsOf(trace, '/store')[0]?.source).toBe('/notes/0/value')
  expect(originsOf(trace, '/shipTo/postcode')[0]?.source).toBe('/address/zip')
})

test('a broken line is refused alone under its own name, with place, value, rule and cure', () => {
  const document = source()
  document.items[0] = { id: 'l1', code: 'ZZ', qty: 2.5, price: '5' }
  const result = runForward(map, document, context)
  expect(result.value?.lines.map((good) => good.id)).toEqual(['l2'])
  expect(result.refused).toEqual([
    {
      part: 'l1',
      issues: [
        {
          code: 'test.sku-unknown',
          class: 'crosswalk',
          place: { path: '/items/0/code' },
          rule: 'must have a row',
          value: 'ZZ',
          cure: 'Add a row.',
          subject: 'ZZ',
        },
        expect.objectContaining({ place: { path: '/items/0/qty' }, value: '2.5', code: 'map.whole-number' }),
      ],
    },
  ])
  expect(originsOf(result.trace(), '/lines/0/id')[0]?.source).toBe('/items/1/id')
})

test('when every line is refused the whole document is, and each reason is kept', () => {
  const document = source()
  document.items = document.items.map((item) => ({ ...item, code: 'ZZ' }))
  const result = runForward(map, document, context)
  expect(result.value).toBeUndefined()
  expect(result.refused).toEqual([])
  expect(result.issues.map((issue) => issue.place.path)).toEqual(['/items/0/code', '/items/1/code'])
})

test('wrong shapes become issues, never exceptions', () => {
  const shapes: unknown[] = [null, 3, 'text', [], {}, { items: {} }, { items: [null, 3] }, { ...source(), address: 3 }]
  for (const shape of shapes) {
    const result = runForward(map, shape as Source, { skus: {} })
    expect(result.value).toBeUndefined()
    expect(result.issues.length).toBeGreaterThan(0)
  }
})

test('one element stays a list', () => {
  const document = source()
  document.items = document.items.slice(1)
  expect(runForward(map, document, context).value?.lines).toHaveLength(1)
  expect(runForward(map, document, context).value?.lines).toBeInstanceOf(Array)
})

test('carried fields come back to the line they belong to, though the lines changed places', () => {
  const read = runForward(map, source(), context)
  if (read.value === undefined) throw new Error('must be readable')
  const turned = { ...read.value, lines: read.value.lines.toReversed() }
  const written = runBack(map, turned, context, read.carried)
  if (!written.ok) throw new Error('must be writable')
  expect(written.document.shop).toBe('echo me')
  expect(written.document.items.map((item) => item.vendor)).toEqual([undefined, 'Nord'])
})

test('a value the partner has no word for is an issue at its canonical place', () => {
  const read = runForward(map, source(), context)
  if (read.value === undefined) throw new Error('must be readable')
  const written = runBack(map, read.value, { skus: { A1: 'SHOE' } })
  expect(written.ok ? [] : written.issues).toEqual([
    expect.objectContaining({ place: { path: '/lines/1/sku' }, class: 'crosswalk', subject: 'HAT' }),
  ])
})

test('coverage names the source fields no rule reads and the canonical fields no rule sets', () => {
  const schema = z.object({ number: z.string(), lines: z.array(z.object({ sku: z.string(), note: z.string() })) })
  const sample = { ...source(), extra: { deep: 1 }, items: [{ ...source().items[0], gift: true }] }
  expect(coverage(map, sample, schema)).toEqual({ unread: ['items.*.gift', 'extra.deep'], unset: ['lines.*.note'] })
})

const targets: fc.Arbitrary<Target> = fc
  .record({
    number: fc.string({ minLength: 1, maxLength: 10 }),
    currency: fc.constantFrom('EUR', 'JPY', 'KWD'),
    at: fc
      .date({ min: new Date('1990-01-01'), max: new Date('2090-01-01'), noInvalidDate: true })
      .map((date) => date.toISOString() as Instant),
    state: fc.constantFrom('new', 'cancelled'),
    dueInDays: fc.option(fc.nat(99), { nil: undefined }),
    shipTo: fc.option(fc.record({ postcode: fc.string({ minLength: 1, maxLength: 10 }) }), { nil: undefined }),
    store: fc.option(fc.string({ minLength: 1, maxLength: 10 }), { nil: undefined }),
    lines: fc.array(
      fc.record({
        id: fc.string({ minLength: 1, maxLength: 20 }),
        sku: fc.constantFrom('SHOE', 'HAT'),
        quantity: fc.integer({ min: 1, max: 1_000_000_000 }),
        priceMinor: fc.integer({ min: -1_000_000, max: 1_000_000_000 }),
      }),
      { minLength: 1, maxLength: 5 },
    ),
  })
  .map((value) => {
    const target = { origin: 'test', ...value } as Target
    if (target.state === 'cancelled') delete target.dueInDays
    return target
  })

test('law: canonical, written and read again, is the same', () => {
  fc.assert(
    fc.property(targets, (target) => {
      expect(thereAndBack(map, target, context)).toBeUndefined()
    }),
  )
})

test('law: a document, read and written, settles at once', () => {
  const spellings = fc.record({
    kind: fc.constantFrom('N', 'NEW', 'X'),
    at: fc.constantFrom('2026-11-22T10:30:00+01:00', '2024-02-29T23:59:59Z', '2026-01-31T00:00:00.123456-05:00'),
    price: fc.constantFrom('5', '5.0', '5.00', '-0.00', '-1.5'),
    address: fc.constantFrom(undefined, { name: '', zip: '01' }, { name: 'Ada', zip: '01' }),
  })
  fc.assert(
    fc.property(spellings, ({ kind, at, price, address }) => {
      const document = { ...source(), kind, at, items: [{ id: 'x', code: 'A1', qty: 1, price }] } as Source
      if (address === undefined) delete document.address
      else document.address = address
      if (kind === 'X') delete document.due
      expect(backAndThere(map, document, context)).toBeUndefined()
    }),
  )
})

test('the laws tell a map that loses something', () => {
  const rules = rulesFor<{ a: string }, { b: string }>()
  const lossy = defineMap<{ a: string }, { b: string }, object, object>({
    name: 'lossy',
    version: '1',
    scope: { forward: () => ({}), back: () => ({}) },
    rules: [
      rules.derive({
        name: 'cut',
        reads: ['a'],
        writes: ['b'],
        forward: ({ a }) => ({ b: String(a).slice(0, 3) }),
        back: ({ b }) => ({ a: `${b}!` }),
      }),
    ],
  })
  expect(thereAndBack(lossy, { b: 'ab' }, {})?.after).toEqual({ b: 'ab!' })
})

test('an instant on a day that does not exist is refused, whatever its spelling', () => {
  for (const raw of ['2026-02-30T00:00:00.000Z', '2026-02-30T00:00:00+01:00', '2026-11-22T09:30:00', 'now']) {
    expect(instant.read(raw, undefined)).toHaveProperty('detail.rule')
  }
  expect(instant.read('2026-01-31T23:59:59.123456Z', undefined)).toBe('2026-01-31T23:59:59.123Z')
})

test('law: the quick way to read an instant agrees with the calendar', () => {
  const parts = fc.record({
    date: fc.date({ min: new Date('2000-01-01'), max: new Date('2099-12-31'), noInvalidDate: true }),
    offset: fc.integer({ min: -14 * 60, max: 14 * 60 }),
  })
  fc.assert(
    fc.property(parts, ({ date, offset }) => {
      const local = new Date(date.getTime() + offset * 60_000).toISOString().slice(0, 19)
      const [hours, minutes] = [Math.floor(Math.abs(offset) / 60), Math.abs(offset) % 60]
      const sign = offset < 0 ? '-' : '+'
      const raw = `${local}${sign}${String(hours).padStart(2, '0')}:${String(minutes).padStart(2, '0')}`
      expect(instant.read(raw, undefined)).toBe(`${date.toISOString().slice(0, 19)}.000Z`)
    }),
  )
})

test('whole numbers are read from text and number, and halves, exponents and signs are refused', () => {
  const leaf = wholeNumberText(0)
  for (const good of ['3', 3, '3.00', '+3']) expect(leaf.read(good, undefined)).toBe(3)
  for (const bad of ['3.5', 3.5, '1E5', '-3', ' 3', '', '3,0', Number.NaN, true, {}]) {
    expect(leaf.read(bad, undefined)).toHaveProperty('detail.rule')
  }
  expect(leaf.write(3, undefined)).toBe('3')
})

test('a zod codec serves as a leaf both ways', () => {
  const leaf = zodLeaf(
    'hex',
    z.codec(z.string().regex(/^[0-9a-f]+$/), z.int(), {
      decode: (hex) => parseInt(hex, 16),
      encode: (n) => n.toString(16),
    }),
    'Send hex.',
  )
  expect(leaf.read('ff', undefined)).toBe(255)
  expect(leaf.write(255, undefined)).toBe('ff')
  expect(leaf.read('xyz', undefined)).toMatchObject({ detail: { cure: 'Send hex.' } })
})

test('documents compare by what they say', () => {
  expect(same({ a: 1, b: undefined }, { a: 1 })).toBe(true)
  expect(same([1], { 0: 1 })).toBe(false)
})
