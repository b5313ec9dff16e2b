/**
 * Made faults, each with the exact codes its acknowledgment must hold: TA1, 997, 999, CONTRL. Every case is one edit of a document
 * that is clean, so a code that appears for another reason fails the case.
 */
import { describe, expect, test } from 'vitest'
import { readEdifactInterchanges } from '../edifact/envelope.ts'
import { buildContrl } from '../edifact/contrl.ts'
import { build997, build999 } from '../x12/ack.ts'
import { readX12Interchanges } from '../x12/envelope.ts'
import { buildTa1 } from '../x12/ta1.ts'
import type { WritableSegment } from '../x12/writable.ts'
import { bytesOf, ISA } from '../x12/testing.ts'
import type { GuideOverlayInput } from './overlay.ts'
import { validateEdifactMessage } from './edifact/validator.ts'
import { validateX12Set } from './x12/validator.ts'
import { ackVerdict } from './x12/verdict.ts'

const ORDER = [
  'ST*850*0001',
  'BEG*00*DS*PO-1**20261122',
  'REF*IA*4711',
  'DTM*010*20261124',
  'N1*ST*JANE DOE',
  'N3*12 MAIN STREET',
  'N4*SPRINGFIELD*IL*62701*US',
  'PO1*1*2*EA*9.95**UP*012345678905',
  'PID*F****BLUE WIDGET',
  'PO1*2*1*EA*19.95**UP*012345678912',
  'CTT*2',
  'SE*12*0001',
]
const SECOND = ['ST*850*0002', 'BEG*00*DS*PO-2**20261122', 'PO1*1*1*EA*1.00**UP*012345678905', 'CTT*1', 'SE*5*0002']

const interchange = (sets: string[], head = ISA): string =>
  `${head}GS*PO*BUYER*SUPPLIER*20261122*0930*7*X*004010~${sets.join('~')}~GE*2*7~IEA*1*000000042~`
const CLEAN = interchange([...ORDER, ...SECOND])

type Edit = readonly [from: string, to: string]
const edited = (text: string, edits: readonly Edit[]): string => {
  let out = text
  for (const [from, to] of edits) {
    if (!out.includes(from)) throw new Error(`the example has no ${from}`)
    out = out.replace(from, to)
  }
  return out
}

const textOf = (segment: WritableSegment): string =>
  segment
    .map((element) => (typeof element === 'string' ? element : 'repetitions' in element ? '' : element.join('>')))
    .join('*')

function ackLines(text: string, kind: '997' | '999', overlay?: GuideOverlayInput): string[] {
  const group = readX12Interchanges(bytesOf(text)).interchanges[0]?.groups[0]
  if (group === undefined) throw new Error('the example has a group')
  const verdicts = new Map(
    group.sets.flatMap((set, index) => {
      const verdict = ackVerdict(validateX12Set(set, group.header.version, overlay).faults)
      return verdict === undefined ? [] : [[index, verdict] as const]
    }),
  )
  const request = { group, controlNumber: '1', verdicts }
  const made = kind === '997' ? build997(request) : build999(request)
  return (made?.set.segments ?? []).map(textOf)
}

/** Inserting or dropping a segment changes the count too, so the trailer is mended with it. */
const count = (by: number): Edit => ['SE*12*0001', `SE*${12 + by}*0001`]
const about = (lines: string[]): string[] => lines.filter((line) => /^(AK3|AK4|IK3|IK4)/.test(line))
const firstVerdict = (lines: string[]): string => lines.find((line) => /^(AK5|IK5)/.test(line)) ?? ''

