import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { FulfillmentInstruction, FulfillmentResponse, ShipmentNotice } from '#core/model/fulfillment.ts'
import type { FulfillmentRequestId, OrderId } from '#core/model/ids.ts'
import type { Parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import { coverage } from '../engine/index.ts'
import { example, exampleText, withoutTraces } from '../engine/golden.ts'
import { thereAndBack } from '../engine/laws.ts'
import { readX12Interchanges } from '../formats/x12/envelope.ts'
import type { X12Set } from '../formats/x12/interchange.ts'
import type { WritableSegment } from '../formats/x12/writable.ts'
import { writeX12 } from '../formats/x12/writer.ts'
import { answerMap, SHAPE_855 } from './answer-855.ts'
import { answer865 } from './change-860.ts'
import { context } from './crosswalk.test-data.ts'
import { orderMap, SHAPE_850 } from './order-850.ts'
import { withParties } from './party-loop.ts'
import { idOfReference, shortReference } from './po-number.ts'
import { BASE_PROFILE } from './profile.ts'
import { x12Maps } from './sets.ts'
import { instantOf } from './times.ts'
import { treeOf } from './tree.ts'

const maps = x12Maps()
const given = (file: string) => example(import.meta.dirname, file)
const text = (file: string) => exampleText(import.meta.dirname, file)
const answeredAt = '2026-11-22T10:15:00.000Z' as Instant
const answerContext = { answeredAt }
/** The built-in numbers. */
const numbers = {}

function setOf(interchange: string | Uint8Array): X12Set {
  const bytes = typeof interchange === 'string' ? new TextEncoder().encode(interchange) : interchange
  const set = readX12Interchanges(bytes).interchanges[0]?.groups[0]?.sets[0]
  if (set === undefined) throw new Error('the test needs a set')
  return set
}

/** Through the real writer and the real reader, as on the wire. */
function overTheWire(id: string, segments: Parsed<WritableSegment[]>): X12Set {
  if (!segments.ok) throw new Error(JSON.stringify(segments.issues))
  const party = (name: string) => ({ qualifier: 'ZZ', id: name })
  const written = writeX12({
    envelope: {
      authorization: { qualifier: '00', id: '' },
      security: { qualifier: '00', id: '' },
      sender: party('A'),
      receiver: party('B'),
      date: '261122',
      time: '1015',
      standardsId: 'U',
      version: '00401',
      controlNumber: '1',
      acknowledgmentRequested: false,
      usage: 'T',
    },
    groups: [
      {
        header: {
          functionalId: 'PO',
          sender: 'A',
          receiver: 'B',
          date: '20261122',
          time: '1015',
          controlNumber: '1',
          agency: 'X',
          version: '004010',
        },
        sets: [{ header: { id, controlNumber: '0001', implementation: '' }, segments: segments.value }],
      },
    ],
    separators: { element: '*', component: '>', repetition: null, terminator: '~' },
  })
  if (!written.ok) throw new Error(JSON.stringify(written.issues))
  return setOf(written.value.bytes)
}

const bodyOf = (file: string) => text(file).split('\n').slice(3, -4)
const lines = (segments: Parsed<WritableSegment[]>) =>
  segments.ok
    ? segments.value.map(
        (segment) => `${segment.map((element) => (typeof element === 'string' ? element : '?')).join('*')}~`,
      )
    : segments.issues

test('an instruction is written as its golden 850, and read back', () => {
  const instruction = FulfillmentInstruction.parse(given('order-850.out.json'))
  expect(lines(maps.writeOrder(instruction, context))).toEqual(bodyOf('order-850.in.edi'))
  expect(withoutTraces(maps.readOrder(setOf(text('order-850.in.edi')), context))).toEqual({
    documents: [{ kind: 'fulfillmentInstruction', part: 'ST 0001', value: instruction }],
    refused: [],
  })
})

test('an 855 reads as its golden answer: by code, short, late, and silent on a rest', () => {
  const answer = FulfillmentResponse.parse(given('answer-855.out.json'))
  expect(withoutTraces(maps.readAnswer(setOf(text('answer-855.in.edi')), answerContext))).toEqual({
    documents: [{ kind: 'fulfillmentResponse', part: 'ST 0001', value: answer }],
    refused: [],
  })
  const again = overTheWire('855', maps.writeAnswer(answer, numbers))
  expect(maps.readAnswer(again, answerContext).documents[0]?.value).toEqual(answer)
})

test.each(['shipment-856', 'shipment-856-soi'])(
  'the 856 %s reads as its golden notices, one a purchase order',
  (name) => {
    const notices = (given(`${name}.out.json`) as unknown[]).map((notice) => ShipmentNotice.parse(notice))
    const reading = maps.readShipment(setOf(text(`${name}.in.edi`)), numbers)
    expect(reading.refused).toEqual([])
    expect(reading.documents.map((document) => document.value)).toEqual(notices)
    expect(reading.documents[0]?.part).toBe('ST 0001 PRF 0190a7c2')
    for (const notice of notices) {
      const again = overTheWire('856', maps.writeShipment(notice, numbers))
      expect(maps.readShipment(again, numbers).documents.map((document) => document.value)).toEqual([notice])
    }
  },
)

const changed = (file: string, from: string, to: string) => setOf(text(file).replace(from, to))

test('an answer of the whole order needs no ACK, and one that leaves it to the lines does', () => {
  const bare = text('answer-855.in.edi')
    .replaceAll(/ACK.*~\n/g, '')
    .replace('SE*13', 'SE*8')
  const status = (code: string) => maps.readAnswer(setOf(bare.replace('BAK*00*AC', `BAK*00*${code}`)), answerContext)
  expect(status('AT').documents[0]?.value.lines[0]).toEqual({ lineNo: 2, accepted: 5, rejected: 0 })
  expect(status('RJ').documents[0]?.value.lines[0]).toEqual({ lineNo: 2, accepted: 0, rejected: 5, reason: 'other' })
  expect(status('AC').refused[0]?.issues[0]).toMatchObject({ code: 'x12.ack-missing', place: { path: 'PO1[1]-02' } })
})

test('faults of an 855 name segment, element and byte', () => {
  const issue = (from: string, to: string) =>
    maps.readAnswer(changed('answer-855.in.edi', from, to), answerContext).refused[0]?.issues[0]
  expect(issue('ACK*IB', 'ACK*QQ')).toMatchObject({
    code: 'x12.ack-code',
    class: 'crosswalk',
    subject: 'QQ',
    value: 'QQ',
    place: { path: 'ACK[3]-01', byteOffset: text('answer-855.in.edi').indexOf('IB*12') },
  })
  expect(issue('ACK*IQ*3', 'ACK*IQ*4')).toMatchObject({ code: 'x12.ack-quantity', place: { path: 'PO1[1]-02' } })
  expect(issue('ACK*IQ*3', 'ACK*IQ*3.5')).toMatchObject({ code: 'map.whole-number', place: { path: 'ACK[1]-02' } })
  expect(issue('20261124', '20261131')).toMatchObject({ code: 'x12.date', place: { path: 'ACK[1]-05' } })
  expect(issue('CTT*4', 'CTT*5')).toMatchObject({ code: 'x12.count', place: { path: 'CTT-01' } })
  expect(issue('BAK*00*AC*0190a7c2', 'BAK*00*AC*PO 7')).toMatchObject({
    code: 'x12.po-unknown',
    subject: 'PO 7',
    place: { path: 'BAK-03' },
  })
})

test('an 865 answers line by line, and a code that nobody knows is named with its place', () => {
  const lined = (ack: string): X12Set =>
    setOf(
      text('865.in.edi')
        .replace('BCA*00*RJ', 'BCA*00*AC')
        .replace('SE*5', 'SE*9')
        .replace('SE*', `POC*1*CA*3**EA~\nACK*IQ*3*EA~\nPOC*2*CA*2**EA~\nACK*${ack}~\nSE*`),
    )
  const read = (set: X12Set) => answer865.read(set, { ...context, receivedAt: answeredAt }, BASE_PROFILE)
  expect(read(lined('IR')).documents[0]?.value).toMatchObject({
    accepted: true,
    lineAnswers: [
      { lineNo: 1, agreed: true, remaining: 3 },
      { lineNo: 2, agreed: false },
    ],
  })
  expect(read(lined('ZZ')).refused[0]?.issues[0]).toMatchObject({
    code: 'x12.change-line-answer',
    class: 'crosswalk',
    value: 'ZZ',
    place: { path: 'ACK[2]-01' },
  })
})

test('a purchase order the partner numbers itself is looked up, and an unknown one refused', () => {
  const requestOf = (number: string) => (number === '0190a7c2' ? ('ful_x' as FulfillmentRequestId) : undefined)
  const reading = maps.readShipment(setOf(text('shipment-856.in.edi')), { requestOf })
  expect(reading.documents.map((document) => document.value.requestId)).toEqual(['ful_x'])
  expect(reading.refused).toMatchObject([
    { part: 'ST 0001 PRF 0190a7c3', issues: [{ code: 'x12.po-unknown', place: { path: 'PRF[2]-01' } }] },
  ])
})

test('levels without a parent, and an item without a line number, are faults with a place', () => {
  const issue = (from: string, to: string) =>
    maps.readShipment(changed('shipment-856.in.edi', from, to), numbers).refused[0]?.issues[0]
  expect(issue('HL*6*2*P', 'HL*6*77*P')).toMatchObject({
    code: 'x12.hl-parent',
    place: { path: 'HL[6]-02' },
    value: '77',
  })
  expect(issue('HL*6*2*P', 'HL*6*2*X')).toMatchObject({ code: 'x12.hl-level', place: { path: 'HL[6]-03' } })
  expect(issue('SN1*5*8', 'SN1**8')).toMatchObject({ code: 'x12.line-missing', place: { path: 'LIN[3]-01' } })
  expect(maps.readShipment(setOf(text('order-850.in.edi')), numbers).refused[0]?.issues[0]?.code).toBe('x12.hl-level')
})

test('a set with a broken envelope is not read', () => {
  const reading = maps.readAnswer(changed('answer-855.in.edi', 'SE*13', 'SE*12'), answerContext)
  expect(reading.documents).toEqual([])
  expect(reading.refused[0]?.part).toBe('ST 0001')
})

test('what an 850 cannot carry is an issue before anything is sent', () => {
  const instruction = FulfillmentInstruction.parse(given('order-850.out.json'))
  const [first] = instruction.lines
  if (first === undefined) throw new Error('the example has lines')
  const codes = (change: Partial<FulfillmentInstruction>) => {
    const written = maps.writeOrder({ ...instruction, ...change }, context)
    return written.ok ? [] : written.issues.map((issue) => [issue.code, issue.place.path])
  }
  expect(codes({ lines: [first, { ...first, currency: 'EUR' }] })).toEqual([['x12.currency', '/lines/1/currency']])
  expect(codes({ shipTo: { line1: 'x'.repeat(56), city: 'A', country: 'US' } })).toEqual([
    ['map.text', '/shipTo/line1'],
  ])
  expect(codes({ method: 'pickup' })).toEqual([['map.code', '/method']])
  expect(codes({ requestId: `ful_${'a'.repeat(30)}` as FulfillmentRequestId })).toEqual([
    ['x12.reference', '/requestId'],
  ])
})

const bareIds = fc.stringMatching(/^[0-9A-HJKMNP-TV-Z]{1,22}$/)

test('law: an id is its own reference without the prefix, up to the 22 characters X12 takes', () => {
  fc.assert(
    fc.property(bareIds, (bare) => {
      expect(shortReference(`ful_${bare}`)).toBe(bare)
      expect(idOfReference('ful', bare)).toBe(`ful_${bare}`)
    }),
  )
  expect(shortReference(`ful_${'A'.repeat(23)}`)).toBeUndefined()
})

test('dates without a time begin the day, promises end it, and zones are heeded', () => {
  expect(instantOf('20261123')).toBe('2026-11-23T00:00:00.000Z')
  expect(instantOf('261123', undefined, undefined, true)).toBe('2026-11-23T23:59:59.000Z')
  expect(instantOf('20261123', '1545', 'ES')).toBe('2026-11-23T20:45:00.000Z')
  for (const bad of ['20261131', '2026-11-23', '', undefined]) expect(instantOf(bad)).toHaveProperty('detail.rule')
})

const words = (max: number) =>
  fc.string({ minLength: 1, maxLength: max, unit: fc.constantFrom('A', 'b', '1', '_', '.', '#', '-') })
const seconds = fc
  .integer({ min: Date.parse('2000-01-01') / 1000, max: Date.parse('2079-12-31') / 1000 })
  .map((second) => new Date(second * 1000).toISOString() as Instant)
const requestIds = bareIds.map((id) => `ful_${id}` as FulfillmentRequestId)
const lineNos = fc.integer({ min: 1, max: 999 })

const instructions = fc
  .record(
    {
      requestId: requestIds,
      orderId: bareIds.map((id) => `ord_${id}` as OrderId),
      orderNumber: words(20),
      placedAt: seconds,
      nodeId: fc.constant('nord'),
      method: fc.constantFrom('dropShip', 'ship'),
      shipTo: fc.record(
        {
          name: words(60),
          line1: words(55),
          city: fc.constantFrom('', 'Lyon'),
          region: words(30),
          country: fc.constant('FR'),
          phone: words(20),
          email: words(40),
        },
        { requiredKeys: ['line1', 'city', 'country'] },
      ),
      shippingService: words(35),
      neededBy: seconds,
      currency: fc.constantFrom('USD', 'JPY'),
      lines: fc.array(
        fc.record({
          lineNo: lineNos,
          product: fc.constantFrom({ sku: 'SHOE-LTD-42', partnerSku: 'N-LTD-42' }, { sku: 'SOCK-1' }),
          quantity: fc.integer({ min: 1, max: 10_000 }),
          unitPriceMinor: fc.nat(1_000_000),
        }),
        { minLength: 1, maxLength: 4 },
      ),
    },
    { requiredKeys: ['requestId', 'orderId', 'orderNumber', 'placedAt', 'nodeId', 'method', 'currency', 'lines'] },
  )
  .map(({ currency, lines, ...head }) =>
    FulfillmentInstruction.parse({
      ...head,
      lines: lines.map(({ product, ...line }) => ({ ...line, ...product, currency })),
    }),
  )

test('law: an instruction sent as an 850 over the wire comes back the same', () => {
  fc.assert(
    fc.property(instructions, (instruction) => {
      expect(thereAndBack(orderMap(BASE_PROFILE), instruction, context)).toBeUndefined()
      const read = maps.readOrder(overTheWire('850', maps.writeOrder(instruction, context)), context)
      expect(read.refused).toEqual([])
      expect(read.documents[0]?.value).toEqual(instruction)
    }),
  )
})

const answers = fc.record({
  requestId: requestIds,
  answeredAt: fc.constant(answeredAt),
  lines: fc.array(
    fc
      .record({
        lineNo: lineNos,
        accepted: fc.nat(99),
        rejected: fc.nat(99),
        promised: fc.boolean(),
        reason: fc.constantFrom('outOfStock', 'ineligibleProduct', 'other'),
      })
      .map(({ promised, reason, ...line }) => ({
        ...line,
        ...(line.rejected > 0 ? { reason } : {}),
        ...(promised && line.accepted > 0 ? { expectedShipAt: '2026-11-24T23:59:59.000Z' } : {}),
      })),
    { minLength: 1, maxLength: 4 },
  ),
})

const notices = fc.record(
  {
    requestId: requestIds,
    externalId: words(30),
    shippedAt: seconds,
    carrier: words(20),
    service: words(35),
    packages: fc.array(
      fc.record(
        {
          trackingNumber: words(40),
          containerCode: words(20),
          weightGrams: fc.nat(1_000_000),
          lines: fc.array(fc.record({ lineNo: lineNos, quantity: fc.integer({ min: 1, max: 99 }) }), {
            minLength: 1,
            maxLength: 3,
          }),
        },
        { requiredKeys: ['lines'] },
      ),
      { minLength: 1, maxLength: 3 },
    ),
  },
  { requiredKeys: ['requestId', 'externalId', 'shippedAt', 'packages'] },
)

test('law: answers and notices sent over the wire come back the same', () => {
  fc.assert(
    fc.property(answers, notices, (madeAnswer, madeNotice) => {
      const [answer, notice] = [FulfillmentResponse.parse(madeAnswer), ShipmentNotice.parse(madeNotice)]
      const answered = maps.readAnswer(overTheWire('855', maps.writeAnswer(answer, numbers)), answerContext)
      expect(answered.documents.map((document) => document.value)).toEqual([answer])
      const shipped = maps.readShipment(overTheWire('856', maps.writeShipment(notice, numbers)), numbers)
      expect(shipped.documents.map((document) => document.value)).toEqual([notice])
    }),
  )
})

test('another partner is another profile: its qualifiers are data', () => {
  const profile = { ...BASE_PROFILE, partnerSkuQualifier: 'BP', hubSkuQualifier: 'IN', customerOrderQualifier: 'IL' }
  const instruction = FulfillmentInstruction.parse(given('order-850.out.json'))
  const written = lines(x12Maps(profile).writeOrder(instruction, context))
  expect(written).toContain('PO1*2*1*EA*149.90*PE*BP*N-LTD-42*IN*SHOE-LTD-42~')
  expect(written).toContain('REF*IL*#1001~')
})

test('every element of the golden files is read or left out by name, and every canonical field has a source', () => {
  const tree850 = withParties(treeOf(setOf(text('order-850.in.edi')).segments, SHAPE_850))
  delete tree850['N1']
  expect(coverage(orderMap(BASE_PROFILE), tree850, FulfillmentInstruction)).toEqual({
    // N101 is the loop's name in the tree.
    unread: ['parties.ST.N1.01', 'parties.SF.N1.01'],
    // An 850 has no word for what packs together.
    unset: ['shipTo.position.latitude', 'shipTo.position.longitude', 'packGroup'],
  })
  const tree855 = treeOf(setOf(text('answer-855.in.edi')).segments, SHAPE_855)
  expect(coverage(answerMap(BASE_PROFILE), tree855, FulfillmentResponse)).toEqual({
    unread: ['BAK.04', 'PO1.*.PO1.04', 'PO1.*.PO1.05', 'PO1.*.PO1.06', 'PO1.*.PO1.07'],
    // An 855 may be followed by another one for the rest.
    unset: ['refusesRest'],
  })
})
