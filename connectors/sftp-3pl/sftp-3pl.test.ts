import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readContext } from '../transport/test-context.ts'
import { Sftp3plConfig } from './config.ts'
import { sftp3pl } from './connector.ts'
import { documents } from './documents.ts'

const profile = JSON.parse(readFileSync('docs/examples/3pl-profile.json', 'utf8')) as Record<string, unknown>
const login = {
  host: 'sftp.example.org',
  username: 'hub',
  hostKeySha256: ['SHA256:47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU'],
}
const config = (more: Record<string, unknown>) => Sftp3plConfig.safeParse({ ...login, ...more })
const messages = (more: Record<string, unknown>): string[] =>
  config(more).error?.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`) ?? []
const bytes = (content: string): Uint8Array => new TextEncoder().encode(content)

test('a preset, a profile, or a preset with sections of one’s own is a config; what is wrong is told before any file', () => {
  expect(config({ profile }).success).toBe(true)
  const stock = { files: 'inv_*.csv', node: 'WH1', columns: { sku: 'sku', qty: 'onHand' } }
  expect(config({ preset: 'dsfx', profile: { stock } }).data?.profile).toMatchObject({
    header: false,
    stock: { mode: 'full' },
  })
  expect(messages({ preset: '35up', profile: { stock: { ...stock, columns: { sku: 'sku', qty: 'units' } } } })).toEqual(
    [
      expect.stringMatching(/^profile: stock: there is no field units; known are sku/),
      'profile: stock: a column must hold onHand',
    ],
  )
  expect(messages({ profile: { ...profile, decimals: ',' } })[0]).toMatch(/^profile: .*decimals/)
  expect(messages({})[0]).toMatch(/^profile\.orders: /)
})

test('a partner that knows no cancels is never counted on to stop', () => {
  const offered = (more: Record<string, unknown>) => {
    const { data } = config(more)
    return sftp3pl.ports.flatMap((port) =>
      data !== undefined && port.direction === 'out' && port.has?.(data) !== false ? [port.name] : [],
    )
  }
  expect(offered({ preset: 'dsfx' })).toEqual(['fulfillment'])
  expect(offered({ profile })).toEqual(['fulfillment', 'cancel', 'receipts'])
})

test('each file is answered: confirmed with the rows that were refused, or as an error; receipts are never answered', () => {
  const { data } = config({ profile })
  if (data === undefined) throw new Error('the example must be a config')
  const read = (file: string, content: string) =>
    documents.read(bytes(content), { file }, readContext(data, { skus: { A: 'A' }, nodes: { WH1: 'north' } }))
  const [confirmed] = read('BESTAND_1.csv', 'Artikel;Bestand\nA;5\nB;1\n').receipts
  expect(confirmed?.text.split(/\r?\n/)).toEqual([
    'OK_BESTAND_1.csv',
    'result,place,value,detail',
    'read,BESTAND_1.csv,,',
    expect.stringMatching(/^rejected,"row 3, column Artikel",B,/),
    '',
  ])
  expect(read('VERSAND_1.csv', 'Auftrag\nx\n').receipts[0]?.text).toMatch(/^FEHLER_VERSAND_1\.csv\n/)
  expect(read('QUITTUNG_1.csv', 'Datei\nx\n')).toMatchObject({
    receipts: [],
    ignored: 'the partner has read a file of ours',
  })
  expect(read('ABLEHNUNG_1.csv', 'Datei\nx\n')).toMatchObject({
    receipts: [],
    refused: [{ issues: [{ code: 'sftp-3pl.error-file' }] }],
  })
})
