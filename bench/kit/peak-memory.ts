import { readFileSync } from 'node:fs'

/** Peak resident memory of this process in megabytes. Linux's `getrusage` counts the program that started it too, so its own table is asked. */
export function peakMegabytes(): number {
  if (process.platform !== 'linux') return process.resourceUsage().maxRSS / 1000
  const [, kilobytes] = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return (Number(kilobytes) * 1024) / 1_000_000
}
