/** The laws of every map in the catalogue, tried on documents made from its schema and on golden files. */
import * as fc from 'fast-check'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import type { NodeId, Sku } from '#core/model/ids.ts'
import { coverage } from '#mappings/engine/index.ts'
import { same } from '#mappings/engine/laws.ts'
import { documentsOf } from '#mappings/engine/test-documents.ts'
import { MAP_ENTRIES } from './catalogue.ts'
import type { MapContext, MapEntry } from './entry.ts'

/** The partner calls SKU-1 `P.SKU-1`, and the node north `N-north`. */
const context: MapContext = {
  receivedAt: '2026-11-22T10:15:00.000Z',
  crosswalk: {
    version: '7',
    skuOf: (code) => code.replace(/^P\./, '') as Sku,
    partnerSkuOf: (sku) => `P.${sku}`,
    nodeOf: (code) => (code.startsWith('N-') ? (code.slice(2) as NodeId) : undefined),
    partnerNodeOf: (nodeId) => `N-${nodeId}`,
    code: () => undefined,
    partnerCode: () => undefined,
  },
}

type Loose = { [field: string]: unknown }
const listOf = (value: unknown): Loose[] => (Array.isArray(value) ? (value as Loose[]) : [])

/** What a document of this kind means beyond its schema: sums, one currency, what belongs together. */
const SENSE: { [kind: string]: (value: Loose) => void } = {
  stock: (value) => {
    value['absentMeansZero'] = false
    for (const row of listOf(value['rows'])) row['nodeId'] = 'north'
    // A feed without rows names no place.
  },
  fulfillmentInstruction: (value) => {
    // What a kit is packed of has no place in EDI, and neither have degrees; the ERP's own tests have them.
    for (const line of listOf(value['lines'])) delete line['components']
    const to = value['shipTo'] as Loose | undefined
    delete to?.['position']
    // Quiet names a company alone in both places: a person who is called like it cannot be told.
    if (to !== undefined && to['name'] === to['company']) delete to['company']
    listOf(value['lines']).forEach((line, i) => {
      line['lineNo'] = i + 1
      line['currency'] = 'EUR'
      line['unitPriceMinor'] = Math.abs(Number(line['unitPriceMinor']))
      // The partner's own code is told with every line, and so always comes back.
      line['partnerSku'] = `P.${String(line['sku'])}`
    })
  },
  fulfillmentResponse: (value) => {
    value['answeredAt'] = context.receivedAt
    listOf(value['lines']).forEach((line, i) => {
      line['lineNo'] = i + 1
      if (i % 2 === 0) line['rejected'] = 0
      else line['accepted'] = 0
      if (line['rejected'] === 0) delete line['reason']
      else line['reason'] = 'outOfStock'
      if (line['accepted'] === 0) delete line['expectedShipAt']
      if (line['expectedShipAt'] !== undefined) line['expectedShipAt'] = '2026-12-01T23:59:59.000Z'
    })
  },
  cancelResponse: (value) => {
    value['answeredAt'] = context.receivedAt
    // Partners that have a word for it take a cancel whole or not at all.
    delete value['lines']
    listOf(value['lineAnswers']).forEach((line, i) => (line['lineNo'] = i + 1))
    if (listOf(value['lineAnswers']).length === 0) delete value['lineAnswers']
  },
  shipment: (value) => {
    if (value['service'] === 'pickup') delete value['service']
  },
  changeRequest: (value) => {
    listOf(value['lines']).forEach((line, i) => {
      line['lineNo'] = i + 1
      if (line['change'] === 'delete') line['quantity'] = 0
    })
  },
  // What is written on the goods is the product that it names.
  returnReceipt: (value) => {
    listOf(value['lines']).forEach((line) => (line['sku'] = line['item']))
  },
  tillReturn: (value) => {
    value['channelId'] = 'shop'
  },
  channelAnswer: (value) => {
    delete value['carried']
    listOf(value['lines']).forEach((line, i) => {
      line['externalLineId'] = `00${i + 1}`
      line['unitPriceMinor'] = Math.abs(Number(line['unitPriceMinor']))
      line['ordered'] = Math.max(
        1,
        ['accepted', 'waiting', 'cancelled'].reduce((sum, part) => sum + Number(line[part]), 0),
      )
      line['cancelled'] = Number(line['ordered']) - Number(line['accepted']) - Number(line['waiting'])
    })
  },
  // Units that wait are among those that the line has; a line that was to keep nothing of any line is a cancel.
  amendmentAnswer: (value) => {
    delete value['carried']
    listOf(value['lines']).forEach((line, i) => {
      line['externalLineId'] = `00${i + 1}`
      line['unitPriceMinor'] = Math.abs(Number(line['unitPriceMinor']))
      line['waiting'] = Math.min(Number(line['waiting']), Number(line['quantity']))
    })
    value['cancel'] = listOf(value['lines']).every((line) => line['asked'] === 0)
  },
  orderAmendment: (value) => {
    value['channelId'] = 'shop'
    value['revisedAt'] = context.receivedAt
    listOf(value['lines']).forEach((line, i) => {
      line['externalId'] = `00${i + 1}`
      if (line['unitPriceMinor'] !== undefined) line['unitPriceMinor'] = Math.abs(Number(line['unitPriceMinor']))
    })
  },
  order: (value) => {
    value['channelId'] = 'shop'
    value['currency'] = 'EUR'
    value['holds'] = []
  },
}

