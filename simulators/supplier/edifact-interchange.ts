/** Puts messages of one type into one interchange with the supplier's own control references. */
import { parsed, type Parsed } from '#core/issue.ts'
import type { Instant } from '#core/model/time.ts'
import type { EdifactInterchange } from '#mappings/formats/edifact/interchange.ts'
import { writeEdifact } from '#mappings/formats/edifact/writer.ts'
import { dateOf, timeOf } from './documents.ts'
import type { Composed, Correspondent, Segments, Sender } from './interchange.ts'

/** Whom to answer, with the character set of its own interchange. */
export const edifactCorrespondentOf = ({ header }: EdifactInterchange): Correspondent => ({
  party: { qualifier: header.sender.qualifier, id: header.sender.id },
  groupId: header.sender.internalId,
  version: header.syntaxId,
  groupVersion: header.syntaxVersion,
  usage: header.isTest ? 'T' : 'P',
})

/** `D.96A` for all but CONTRL, which has a directory of its own. */
export function composeEdifact(
  sender: Sender,
  to: Correspondent,
  type: string,
  sets: readonly Segments[],
  controlNumber: number,
  at: Instant,
): Parsed<Composed> {
  const interchangeNumber = String(controlNumber)
  const isReceipt = type === 'CONTRL'
  const written = writeEdifact(
    {
      envelope: {
        syntaxId: to.version,
        syntaxVersion: to.groupVersion,
        sender: { ...sender.identity, internalId: '' },
        receiver: { ...to.party, internalId: to.groupId },
        date: dateOf(at).slice(2),
        time: timeOf(at),
        controlReference: interchangeNumber,
        password: '',
        passwordQualifier: '',
        applicationReference: type,
        priority: '',
        acknowledgmentRequested: !isReceipt,
        agreementId: 'EANCOM',
        isTest: to.usage === 'T',
      },
      messages: sets.map((segments, index) => ({
        header: {
          reference: String(index + 1),
          type,
          version: 'D',
          release: isReceipt ? '3' : '96A',
          agency: 'UN',
          association: isReceipt ? '' : 'EAN005',
          accessReference: '',
        },
        segments,
      })),
    },
    { lineEnd: '\n', una: 'always' },
  )
  if (!written.ok) return written
  return parsed({
    bytes: written.value.bytes,
    interchangeNumber: interchangeNumber.padStart(9, '0'),
    functionalId: isReceipt ? 'FA' : 'UNB',
    groupNumber: interchangeNumber,
  })
}

/** The same file with another reference in its UNZ. */
export const withWrongUnz = (bytes: Uint8Array): Uint8Array =>
  Buffer.from(
    Buffer.from(bytes)
      .toString('latin1')
      .replace(/(UNZ.\d+.)(\d+)/, (_, start: string, number: string) => start + String(Number(number) + 500_000)),
    'latin1',
  )