describe('997', () => {
  test('a clean group is accepted', () => {
    expect(ackLines(CLEAN, '997')).toEqual([
      'AK1*PO*7',
      'AK2*850*0001',
      'AK5*A',
      'AK2*850*0002',
      'AK5*A',
      'AK9*A*2*2*2',
    ])
  })

  test.each<[name: string, edits: Edit[], expected: string[]]>([
    ['a segment no standard knows', [['REF*IA*4711', 'QQQ*1~REF*IA*4711'], count(1)], ['AK3*QQQ*3**1']],
    ['a segment of another set', [['REF*IA*4711', 'HL*1**S~REF*IA*4711'], count(1)], ['AK3*HL*3**6']],
    ['the first segment missing', [['BEG*00*DS*PO-1**20261122~', ''], count(-1)], ['AK3*BEG*2**3']],
    ['a segment after its place', [['DTM*010*20261124', 'DTM*010*20261124~CUR*BY*USD'], count(1)], ['AK3*CUR*5**7']],
    ['a segment too often', [['REF*IA*4711', 'CUR*BY*USD~CUR*BY*USD~REF*IA*4711'], count(1 + 1)], ['AK3*CUR*4**5']],
    ['a loop too often', [['CTT*2', 'CTT*2~CTT*2'], count(1)], ['AK3*CTT*12*CTT*4']],
    ['a mandatory element missing', [['BEG*00*DS*PO-1', 'BEG*00*DS*']], ['AK3*BEG*2**8', 'AK4*3*324*1*']],
    ['half of a pair missing', [['UP*012345678905~PID', 'UP~PID']], ['AK3*PO1*8*PO1*8', 'AK4*7*234*2*']],
    ['the partner of a conditional missing', [['PO1*1*2*EA', 'PO1*1**EA']], ['AK3*PO1*8*PO1*8', 'AK4*2*330*2*']],
    ['neither of two that must be', [['N1*ST*JANE DOE', 'N1*ST']], ['AK3*N1*5*N1*8', 'AK4*2*93*2*']],
    ['too many elements', [['CTT*2~', 'CTT*2******X*Y~']], ['AK3*CTT*11*CTT*8', 'AK4*8**3*Y']],
    ['an element too short', [['N4*SPRINGFIELD', 'N4*S']], ['AK3*N4*7*N1*8', 'AK4*1*19*4*S']],
    [
      'an element too long',
      [['PO-1', 'PO-12345678901234567890']],
      ['AK3*BEG*2**8', 'AK4*3*324*5*PO-12345678901234567890'],
    ],
    ['letters in a number', [['PO1*1*2*EA', 'PO1*1*TWO*EA']], ['AK3*PO1*8*PO1*8', 'AK4*2*330*6*TWO']],
    ['a code of no list', [['BEG*00', 'BEG*9Z']], ['AK3*BEG*2**8', 'AK4*1*353*7*9Z']],
    ['a date that is none', [['DTM*010*20261124', 'DTM*010*20261324']], ['AK3*DTM*4**8', 'AK4*2*373*8*20261324']],
    ['a leap day of a common year', [['20261124', '20270229']], ['AK3*DTM*4**8', 'AK4*2*373*8*20270229']],
    ['a date of six digits', [['20261124', '261124']], ['AK3*DTM*4**8', 'AK4*2*373*4*261124']],
    ['a time that is none', [['DTM*010*20261124', 'DTM*010*20261124*2561']], ['AK3*DTM*4**8', 'AK4*3*337*9*2561']],
    ['a total that is wrong', [['CTT*2~', 'CTT*3~']], ['AK3*CTT*11*CTT*8', 'AK4*1*354*7*3']],
    [
      'two faults of one segment',
      [['BEG*00*DS*PO-1**20261122', 'BEG*9Z*DS*PO-1**20261199']],
      ['AK3*BEG*2**8', 'AK4*1*353*7*9Z', 'AK4*5*373*8*20261199'],
    ],
    [
      'faults of two segments',
      [
        ['BEG*00', 'BEG*9Z'],
        ['CTT*2~', 'CTT*3~'],
      ],
      ['AK3*BEG*2**8', 'AK4*1*353*7*9Z', 'AK3*CTT*11*CTT*8', 'AK4*1*354*7*3'],
    ],
  ])('%s', (_, edits, expected) => {
    const lines = ackLines(edited(CLEAN, edits), '997')
    expect(about(lines)).toEqual(expected)
    expect(firstVerdict(lines)).toBe('AK5*R*5')
    expect(lines.at(-1)).toBe('AK9*P*2*2*1')
  })

  test.each<[name: string, edits: Edit[], verdict: string, group: string]>([
    ['no SE', [['SE*12*0001~', '']], 'AK5*R*2', 'AK9*P*2*2*1'],
    ['SE02 differs from ST02', [['SE*12*0001', 'SE*12*0009']], 'AK5*R*3', 'AK9*P*2*2*1'],
    ['SE01 is wrong', [['SE*12*0001', 'SE*13*0001']], 'AK5*R*4', 'AK9*P*2*2*1'],
    ['a segment with no name', [['REF*IA', 'rf*IA']], 'AK5*R*5', 'AK9*P*2*2*1'],
    ['ST01 is no set', [['ST*850*0001', 'ST*85*0001']], 'AK5*R*6', 'AK9*P*2*2*1'],
    [
      'no ST02',
      [
        ['ST*850*0001', 'ST*850'],
        ['SE*12*0001', 'SE*12'],
      ],
      'AK5*R*7*5',
      'AK9*P*2*2*1',
    ],
    ['GE02 differs from GS06', [['GE*2*7', 'GE*2*8']], 'AK5*A', 'AK9*R*2*2*0*4'],
    ['GE01 is wrong', [['GE*2*7', 'GE*5*7']], 'AK5*A', 'AK9*R*5*2*0*5'],
    ['no GE', [['GE*2*7~', '']], 'AK5*A', 'AK9*R*2*2*0*3'],
  ])('of the envelope: %s', (_, edits, verdict, group) => {
    const lines = ackLines(edited(CLEAN, edits), '997')
    expect([firstVerdict(lines), lines.at(-1)]).toEqual([verdict, group])
  })

  test('ST02 that was used before rejects the second set', () => {
    const lines = ackLines(
      edited(CLEAN, [
        ['ST*850*0002', 'ST*850*0001'],
        ['SE*5*0002', 'SE*5*0001'],
      ]),
      '997',
    )
    expect(lines.filter((line) => line.startsWith('AK5'))).toEqual(['AK5*A', 'AK5*R*23'])
  })
})

