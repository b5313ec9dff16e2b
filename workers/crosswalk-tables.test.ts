import { expect, test } from 'vitest'
import type { Instant } from '#core/model/time.ts'
import { crosswalksByTime } from './crosswalk-tables.ts'

const row = (partnerCode: string, canonical: string, day: string) => ({
  connectionId: 'c',
  name: 'carrier',
  partnerCode,
  canonical,
  validFrom: `${day}T00:00:00.000Z` as Instant,
})
const at = (day: string) => `${day}T12:00:00.000Z` as Instant

test('a code means what its newest row says that counted when the document came', () => {
  const made: string[] = []
  const tables = crosswalksByTime([row('U1', 'ups', '1970-01-01'), row('U1', 'dpd', '2026-12-01')], (tables) => {
    made.push('made')
    return tables
  })
  expect(tables(at('2026-11-30')).word('carrier', 'U1')).toBe('ups')
  expect(tables(at('2026-12-01')).word('carrier', 'U1')).toBe('dpd')
  expect(tables(at('2026-12-01')).partnerCode('carrier', 'ups')).toBeUndefined()
  expect(tables(at('2026-11-29')).partnerCode('carrier', 'ups')).toBe('U1')
  expect(tables(at('1969-01-01')).word('carrier', 'U1')).toBeUndefined()
  expect(made).toHaveLength(3)
})

test('a code is unknown before its first day, and other tables do not hear of it', () => {
  const tables = crosswalksByTime([row('X', 'gls', '2026-12-01')], (tables) => tables)
  expect(tables(at('2026-11-30')).has('carrier')).toBe(false)
  expect(tables(at('2026-12-02')).has('carrier')).toBe(true)
  expect(tables(at('2026-12-02')).word('node', 'X')).toBeUndefined()
})
