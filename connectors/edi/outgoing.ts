/** Our side of the exchange: sets of one type become one interchange in one file, under control numbers that are never used twice. */
import type { Outcome, Lookup } from '#core/outcome.ts'
import type { Parsed } from '#core/issue.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import type { WritableInterchange, WritableSegment } from '#mappings/formats/x12/writable.ts'
import type { Context, Prepared, Transmission } from '../contract/connector.ts'
import type { EdiConfig } from './config.ts'

export type OutgoingType = '850' | '855' | '856' | '860' | '865' | '846' | '940' | '943' | '180' | '824' | '997' | '999'

const FUNCTIONAL_IDS: Record<OutgoingType, string> = {
  '850': 'PO',
  '855': 'PR',
  '856': 'SH',
  '865': 'CA',
  '846': 'IB',
  '860': 'PC',
  '940': 'OW',
  '943': 'AR',
  '180': 'AN',
  '824': 'AG',
  '997': 'FA',
  '999': 'FA',
}
/** What a 999 states in GS08 and ST03. */
const VERSION_999 = '005010X231A1'
/** ISA13 has nine digits; after the last comes 1. */
const MOST_NUMBERS = 999_999_999

type Group = { type: OutgoingType; sets: readonly (readonly WritableSegment[])[] }

/** Takes one interchange number and one group number. Issues: what cannot be written, e.g. a delimiter inside a name. */
export const compose = (
  context: Context<EdiConfig>,
  type: OutgoingType,
  sets: readonly (readonly WritableSegment[])[],
): Promise<Parsed<Prepared>> => composeFile(context, type, [{ type, sets }], [])

/** Receipts of one moment in one interchange: TA1 before the groups, 997 and 999 in groups of their own. */
export async function composeAcks(
  context: Context<EdiConfig>,
  receipts: readonly { type: '997' | '999' | 'TA1'; segments: readonly WritableSegment[] }[],
): Promise<Parsed<Prepared>> {
  const setsOf = (type: '997' | '999'): Group[] => {
    const sets = receipts.filter((receipt) => receipt.type === type).map(({ segments }) => segments)
    return sets.length === 0 ? [] : [{ type, sets }]
  }
  const groups = [...setsOf('997'), ...setsOf('999')]
  const ta1s = receipts.filter(({ type }) => type === 'TA1').flatMap(({ segments }) => segments)
  return composeFile(context, groups[0]?.type ?? 'TA1', groups, ta1s)
}

async function composeFile(
  context: Context<EdiConfig>,
  label: string,
  groups: readonly Group[],
  interchangeAcks: readonly WritableSegment[],
): Promise<Parsed<Prepared>> {
  const numbers = await controlNumbers(context, groups.length)
  const written = writeX12(
    { ...interchange(context, groups, numbers), interchangeAcks },
    {
      lineEnd: context.config.segmentTerminator === '\n' ? '' : '\n',
      substitute: context.config.substitutes,
    },
  )
  if (!written.ok) return written
  const name = `${context.connectionId}-${label}-${numbers.interchange}.edi`
  const [group] = groups
  const isAnswered = group !== undefined && FUNCTIONAL_IDS[group.type] !== 'FA'
  const receipt = isAnswered ? { receiptKey: receiptKeyOf(FUNCTIONAL_IDS[group.type], numbers.groups[0] ?? '') } : {}
  return { ok: true, value: { name, bytes: written.value.bytes, ...receipt } }
}

/** AK1 of the 997 that answers a group of ours. */
export const receiptKeyOf = (functionalId: string, groupNumber: string): string => `x12 ${functionalId} ${groupNumber}`

type Numbers = { interchange: string; groups: string[] }

async function controlNumbers(context: Context<EdiConfig>, groupCount: number): Promise<Numbers> {
  const [interchange = 1] = await context.nextNumbers('x12.interchange', 1)
  const groups = groupCount === 0 ? [] : await context.nextNumbers('x12.group', groupCount)
  const wrapped = (number: number) => String(((number - 1) % MOST_NUMBERS) + 1)
  return { interchange: wrapped(interchange).padStart(9, '0'), groups: groups.map(wrapped) }
}

function interchange(
  { config, clock }: Context<EdiConfig>,
  groups: readonly Group[],
  numbers: Numbers,
): WritableInterchange {
  const now = clock.now()
  const date = now.slice(0, 10).replaceAll('-', '')
  const time = now.slice(11, 16).replace(':', '')
  return {
    separators: {
      element: config.elementSeparator,
      component: config.componentSeparator,
      repetition: config.isaVersion < '00402' ? null : '^',
      terminator: config.segmentTerminator,
    },
    envelope: {
      authorization: { qualifier: '00', id: '' },
      security: { qualifier: '00', id: '' },
      sender: config.isaSender,
      receiver: config.isaReceiver,
      date: date.slice(2),
      time,
      standardsId: 'U',
      version: config.isaVersion,
      controlNumber: numbers.interchange,
      acknowledgmentRequested: false,
      usage: config.usage,
    },
    groups: groups.map(({ type, sets }, at) => ({
      header: {
        functionalId: FUNCTIONAL_IDS[type],
        sender: config.gsSender ?? config.isaSender.id,
        receiver: config.gsReceiver ?? config.isaReceiver.id,
        date,
        time,
        controlNumber: numbers.groups[at] ?? '',
        agency: 'X',
        version: type === '999' ? VERSION_999 : config.gsVersion,
      },
      sets: sets.map((segments, index) => ({
        header: {
          id: type,
          controlNumber: String(index + 1).padStart(4, '0'),
          implementation: type === '999' ? VERSION_999 : '',
        },
        segments,
      })),
    })),
  }
}

type Folders = Pick<EdiConfig, 'inFolder' | 'partnerArchiveFolder'>

/** The file appears in the partner's folder whole or not at all; a Fault says which trouble there was. */
export async function publish(context: Context<Folders>, { name, bytes }: Transmission): Promise<Outcome> {
  await context.sftp.session((session) => session.publish(context.config.inFolder, name, bytes))
  return { kind: 'accepted', reference: name }
}

/**
 * Whether the file reached the partner: it lies in its folder or in its archive. A file that lies in neither may have been read and
 * deleted; `harmless` says that sending it again does no harm, otherwise only an archive that can be seen proves its absence.
 */
export async function findFile(context: Context<Folders>, name: string, harmless: boolean): Promise<Lookup> {
  const { inFolder, partnerArchiveFolder } = context.config
  const folders = partnerArchiveFolder === undefined ? [inFolder] : [inFolder, partnerArchiveFolder]
  for (const folder of folders) {
    const file = await context.sftp.session((session) => session.stat(folder, name))
    if (file !== undefined) return { kind: 'present', reference: name }
  }
  if (harmless || partnerArchiveFolder !== undefined) return { kind: 'absent' }
  return { kind: 'undecided', message: `${name} is not in ${inFolder}: the partner may have read it` }
}
