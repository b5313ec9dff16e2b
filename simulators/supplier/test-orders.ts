/** The hub's side of the folder for this folder's tests: made 850s and 997s, and a reader for what comes back. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { allIssues, readX12Interchanges } from '#mappings/formats/x12/envelope.ts'

export type TestLine = { id: string; quantity: number; vendorSku: string }

export const testSet = (poNumber: string, lines: readonly TestLine[], purpose = '00'): string[] => [
  `BEG*${purpose}*DS*${poNumber}**20261122`,
  'REF*CO*#1001',
  'N1*ST*Zoë Buyer',
  ...lines.map((line) => `PO1*${line.id}*${line.quantity}*EA*12.50**VN*${line.vendorSku}*SK*OURS`),
  `CTT*${lines.length}`,
]

/** One interchange with one group; `type` and `functionalId` default to an 850's. */
export function testInterchange(
  controlNumber: number,
  sets: readonly (readonly string[])[],
  kind: { type: string; functionalId: string } = { type: '850', functionalId: 'PO' },
): Buffer {
  const isa = String(controlNumber).padStart(9, '0')
  const wrapped = sets.flatMap((segments, index) => {
    const number = String(index + 1).padStart(4, '0')
    return [`ST*${kind.type}*${number}`, ...segments, `SE*${segments.length + 2}*${number}`]
  })
  const segments = [
    `ISA*00*          *00*          *ZZ*HUB            *ZZ*ACME           *261122*0930*U*00401*${isa}*0*T*>`,
    `GS*${kind.functionalId}*HUB*ACME*20261122*0930*${controlNumber}*X*004010`,
    ...wrapped,
    `GE*${sets.length}*${controlNumber}`,
    `IEA*1*${isa}`,
  ]
  return Buffer.from(segments.map((segment) => `${segment}~\n`).join(''))
}

export type Answer = { file: string; type: string; segments: string[] }

/** Every set in the out folder, file by file; `faulty` names the files that no X12 reader takes without an issue. */
export async function answersIn(folder: string): Promise<{ files: string[]; answers: Answer[]; faulty: string[] }> {
  const files = (await readdir(join(folder, 'out'))).toSorted()
  const answers: Answer[] = []
  const faulty: string[] = []
  for (const file of files) {
    const read = readX12Interchanges(await readFile(join(folder, 'out', file)))
    if (allIssues(read).length > 0) faulty.push(file)
    for (const set of read.interchanges.flatMap(({ groups }) => groups.flatMap((group) => group.sets))) {
      answers.push({ file, type: set.header.id, segments: set.segments.map((segment) => segment.raw) })
    }
  }
  return { files, answers, faulty }
}
