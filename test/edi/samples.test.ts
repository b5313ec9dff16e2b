/**
 * The public sample files: the right verdict on each, and the same reading, verdict and acknowledgments however a file is cut.
 * EDI_PROOF=full cuts the two large files at every byte too (hours); without it they are cut at some hundred.
 */
import { expect, test } from 'vitest'
import { haveSamples, samples } from '#mappings/formats/x12/testing.ts'
import { eventsOf, isEdifact, judge } from './kit.ts'

/** Minutes, for a busy machine: these take seconds on a free one. */
const PATIENCE_MS = 300_000

/** Judged by eye and by independent counts: what is wrong with each file, nothing where absent. Content as `code place`. */
const FAULTS: Readonly<Record<string, readonly string[]>> = {
  '06-850.SyntaxNotes.ERR.edi': [
    'x12.guide.conditional-missing PO1[1]-07',
    'x12.guide.conditional-missing PO4[6]-06',
    'x12.guide.conditional-missing PO4[6]-06',
  ],
  '09-ControlNumbersMismatch.edi': [
    'x12.interchange.control-number',
    'x12.group.control-number',
    'x12.set.control-number',
  ],
  '10-WrongGroupsAndTranCount.edi': ['x12.interchange.count', 'x12.group.count'],
  '15-997-sample.edi': ['x12.interchange.control-number', 'x12.group.control-number'],
  '16-846-sample2.edi': ['x12.set.count'],
  '17-856-sample2.edi': ['x12.interchange.control-number', 'x12.group.control-number'],
  // A quantity without its unit: C0203.
  '18-po-ack-minor-changes.edi': ['x12.guide.conditional-missing ACK[3]-03'],
  '20-1.edi': ['x12.set.count'],
  '22-invalid997.edi': ['x12.guide.too-long AK1[1]-01', 'x12.guide.bad-number AK4[1]-02'],
  '25-invalid999.edi': [
    'x12.set.count',
    'x12.guide.out-of-order IK5[1]',
    'x12.guide.too-long AK1[1]-01',
    'x12.guide.too-many-elements AK2[1]-04',
    'x12.guide.bad-code IK5[2]-01',
    'x12.guide.too-many-segments IK5[3]',
    'x12.guide.bad-number CTX[2]-06',
  ],
  // Version 003040 has dates of six digits and two characters for BEG08.
  '27-5-850.x12': [
    'x12.guide.too-long BEG[1]-05',
    'x12.guide.too-long BEG[1]-08',
    'x12.guide.too-long DTM[1]-02',
    'x12.guide.too-long DTM[2]-02',
  ],
  '29-po850.txt': ['x12.set.count'],
  // N1*SF***CHI: an id without its qualifier, and no name.
  '90-005010_945.edi': [
    'x12.set.count',
    'x12.guide.conditional-missing N1[2]-02',
    'x12.guide.conditional-missing N1[2]-03',
  ],
  // UNS is mandatory in ORDERS, ORDRSP and INVOIC, in every directory.
  '30-valid_orders_d96a_minimal.edi': ['edifact.guide.segment-missing UNS'],
  // The IMD ends with a released terminator, so that it takes the QTY behind it.
  '31-edge_special_chars.edi': ['edifact.guide.too-many-components IMD[1]-04.2', 'edifact.guide.segment-missing UNS'],
  // In DESADV a LIN lies in a packing level (CPS).
  '34-valid_desadv_d96a_minimal.edi': ['edifact.guide.out-of-order LIN[1]', 'edifact.guide.out-of-order QTY[1]'],
  '35-invalid_desadv_d96a_missing_bgm.edi': [
    'edifact.guide.segment-missing BGM',
    'edifact.guide.out-of-order LIN[1]',
    'edifact.guide.out-of-order QTY[1]',
  ],
  '36-valid_ordrsp_d96a_with_cnt.edi': ['edifact.guide.segment-missing UNS'],
  '37-valid_invoic_d96a_full.edi': [
    'edifact.guide.segment-missing UNS',
    'edifact.guide.out-of-order LIN[2]',
    'edifact.guide.out-of-order QTY[2]',
    'edifact.guide.out-of-order PRI[2]',
  ],
  '40-BAD_ORDERS_D.03B_Interchange.txt': ['edifact.message.count', 'edifact.guide.too-many-segments DTM[36]'],
  // DTM+4:19999715: a month 97.
  '41-invoic_d93a_una.edi': ['edifact.guide.bad-date DTM[2]-01.2'],
  '43-order.edi': ['edifact.interchange.no-trailer'],
}