/** An 850 states units that are wanted, all by one day, and no sum; its group says when it was told. So does ORDERS, with a day for each line. */
function asPurchaseOrder(value: Loose, isByLine = false): void {
  delete value['customerTags']
  value['revisedAt'] = context.receivedAt
  if (value['cancelledAt'] !== undefined) value['cancelledAt'] = context.receivedAt
  const lines = listOf(value['lines'])
  const wantedBy = lines[0]?.['promisedBy']
  lines.forEach((line, i) => {
    Object.assign(line, { externalId: `00${i + 1}`, cancelledQuantity: 0, method: 'ship' })
    line['unitPriceMinor'] = Math.abs(Number(line['unitPriceMinor']))
    for (const unsaid of [
      ...(isByLine ? [] : ['promisedBy']),
      'handedOver',
      'nodeId',
      'discountMinor',
      'taxMinor',
      'substitution',
    ])
      delete line[unsaid]
    if (wantedBy !== undefined && !isByLine) line['promisedBy'] = wantedBy
  })
  value['totalMinor'] = lines.reduce((sum, line) => sum + Number(line['quantity']) * Number(line['unitPriceMinor']), 0)
  for (const party of ['shipTo', 'billTo']) delete (value[party] as Loose | undefined)?.['position']
}

/** Takes away what the map has no place for: coverage names it, so that it is known and not dropped in silence. */
function withoutUnset(value: unknown, unset: readonly string[]): unknown {
  const drop = (at: unknown, [step = '', ...rest]: string[]): void => {
    if (step === '*') for (const each of listOf(at)) drop(each, rest)
    else if (typeof at !== 'object' || at === null) return
    else if (rest.length === 0) delete (at as Loose)[step]
    else drop((at as Loose)[step], rest)
  }
  for (const path of unset) drop(value, path.split('.'))
  return value
}

const made = (entry: MapEntry) => {
  const { unset } = coverage(entry.map, {}, entry.schema)
  return documentsOf(entry.schema).map((raw) => {
    const value = structuredClone(raw) as Loose
    SENSE[entry.kind]?.(value)
    // Only EDI has a word for each line of an answer to a cancel.
    if (!['x12 865', 'edifact ordrsp-change'].includes(entry.name)) delete value['lineAnswers']
    // A line of EDIFACT has one action: with a refusal it cannot say what stays on order.
    if (entry.name === 'edifact ordrsp-change')
      for (const line of listOf(value['lineAnswers'])) if (line['agreed'] !== true) delete line['remaining']
    if (entry.name === 'x12 850 of a retailer') asPurchaseOrder(value)
    if (entry.name === 'edifact orders of a retailer') asPurchaseOrder(value, true)
    // A whole order is cancelled by its number alone, and a cancel names no lines.
    if (entry.name === 'edifact orders-cancel of a retailer') Object.assign(value, { cancelled: true, lines: [] })
    if (entry.name === 'edifact ordchg of a retailer' && value['cancelled'] === true) value['lines'] = []
    // An ORDRSP answers a line that was added like any other.
    if (entry.name === 'edifact ordrsp-change to a retailer')
      for (const line of listOf(value['lines'])) delete line['added']
    // ORDERS has one type of order: mappings/edifact/orders.ts.
    if (entry.name === 'edifact orders') value['method'] = 'dropShip'
    // ORDERS05 has no e-mail address: mappings/idoc/README.md.
    if (entry.name === 'idoc orders05') delete (value['shipTo'] as Loose | undefined)?.['email']
    // A warehouse is told a ship mode that its connection knows: mappings/quiet/README.md.
    if (entry.name === 'quiet ship order') {
      value['method'] = 'ship'
      delete value['shippingService']
    }
    return withoutUnset(value, unset) as Loose
  })
}

const twoWay = MAP_ENTRIES.filter((entry) => entry.read !== undefined && entry.write !== undefined)
const OWN_TESTS: Record<string, string> = {
  'erp collection': 'its service is always pickup: mappings/erp/erp.test.ts',
  'square sale': 'everything was handed over, at one place: mappings/square/square.test.ts',
  'square pickup order': 'the method is always pickup: mappings/square/square.test.ts',
  'square pickup answer': 'a store answers for the whole order: mappings/square/square.test.ts',
  'square collection': 'its service is always pickup: mappings/square/square.test.ts',
  'shiphero allocation': 'what is set aside refuses nothing: mappings/shiphero/shiphero.test.ts',
  'shopify order (webhook)': 'the same order has many spellings: mappings/shopify/shopify.test.ts',
  'shopify order (graphql)': 'the same order has many spellings: mappings/shopify/shopify.test.ts',
}

