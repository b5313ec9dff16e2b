/** `crossdock edi`: X12 and EDIFACT files on the command line, without a hub. */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import { describeIssue } from '#core/issue.ts'
import { GuideOverlay, type GuideOverlayInput } from '#mappings/formats/guides/overlay.ts'
import { readJson } from '#mappings/formats/json/reader.ts'
import { systemClock } from '../clock.ts'
import { type Call, type Command, text, UsageError } from './command.ts'
import { ack } from './edi-ack.ts'
import { diff } from './edi-diff.ts'
import { openInput } from './edi-input.ts'
import { parse } from './edi-parse.ts'
import { validate } from './edi-validate.ts'
import { write } from './edi-write.ts'
import { saveMemory } from './large-files.ts'

const VERBS = ['parse', 'validate', 'ack', 'write', 'diff'] as const

export const edi: Command = {
  name: 'edi',
  summary: 'Read, check, acknowledge, write and compare X12 and EDIFACT files.',
  usage: 'edi parse|validate|ack|write|diff <file or -> [<other file>]',
  options: {
    json: { type: 'boolean' },
    lines: { type: 'boolean' },
    repair: { type: 'boolean' },
    guide: { type: 'string' },
    as: { type: 'string' },
    number: { type: 'string' },
  },
  examples: [
    'crossdock edi parse orders.edi',
    'crossdock edi parse orders.edi --json > orders.json',
    'crossdock edi validate orders.edi --guide partner.json',
    'gunzip -c feed.edi.gz | crossdock edi validate -',
    'crossdock edi ack orders.edi --as 999 --number 17',
    'crossdock edi write orders.json > orders.edi',
    'crossdock edi diff before.edi after.edi',
  ],
  run: async (call) => {
    const [verb, path, other] = call.positionals
    const { values, print } = call
    const repair = values['repair'] === true
    saveMemory()
    switch (VERBS.find((each) => each === verb)) {
      case 'parse':
        return parse(
          openInput(path),
          values['json'] === true ? 'json' : values['lines'] === true ? 'lines' : 'text',
          repair,
          print,
        )
      case 'validate':
        return validate(openInput(path), { repair, json: values['json'] === true, overlay: overlayOf(call) }, print)
      case 'ack':
        return ack(openInput(path), ackOptions(call), print)
      case 'write':
        return write(
          openInput(path),
          (bytes) => void process.stdout.write(bytes),
          (line) => void process.stderr.write(`${line}\n`),
        )
      case 'diff':
        return diff(openInput(path), openInput(other), print)
      case undefined:
        throw new UsageError(`say what to do with the file: crossdock edi ${VERBS.join('|')} <file>`)
    }
  },
}

/** A partner's guide overlay from a JSON file (docs/edi.md). */
function overlayOf({ values }: Call): GuideOverlayInput | undefined {
  const path = text(values['guide'])
  if (path === undefined) return undefined
  let bytes: Buffer
  try {
    bytes = readFileSync(path)
  } catch {
    throw new UsageError(`there is no file ${path} for --guide`)
  }
  const json = readJson(bytes)
  if (!json.ok) throw new UsageError(json.issues.map(describeIssue).join('\n'))
  const overlay = GuideOverlay.safeParse(json.value)
  if (!overlay.success) throw new UsageError(`${path} is no guide overlay:\n${z.prettifyError(overlay.error)}`)
  return overlay.data
}

function ackOptions(call: Call) {
  const kind = text(call.values['as']) ?? '997'
  if (kind !== '997' && kind !== '999' && kind !== 'ta1') throw new UsageError('--as is 997, 999 or ta1')
  const number = Number(text(call.values['number']) ?? '1')
  if (!Number.isInteger(number) || number < 1 || number > 999_999_999)
    throw new UsageError('--number is a control number from 1 to 999999999')
  const now = systemClock.now()
  const date = now.slice(0, 10).replaceAll('-', '')
  const time = now.slice(11, 16).replace(':', '')
  return { kind, overlay: overlayOf(call), repair: call.values['repair'] === true, number, date, time } as const
}