test.skipIf(!haveSamples)(
  'every sample file gets the right verdict',
  () => {
    let judged = 0
    for (const { name, bytes } of samples(({ name }) => !name.startsWith('44-'))) {
      expect([name, judge([bytes], isEdifact(bytes)).issues]).toEqual([name, FAULTS[name] ?? []])
      judged += 1
    }
    expect(judged).toBeGreaterThan(40)
  },
  PATIENCE_MS,
)

test.skipIf(!haveSamples)(
  'a message of many orders run together is one message with its faults told, and a bounded list',
  () => {
    const [huge] = samples(({ name }) => name.startsWith('44-'))
    if (huge === undefined) throw new Error('the sample is not there')
    const { issues } = judge([huge.bytes], true)
    expect(issues).toContain('edifact.interchange.no-trailer')
    expect(issues).toContain('edifact.message.count')
    expect(issues).toContain('edifact.guide.out-of-order BGM[2]')
    expect(issues.length).toBeLessThan(250)
  },
  PATIENCE_MS,
)

const SMALL_BYTES = 10_000
const isFull = process.env['EDI_PROOF'] === 'full'

/** Every byte of a small file; of a large one every byte too when the full proof is asked for, else some. */
function* cutsOf(length: number): Generator<number> {
  const step = length < SMALL_BYTES || isFull ? 1 : Math.ceil(length / (length < 1_000_000 ? 60 : 12))
  for (let at = 0; at <= length; at += step) yield at
}

test.skipIf(!haveSamples)(
  'every sample file, cut in two at every byte, gives the same segments, places and issues',
  () => {
    for (const { name, bytes } of samples()) {
      const edifact = isEdifact(bytes)
      const whole = eventsOf([bytes], edifact)
      for (const at of cutsOf(bytes.length))
        if (eventsOf([bytes.subarray(0, at), bytes.subarray(at)], edifact) !== whole)
          expect.fail(`${name} cut at byte ${at} reads differently`)
    }
  },
  PATIENCE_MS,
)

test.skipIf(!haveSamples)(
  'every sample file, fed byte by byte, gives the same segments, verdict and acknowledgments',
  () => {
    for (const { name, bytes } of samples()) {
      const edifact = isEdifact(bytes)
      const single = (): Iterable<Uint8Array> => Array.from(bytes, (_, at) => bytes.subarray(at, at + 1))
      if (eventsOf(single(), edifact) !== eventsOf([bytes], edifact)) expect.fail(`${name} reads differently`)
      if (bytes.length < 1_000_000) expect([name, judge(single(), edifact)]).toEqual([name, judge([bytes], edifact)])
    }
  },
  PATIENCE_MS,
)

test.skipIf(!haveSamples)(
  'every small sample file, cut in three anywhere, gives the same verdict and acknowledgments',
  () => {
    for (const { name, bytes } of samples(({ bytes }) => bytes.length < SMALL_BYTES)) {
      const edifact = isEdifact(bytes)
      const whole = JSON.stringify(judge([bytes], edifact))
      for (let at = 1; at < bytes.length; at += 37) {
        const parts = [bytes.subarray(0, at), bytes.subarray(at, at + 5), bytes.subarray(at + 5)]
        if (JSON.stringify(judge(parts, edifact)) !== whole)
          expect.fail(`${name} cut at byte ${at} is judged differently`)
      }
    }
  },
  PATIENCE_MS,
)