const partner: GuideOverlayInput = {
  segments: { PID: { use: 'unused' }, TD5: { use: 'required' } },
  elements: { 'BEG-02': { codes: ['SA'] }, 'PO1-01': { use: 'required' }, 'DTM-02': { use: 'unused' } },
  demands: ['N1*BT'],
}

describe('999', () => {
  test.each<[name: string, edits: Edit[], overlay: GuideOverlayInput | undefined, expected: string[], verdict: string]>(
    [
      ['a code of no list', [['BEG*00', 'BEG*9Z']], undefined, ['IK3*BEG*2**8', 'IK4*1*353*7*9Z'], 'IK5*R*5'],
      ['a segment missing', [['BEG*00*DS*PO-1**20261122~', ''], count(-1)], undefined, ['IK3*BEG*2**3'], 'IK5*R*5'],
      [
        'a code the partner does not take',
        [],
        { elements: { 'BEG-02': { codes: ['SA'] } } },
        ['IK3*BEG*2**8', 'IK4*2*92*I6*DS'],
        'IK5*R*I5',
      ],
      [
        'a segment the partner does not use',
        [],
        { segments: { PID: { use: 'unused' } } },
        ['IK3*PID*9*PO1*I4'],
        'IK5*R*I5',
      ],
      [
        'an element the partner demands',
        [['PO1*1*2', 'PO1**2']],
        { elements: { 'PO1-01': { use: 'required' } } },
        ['IK3*PO1*8*PO1*8', 'IK4*1*350*I9*'],
        'IK5*R*I5',
      ],
      [
        'an element the partner does not use',
        [],
        { elements: { 'DTM-02': { use: 'unused' } } },
        ['IK3*DTM*4**8', 'IK4*2*373*I10*20261124'],
        'IK5*R*I5',
      ],
      ['a segment the partner demands', [], { segments: { CUR: { use: 'required' } } }, ['IK3*CUR*3**I8'], 'IK5*R*I5'],
      ['a party the partner demands', [], { demands: ['N1*BT'] }, ['IK3*N1*12*CTT*I8'], 'IK5*R*I5'],
      [
        'a fault of the standard beside one of the partner',
        [['CTT*2~', 'CTT*3~']],
        { elements: { 'BEG-02': { codes: ['SA'] } } },
        ['IK3*BEG*2**8', 'IK4*2*92*I6*DS', 'IK3*CTT*11*CTT*8', 'IK4*1*354*7*3'],
        'IK5*R*5*I5',
      ],
    ],
  )('%s', (_, edits, overlay, expected, verdict) => {
    const only = edited(CLEAN.replace(`${SECOND.join('~')}~`, '').replace('GE*2*7', 'GE*1*7'), edits)
    const lines = ackLines(only, '999', overlay)
    expect(about(lines)).toEqual(expected)
    expect(firstVerdict(lines)).toBe(verdict)
    expect(lines[0]).toBe('AK1*PO*7*004010')
  })

  test('what only the partner demands is a fault of the standard to a 997, which has no other words', () => {
    expect(about(ackLines(CLEAN, '997', { elements: partner.elements ?? {} }))).toContain('AK4*2*92*7*DS')
  })
})

