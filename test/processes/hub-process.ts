/** The hub as its own processes, started as containers start it: a command, an environment, a signal. */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { ROOT } from '../rules/files.ts'

const LogLine = z.looseObject({ msg: z.string() })
type LogLine = z.infer<typeof LogLine>

export type HubProcess = {
  /** Resolves with the first log line of this message; fails with all output when the process ends before it. */
  says: (message: string) => Promise<LogLine>
  /** Everything it wrote, for messages of failed tests. */
  output: () => string
  /** Asks it to end, and kills it when it has not done so within `graceMs`. Resolves with its exit code; null when it was killed. */
  stop: (graceMs: number) => Promise<number | null>
  /** Tells it something without ending it. */
  signal: (signal: NodeJS.Signals) => void
  /** Ends it as a crash does: without a word. */
  kill: () => Promise<void>
  /** Resolves with its exit code when it ends by itself. */
  ended: Promise<number | null>
}

/** Far more than any start takes, so that a process that hangs is named instead of the test that waits for it. */
const SAYS_WITHIN_MS = 120_000

/** `command` as in docker-compose.yml, `node` first. The environment is exactly what is given. */
export function startProcess(command: readonly string[], environment: Readonly<Record<string, string>>): HubProcess {
  const child = spawn(process.execPath, command.slice(1), {
    cwd: ROOT,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const lines: string[] = []
  const waiting: { message: string; resolve: (line: LogLine) => void; reject: (error: Error) => void }[] = []
  const ended = endOf(child)
  for (const stream of [child.stdout, child.stderr]) {
    createInterface({ input: stream }).on('line', (text) => {
      lines.push(text)
      const line = logLine(text)
      for (const each of waiting) if (each.message === line?.msg) each.resolve(line)
    })
  }
  const output = (): string => lines.join('\n')
  let over: Error | undefined
  void ended.then((code) => {
    over = new Error(`it ended with ${code}:\n${output()}`)
    for (const each of waiting) each.reject(over)
  })
  return {
    signal: (signal) => void child.kill(signal),
    output,
    says: (message) => {
      const said = lines.map(logLine).find((line) => line?.msg === message)
      if (said !== undefined) return Promise.resolve(said)
      if (over !== undefined) return Promise.reject(over)
      return new Promise((resolve, reject) => {
        waiting.push({ message, resolve, reject })
        const late = (): void => reject(new Error(`it runs and does not say "${message}":\n${output()}`))
        setTimeout(late, SAYS_WITHIN_MS).unref()
      })
    },
    stop: async (graceMs) => {
      child.kill('SIGTERM')
      const late = setTimeout(() => child.kill('SIGKILL'), graceMs)
      const code = await ended
      clearTimeout(late)
      return code
    },
    kill: async () => {
      child.kill('SIGKILL')
      await ended
    },
    ended,
  }
}

async function endOf(child: ChildProcess): Promise<number | null> {
  const [code] = (await once(child, 'close')) as [number | null]
  return code
}

function logLine(text: string): LogLine | undefined {
  if (!text.startsWith('{')) return undefined
  return LogLine.safeParse(JSON.parse(text)).data
}
