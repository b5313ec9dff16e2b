/** TA1: what an interchange itself gets for an answer. */
import type { X12Interchange } from '#mappings/formats/x12/interchange.ts'
import { buildTa1, type Ta1Options } from '#mappings/formats/x12/ta1.ts'
import type { Receipt } from '../contract/connector.ts'
import { receiptText } from './acknowledgements.ts'
import type { EdiConfig } from './config.ts'

/** None where nobody wants one, and none for an interchange of acknowledgments. `key` names the interchange and its content. */
export function ta1Of(
  interchange: X12Interchange,
  config: EdiConfig,
  part: string,
  key: string,
  options: Ta1Options = {},
): Receipt[] {
  const isWanted =
    config.acknowledge &&
    config.ta1 !== 'never' &&
    (config.ta1 === 'always' || interchange.header.acknowledgmentRequested || options.note !== undefined)
  const ta1 = isWanted ? buildTa1(interchange, options) : null
  if (ta1 === null) return []
  return [{ port: 'acknowledgements', key: `ta1-${key}`, text: receiptText([ta1.segment], 'TA1'), part }]
}
