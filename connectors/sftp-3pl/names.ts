/** Names of our files, from a pattern: {order}, {number}, {time}, {file}. */
import type { Instant } from '#core/model/time.ts'

export function fileName(
  pattern: string,
  { order = '', number = 0, now, file = '' }: { order?: string; number?: number; now: Instant; file?: string },
): string {
  const values: Record<string, string> = {
    order,
    number: String(number).padStart(6, '0'),
    time: now.slice(0, 23).replace(/[-:.]/g, '').replace('T', '_'),
    file: file.replace(/\.[^.]*$/, ''),
  }
  return pattern.replace(/\{(order|number|time|file)\}/g, (_whole, name: string) => values[name] ?? '')
}
