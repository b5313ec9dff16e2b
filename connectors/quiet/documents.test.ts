import { expect, test } from 'vitest'
import { endsWhole } from './documents.ts'

const whole = (text: string): boolean => endsWhole(new TextEncoder().encode(text))

test('a document is whole when its root is closed, wherever it was cut', () => {
  const document =
    '<?xml version="1.0"?>\n<!-- a --><q:SOResult a="1"><Line/><Carton><Content/></Carton></q:SOResult>\n'
  expect(whole(document)).toBe(true)
  expect(whole(`${document}<!-- end -->\n`)).toBe(true)
  const body = document.indexOf('<q:')
  for (let cut = body + 12; cut < document.length - 1; cut++)
    expect(whole(document.slice(0, cut)), document.slice(0, cut)).toBe(false)
  expect(whole('<SOCancelResult OrderNumber="1"/>')).toBe(true)
  expect(whole('<SOResult><Line/>')).toBe(false)
})

test('what is no XML has no such proof, and is taken as it is', () => {
  expect(whole('502 Bad Gateway')).toBe(true)
  expect(whole('')).toBe(false)
})
