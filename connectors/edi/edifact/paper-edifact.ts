/** A partner on paper that trades EDIFACT files: how it writes what it says, and what it makes of ours. For the exhibits of this folder. */
import { Buffer } from 'node:buffer'
import type { Instant } from '#core/model/time.ts'
import type { EdifactDocument } from '#mappings/edifact/document.ts'
import { EDIFACT_BASE } from '#mappings/edifact/profile.ts'
import { writeEdifact } from '#mappings/formats/edifact/writer.ts'
import type { Crosswalk } from '../../contract/connector.ts'
import type { PaperFile } from '../../contract/exhibit.ts'
import { sha256 } from '../../contract/request.ts'
import { filesForPartner } from '../../transport/paper-folders.ts'

export const US = { qualifier: '14', id: 'RECEIVER', internalId: '' }
export const PARTNER = { qualifier: '14', id: 'SENDER', internalId: '' }

/** The partner's file with one message that says this. Its reference follows from what it says. */
export const says =
  (document: EdifactDocument) =>
  (value: unknown, { crosswalk, at }: { crosswalk: Crosswalk; at: Instant }): Uint8Array | undefined => {
    const written = document.write(value, { crosswalk, receivedAt: at }, EDIFACT_BASE)
    if (!written.ok) return undefined
    const reference = String(Number.parseInt(sha256(JSON.stringify(value)).slice(0, 7), 16) + 1)
    const header = {
      reference: '1',
      type: document.type,
      version: 'D',
      release: '96A',
      agency: 'UN',
      association: 'EAN008',
      accessReference: '',
    }
    const { answeredAt, revisedAt } = value as { answeredAt?: Instant; revisedAt?: Instant }
    const [date = '', time = ''] = (answeredAt ?? revisedAt ?? at).replaceAll(/[-:]/g, '').split(/[T.]/)
    const file = writeEdifact({
      envelope: {
        syntaxId: 'UNOC',
        syntaxVersion: '3',
        sender: PARTNER,
        receiver: US,
        date: date.slice(2),
        time: time.slice(0, 4),
        controlReference: reference,
        password: '',
        passwordQualifier: '',
        applicationReference: '',
        priority: '',
        acknowledgmentRequested: false,
        agreementId: '',
        isTest: false,
      },
      messages: [{ header, segments: written.value }],
    })
    return file.ok ? file.value.bytes : undefined
  }

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('latin1')

/** Documents by kind and number (BGM: 220 an order, 230 its change) and acknowledged interchanges (UCI) in the files that we laid into the partner's folder. */
export const effectsOf = (files: readonly PaperFile[]): string[] =>
  filesForPartner(files)
    .flatMap(({ bytes }) => [...textOf(bytes).matchAll(/(BGM\+\w+|UCI)\+([^+']+)/g)])
    .map(([, what = '', number = '']) => `${what} ${number}`)

/** The control reference of UNB. */
export const controlNumbers = (bytes: Uint8Array): string[] =>
  [...textOf(bytes).matchAll(/UNB(?:\+[^+']*){4}\+([^+']+)/g)].map(([, number = '']) => number)

/** A receipt that says that an interchange was taken. */
export const CONTRL_RECEIPT = JSON.stringify({
  header: {
    reference: '1',
    type: 'CONTRL',
    version: '4',
    release: '1',
    agency: 'UN',
    association: '',
    accessReference: '',
  },
  segments: [['UCI', '7', ['SENDER', '14'], ['RECEIVER', '14'], '8']],
})