describe('TA1', () => {
  const ta1 = (text: string, note?: '025' | '006'): string | undefined => {
    const [first] = readX12Interchanges(bytesOf(text)).interchanges
    if (first === undefined) throw new Error('the example has an interchange')
    const made = buildTa1(first, note === undefined ? {} : { note })
    return made === null ? undefined : textOf(made.segment)
  }

  test.each<[name: string, edits: Edit[], code: string]>([
    ['clean', [], 'A*000'],
    ['IEA02 differs from ISA13', [['IEA*1*000000042', 'IEA*1*000000043']], 'R*001'],
    ['IEA01 is wrong', [['IEA*1', 'IEA*4']], 'R*021'],
    ['no IEA', [['IEA*1*000000042~', '']], 'R*023'],
    ['a segment between groups', [['IEA*1', 'REF*IA*1~IEA*1']], 'R*022'],
    ['ISA09 is no date', [['*261122*', '*261322*']], 'E*014'],
    ['ISA10 is no time', [['*0930*U', '*2561*U']], 'E*015'],
    ['ISA12 is no version', [['*00401*', '*4.0.1*']], 'E*017'],
    ['ISA14 is neither 0 nor 1', [['*0*T*>', '*X*T*>']], 'E*019'],
    ['ISA15 is none of P, T, I', [['*0*T*>', '*0*Z*>']], 'E*020'],
  ])('%s', (_, edits, code) => {
    const [status = '', note = ''] = code.split('*')
    const text = edited(CLEAN, edits)
    const [, date = '', time = ''] = /\*(\d{6})\*(\d{4})\*U/.exec(text) ?? []
    expect(ta1(text)).toBe(`TA1*000000042*${date}*${time}*${status}*${note}`)
  })

  test('a duplicate and an unknown sender are rejected with their notes', () => {
    expect(ta1(CLEAN, '025')).toBe('TA1*000000042*261122*0930*R*025')
    expect(ta1(CLEAN, '006')).toBe('TA1*000000042*261122*0930*R*006')
  })

  test('no acknowledgment is acknowledged', () => {
    expect(ta1(`${ISA}TA1*000000050*261122*0930*A*000~IEA*0*000000042~`)).toBeUndefined()
    expect(ta1(CLEAN.replace('GS*PO', 'GS*FA'))).toBeUndefined()
  })

  test('what repair read past is told with E', () => {
    const text = edited(CLEAN, [['IEA*1', 'IEA*4']])
    const [first] = readX12Interchanges(bytesOf(text), { repair: true }).interchanges
    expect(first === undefined ? undefined : buildTa1(first)?.segment.slice(4)).toEqual(['E', '021'])
  })
})

const EDI = [
  "UNB+UNOC:3+4012345000009:14+5412345000013:14+261122:0930+77'",
  "UNH+1+ORDERS:D:96A:UN:EAN008'",
  "BGM+220+PO-1+9'",
  "DTM+137:20261122:102'",
  "NAD+BY+4012345000009::9'",
  "LIN+1++4012345000016:EN'",
  "QTY+21:2'",
  "PRI+AAA:9.95'",
  "UNS+S'",
  "CNT+2:1'",
  "UNT+10+1'",
  "UNZ+1+77'",
].join('')

function contrl(text: string): string[] | null {
  const [first] = readEdifactInterchanges(bytesOf(text)).interchanges
  if (first === undefined) throw new Error('the example has an interchange')
  const findings = new Map(
    first.messages.map((message, index) => [index, { faults: validateEdifactMessage(message).faults }]),
  )
  const made = buildContrl({ interchange: first, reference: '1', findings })
  return (
    made?.message.segments.map((segment) =>
      segment
        .map((element) => (typeof element === 'string' ? element : Array.from(element as string[]).join(':')))
        .join('+'),
    ) ?? null
  )
}

