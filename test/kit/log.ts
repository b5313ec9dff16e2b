/** Logs for tests: silent, or kept to be read. */
import type { Log } from '#core/ports.ts'

const nothing = (): void => undefined
export const silentLog: Log = { debug: nothing, info: nothing, warn: nothing, error: nothing }

export type Line = { level: string; message: string; fields: Record<string, unknown> | undefined }

export function keptLog(): Log & { lines: Line[] } {
  const lines: Line[] = []
  const keep = (level: string) => (message: string, fields?: Record<string, unknown>) =>
    void lines.push({ level, message, fields })
  return { lines, debug: keep('debug'), info: keep('info'), warn: keep('warn'), error: keep('error') }
}
