/** CTT01 counts the lines: a document that lost one on its way says so here. */
import type { Rule } from '../engine/index.ts'
import { isAbsent, refuse, rulesFor } from '../engine/index.ts'
import type { Elements } from './tree.ts'

type Counted = { CTT?: Elements; PO1: { length: number } }

/** For 850 and 855. CTT may be left out; a wrong count refuses the document. */
export function countRule<S extends Counted, T extends { lines: unknown[] }, X>(): Rule<S, T, X> {
  return rulesFor<Counted, { lines: unknown[] }, X>().derive({
    name: 'CTT01 counts the lines',
    reads: ['CTT.01', 'PO1.length'],
    writes: ['lines'],
    forward: ({ 'CTT.01': count, 'PO1.length': lines = 0 }) =>
      isAbsent(count) || Number(count) === lines ? {} : wrongCount(Number(lines)),
    back: ({ lines = [] }) => ({ 'CTT.01': String(lines.length) }),
  })
}

const wrongCount = (lines: number) =>
  refuse({
    rule: `must be the number of PO1 segments, here ${lines}`,
    cure: 'Send the document again, whole.',
    code: 'x12.count',
  })
