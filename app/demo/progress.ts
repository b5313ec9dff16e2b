/** Progress on long work: one line that renews itself on a terminal, a line every two seconds elsewhere, nothing without a stream. */
export type Progress = { say: (text: string) => void; end: () => void }

const EVERY_MS = 2_000
const TERMINAL_EVERY_MS = 100

export function createProgress(stream: NodeJS.WriteStream | undefined): Progress {
  if (stream === undefined) return { say: () => undefined, end: () => undefined }
  let last = Number.NEGATIVE_INFINITY
  let shown = false
  return {
    say: (text) => {
      if (performance.now() - last < (stream.isTTY ? TERMINAL_EVERY_MS : EVERY_MS)) return
      last = performance.now()
      shown = true
      stream.write(stream.isTTY ? `\r\u001b[2K${text.slice(0, (stream.columns || 80) - 1)}` : `${text}\n`)
    },
    end: () => {
      if (shown && stream.isTTY) stream.write('\r\u001b[2K')
      shown = false
    },
  }
}