test('every map of the catalogue has a name of its own, and reads or writes', () => {
  expect(new Set(MAP_ENTRIES.map((entry) => entry.name)).size).toBe(MAP_ENTRIES.length)
  for (const entry of MAP_ENTRIES) expect(entry.read ?? entry.write).toBeDefined()
  for (const name of Object.keys(OWN_TESTS)) expect(MAP_ENTRIES.map((entry) => entry.name)).toContain(name)
})

describe.each(twoWay.filter((entry) => !(entry.name in OWN_TESTS)))('$name', (entry) => {
  test('law: what can be written is read back the same, and most can be written', () => {
    let written = 0
    let tried = 0
    fc.assert(
      fc.property(made(entry), (value) => {
        tried += 1
        const bytes = entry.write?.(value, context)
        if (bytes?.ok !== true) {
          for (const issue of bytes?.issues ?? []) expect(issue.cure).not.toBe('')
          return
        }
        written += 1
        const read = entry.read?.(bytes.value, context)
        expect(read?.refused ?? []).toEqual([])
        if (!same(read?.documents[0]?.value, value)) expect(read?.documents[0]?.value).toEqual(value)
        const again = entry.write?.(read?.documents[0]?.value, context)
        expect(again?.ok === true && Buffer.from(again.value).equals(Buffer.from(bytes.value))).toBe(true)
      }),
      { numRuns: 60 },
    )
    expect(written / tried).toBeGreaterThan(0.3)
  })

  test('every value that was read says where it came from', () => {
    const [value] = fc.sample(
      made(entry).filter((each) => entry.write?.(each, context).ok === true),
      { seed: 1, numRuns: 1 },
    )
    const bytes = entry.write?.(value, context)
    if (bytes?.ok !== true) throw new Error('the sample must be writable')
    const [document] = entry.read?.(bytes.value, context).documents ?? []
    const trace = document?.trace?.()
    expect(trace?.map).toBe(entry.map.name)
    const pointers = trace?.origins.map(({ target }) => target) ?? []
    for (const leaf of leavesOf(document?.value, ''))
      expect(
        pointers.some((pointer) => leaf === pointer || leaf.startsWith(`${pointer}/`)),
        `${leaf} in ${pointers.join(' ')}`,
      ).toBe(true)
  })
})

function leavesOf(value: unknown, at: string): string[] {
  if (typeof value !== 'object' || value === null) return [at]
  return Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, `${at}/${key}`))
}

/** `UPDATE_GOLDEN=1` writes the files anew: what changes is reviewed like code. */
const folders: [prefix: string, extension: string][] = [
  ['x12', 'edi'],
  ['edifact', 'edi'],
  ['idoc', 'xml'],
]
const golden = MAP_ENTRIES.flatMap((entry) => {
  const [folder = '', ...rest] = entry.name.split(' ')
  const extension = folders.find(([prefix]) => prefix === folder)?.[1]
  const isOwn = ['x12 850', 'x12 855', 'x12 856'].includes(entry.name)
  return extension === undefined || isOwn || entry.write === undefined
    ? []
    : [{ entry, name: entry.name, path: `mappings/${folder}/examples/${rest.join('-')}`, extension }]
})

test.each(golden)(
  '$name is written as its golden file, and read back as its golden document',
  ({ entry, path, extension }) => {
    const [given, expected] = [`${path}.out.json`, `${path}.in.${extension}`]
    expect(existsSync(given), given).toBe(true)
    const value = JSON.parse(readFileSync(given, 'utf8')) as unknown
    expect(entry.schema.parse(value)).toEqual(value)
    const written = entry.write?.(value, context)
    if (written?.ok !== true) throw new Error(JSON.stringify(written?.issues))
    const text = Buffer.from(written.value).toString('utf8')
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(expected, text)
    expect(text).toBe(readFileSync(expected, 'utf8'))
    const read = entry.read?.(Buffer.from(text), context)
    if (entry.read === undefined) return
    expect(read?.refused).toEqual([])
    expect(read?.documents.map((document) => document.value)).toEqual([value])
  },
)

test.each([
  ['x12 810', 'mappings/x12/examples/810.in.edi', 'BIG*20261125*INV-7001**0190a7c2', '$&***CR', 'x12.credit'],
  ['edifact invoic', 'mappings/edifact/examples/invoic.in.edi', 'BGM+380', 'BGM+381', 'map.constant'],
])('%s: a credit is not taken for an invoice', (name, path, from, to, code) => {
  const entry = MAP_ENTRIES.find((each) => each.name === name)
  const bytes = Buffer.from(readFileSync(path, 'utf8').replace(from, to))
  const read = entry?.read?.(bytes, context)
  expect(read?.documents).toEqual([])
  expect(read?.refused.flatMap(({ issues }) => issues.map((issue) => issue.code))).toEqual([code])
})
