/** A report as people read it. */
import type { Finding, Report } from './run.ts'

const SIGNS: Record<Finding['verdict'], string> = {
  passed: 'ok',
  failed: 'FAILED',
  'not applicable': '-',
  waived: 'waived',
}

export function reportLines({ connector, version, findings }: Report, verbose: boolean): string[] {
  const width = Math.max(...findings.map(({ name }) => name.length))
  const count = (verdict: Finding['verdict']): number => findings.filter((one) => one.verdict === verdict).length
  return [
    `${connector} ${version}`,
    '',
    ...findings.flatMap(({ number, name, says, verdict, why }) => {
      const line = `${String(number).padStart(3)}  ${name.padEnd(width)}  ${SIGNS[verdict].padEnd(6)}`
      const reason = why === undefined ? '' : `  ${why}`
      return verbose || verdict === 'failed' ? [`${line}${reason}`, `     ${says}`] : [`${line}${reason}`.trimEnd()]
    }),
    '',
    `${count('passed')} passed, ${count('failed')} failed, ${count('not applicable')} do not apply, ${count('waived')} waived.`,
  ]
}

export const hasFailed = ({ findings }: Report): boolean => findings.some(({ verdict }) => verdict === 'failed')