const UCI = 'UCI+77+4012345000009:14:+5412345000013:14:'
const UCM = 'UCM+1+ORDERS:D:96A:UN:EAN008'
const unt = (by: number): Edit => ['UNT+10+1', `UNT+${10 + by}+1`]

describe('CONTRL', () => {
  test('a clean interchange is acknowledged, and CONTRL itself never', () => {
    expect(contrl(EDI)).toEqual([`${UCI}+7`])
    expect(contrl(EDI.replace('ORDERS:D:96A:UN:EAN008', 'CONTRL:D:3:UN'))).toBeNull()
  })

  test.each<[name: string, edits: Edit[], expected: string[]]>([
    ['UNZ repeats another reference', [['UNZ+1+77', 'UNZ+1+78']], [`${UCI}+4+28+UNZ+3`]],
    ['UNZ counts wrongly', [['UNZ+1', 'UNZ+2']], [`${UCI}+4+29+UNZ+2`]],
    ['no UNZ', [["UNZ+1+77'", '']], [`${UCI}+4+13+UNZ`]],
    ['a segment between messages', [['UNZ+1', "QTY+21:1'UNZ+1"]], [`${UCI}+4+33`]],
    ['UNT counts wrongly', [['UNT+10+1', 'UNT+11+1']], [`${UCI}+7`, `${UCM}+4+29+UNT+2`]],
    ['UNT repeats another reference', [['UNT+10+1', 'UNT+10+2']], [`${UCI}+7`, `${UCM}+4+28+UNT+3`]],
    ['no UNT', [["UNT+10+1'", '']], [`${UCI}+7`, `${UCM}+4+13+UNT`]],
    ['a segment no directory knows', [['LIN+1', "QQQ+1'LIN+1"], unt(1)], [`${UCI}+7`, `${UCM}+4`, 'UCS+5+15']],
    ['a segment out of order', [["UNS+S'", "UNS+S'NAD+SU+1::9'"], unt(1)], [`${UCI}+7`, `${UCM}+4`, 'UCS+9+15']],
    ['a segment missing', [["UNS+S'", ''], unt(-1)], [`${UCI}+7`, `${UCM}+4`, 'UCS+8+13']],
    ['a segment too often', [["CNT+2:1'", "CNT+2:1'".repeat(11)], unt(10)], [`${UCI}+7`, `${UCM}+4`, 'UCS+19+35']],
    ['an element missing', [['NAD+BY', 'NAD+']], [`${UCI}+7`, `${UCM}+4`, 'UCS+4', 'UCD+13+2']],
    ['a component missing', [['QTY+21:2', 'QTY+21']], [`${UCI}+7`, `${UCM}+4`, 'UCS+6', 'UCD+13+2:2']],
    ['too many components', [['QTY+21:2', 'QTY+21:2:PCE:X']], [`${UCI}+7`, `${UCM}+4`, 'UCS+6', 'UCD+16+2:4']],
    ['too many elements', [['UNS+S', 'UNS+S+S']], [`${UCI}+7`, `${UCM}+4`, 'UCS+8', 'UCD+16+3']],
    ['too long', [['QTY+21:2', 'QTY+21:2:PIECES']], [`${UCI}+7`, `${UCM}+4`, 'UCS+6', 'UCD+39+2:3']],
    ['letters in a number', [['QTY+21:2', 'QTY+21:TWO']], [`${UCI}+7`, `${UCM}+4`, 'UCS+6', 'UCD+37+2:2']],
    ['a code of no list', [['UNS+S', 'UNS+X']], [`${UCI}+7`, `${UCM}+4`, 'UCS+8', 'UCD+12+2']],
    ['a date that is none', [['20261122:102', '20261322:102']], [`${UCI}+7`, `${UCM}+4`, 'UCS+3', 'UCD+12+2:2']],
    ['a control count that is wrong', [['CNT+2:1', 'CNT+2:9']], [`${UCI}+7`, `${UCM}+4`, 'UCS+9', 'UCD+29+2:2']],
  ])('%s', (_, edits, expected) => {
    expect(contrl(edited(EDI, edits))).toEqual(expected)
  })
})
