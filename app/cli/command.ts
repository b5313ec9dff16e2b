/** What a command of the command line is, and how its arguments are read. */
import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import type { Settings } from '../settings.ts'

export type Values = Record<string, string | boolean | (string | boolean)[] | undefined>

export type Call = {
  positionals: string[]
  values: Values
  settings: Settings
  /** Writes a line to standard output. */
  print: (line: string) => void
}

export type Command = {
  name: string
  summary: string
  usage: string
  options: ParseArgsOptionsConfig
  /** Each is shown with `--help`, and is a call that works. */
  examples: string[]
  /** The exit code. */
  run: (call: Call) => Promise<number>
}

/** The caller's mistake: shown without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export function readArguments(command: Command, args: string[]): { positionals: string[]; values: Values } {
  try {
    return parseArgs({
      args,
      options: { ...command.options, help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
      strict: true,
    })
  } catch (error) {
    throw new UsageError(
      `${error instanceof Error ? error.message : 'the arguments cannot be read'}\nusage: crossdock ${command.usage}`,
    )
  }
}

export function helpOf(command: Command): string {
  const options = Object.entries(command.options).map(
    ([name, option]) => `  --${name}${option.type === 'string' ? ' <value>' : ''}`,
  )
  return [
    command.summary,
    '',
    `usage: crossdock ${command.usage}`,
    ...(options.length > 0 ? ['', 'options:', ...options] : []),
    '',
    'examples:',
    ...command.examples.map((example) => `  ${example}`),
  ].join('\n')
}

export const text = (value: Values[string]): string | undefined => (typeof value === 'string' ? value : undefined)
