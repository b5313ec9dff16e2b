/** `crossdock edi write`: JSON as `edi parse --json` prints it → the EDI file. */
import { z } from 'zod'
import { describeIssue, type Parsed } from '#core/issue.ts'
import { splitInvrpts } from '#mappings/formats/edifact/split.ts'
import { writeEdifact } from '#mappings/formats/edifact/writer.ts'
import type { WritableEdifact } from '#mappings/formats/edifact/writable.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import type { WritableInterchange } from '#mappings/formats/x12/writable.ts'
import { splitStockReports } from '#mappings/formats/x12/split.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import { UsageError } from './command.ts'
import { gathered, type EdiInput } from './edi-input.ts'

const Part = z.union([z.string(), z.array(z.string())])
const Element = z.union([Part, z.object({ repetitions: z.array(Part) })])
const Segment = z.tuple([z.string()], Element)
const LineEnd = z.enum(['', '\n', '\r\n', '\r']).default('')
const texts = (...names: string[]) => z.object(Object.fromEntries(names.map((name) => [name, z.string()])))
const X12Party = texts('qualifier', 'id')
const EdifactParty = texts('id', 'qualifier', 'internalId')

const X12File = z.object({
  standard: z.literal('x12'),
  interchanges: z.array(
    z.object({
      envelope: texts('date', 'time', 'standardsId', 'version', 'controlNumber', 'usage').extend({
        authorization: X12Party,
        security: X12Party,
        sender: X12Party,
        receiver: X12Party,
        acknowledgmentRequested: z.boolean(),
      }),
      separators: z.object({
        element: z.string(),
        component: z.string().nullable(),
        repetition: z.string().nullable(),
        terminator: z.string(),
      }),
      lineEnd: LineEnd,
      finalLineEnd: z.boolean().default(true),
      interchangeAcks: z.array(Segment).default([]),
      groups: z.array(
        z.object({
          header: texts('functionalId', 'sender', 'receiver', 'date', 'time', 'controlNumber', 'agency', 'version'),
          sets: z.array(
            z.object({ header: texts('id', 'controlNumber', 'implementation'), segments: z.array(Segment) }),
          ),
        }),
      ),
    }),
  ),
})

const EdifactFile = z.object({
  standard: z.literal('edifact'),
  interchanges: z.array(
    z.object({
      envelope: texts(
        'syntaxId',
        'syntaxVersion',
        'date',
        'time',
        'controlReference',
        'password',
        'passwordQualifier',
        'applicationReference',
        'priority',
        'agreementId',
      ).extend({
        sender: EdifactParty,
        receiver: EdifactParty,
        acknowledgmentRequested: z.boolean(),
        isTest: z.boolean(),
      }),
      separators: z.object({
        component: z.string(),
        element: z.string(),
        decimal: z.enum(['.', ',']),
        release: z.string().nullable(),
        repetition: z.string().nullable(),
        terminator: z.string(),
      }),
      lineEnd: LineEnd,
      finalLineEnd: z.boolean().default(true),
      una: z.string().default(''),
      messages: z.array(
        z.object({
          header: texts('reference', 'type', 'version', 'release', 'agency', 'association', 'accessReference'),
          segments: z.array(Segment),
        }),
      ),
    }),
  ),
})

const EdiFile = z.discriminatedUnion('standard', [X12File, EdifactFile])

/** Exit code 0 when everything was written, 1 when a value cannot be: then nothing is written at all. */
export async function write(
  input: EdiInput,
  emit: (bytes: Uint8Array) => void,
  tell: (line: string) => void,
): Promise<number> {
  const json = readJson(await gathered(input.name, input.chunks), { maxBytes: 200_000_000 })
  if (!json.ok) throw new UsageError(json.issues.map(describeIssue).join('\n'))
  const file = EdiFile.safeParse(json.value)
  if (!file.success)
    throw new UsageError(`${input.name} is not what edi parse --json prints:\n${z.prettifyError(file.error)}`)
  const written =
    file.data.standard === 'x12' ? file.data.interchanges.map(writtenX12) : file.data.interchanges.map(writtenEdifact)
  const issues = written.flatMap((each) => (each.ok ? [] : each.issues))
  for (const issue of issues) tell(`! ${describeIssue(issue)}`)
  if (issues.length > 0) return 1
  for (const each of written) if (each.ok) emit(each.value.bytes)
  return 0
}

type Written = Parsed<{ bytes: Uint8Array }>

function writtenX12(interchange: z.output<typeof X12File>['interchanges'][number]): Written {
  const { lineEnd, finalLineEnd } = interchange
  const whole = interchange as unknown as WritableInterchange
  return writeX12(
    { ...whole, groups: whole.groups.map((group) => splitStockReports(group)) },
    {
      lineEnd: lineEnd === '\r' ? '' : lineEnd,
      finalLineEnd,
      keepTrailingEmpty: true,
    },
  )
}

function writtenEdifact(interchange: z.output<typeof EdifactFile>['interchanges'][number]): Written {
  const { una, lineEnd, finalLineEnd } = interchange
  const whole = interchange as unknown as WritableEdifact
  return writeEdifact(
    { ...whole, messages: splitInvrpts(whole.messages) },
    {
      lineEnd,
      finalLineEnd,
      una: una === '' ? 'auto' : una + lineEnd,
      lowerCase: true,
      keepTrailingEmpty: true,
    },
  )
}
