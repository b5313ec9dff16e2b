/**
 * ORDRSP 27 to a retailer whose ORDERS or ORDCHG a person refused for good: nothing of it counts. The hub writes it. An ORDCHG is named by
 * its order and its own number.
 */
import { DocumentRejection } from '#core/model/document.ts'
import { defineMap, refuse, rulesFor } from '../../engine/index.ts'
import type { EdifactMessage } from '../../formats/edifact/interchange.ts'
import { edifactDocument } from '../document.ts'
import type { MessageMap, MessageScope } from '../document.ts'
import { countRule, instantRule, ownNumberRule } from '../kit.ts'
import type { EdifactProfile } from '../profile.ts'
import { FUNCTION, retailerScope } from './kit.ts'
import { tradersRules } from './parties.ts'
import { SHAPE, withNames, withoutNames } from './tree.ts'
import type { RetailerTree } from './tree.ts'

const head = rulesFor<RetailerTree, DocumentRejection & { lines: unknown[] }, MessageScope>()
type Written = DocumentRejection & { lines: unknown[] }

/** FTX 4440 in D.96A, five times. */
const TEXT_MAX = 70
const NUMBER_MAX = 35
const CHANGE = ' PP:'

/** How a message is called where it is refused: the order's number, and with an ORDCHG its own. Undefined where that much cannot be read. */
export function nameOfMessage({
  header,
  segments,
}: EdifactMessage): { documentType: string; reference: string } | undefined {
  const number = segments.find(({ id }) => id === 'BGM')?.component(2, 1) ?? ''
  const order =
    segments.find((segment) => segment.id === 'RFF' && segment.component(1, 1) === 'ON')?.component(1, 2) ?? ''
  const reference =
    header.type === 'ORDCHG' ? (order === '' ? '' : `${order}${number === '' ? '' : CHANGE}${number}`) : number
  return reference === '' ? undefined : { documentType: header.type, reference }
}

const map = (profile: EdifactProfile): MessageMap<Written, RetailerTree> =>
  defineMap({
    name: 'edifact ordrsp-rejection to a retailer',
    version: '1',
    scope: retailerScope<Written>(profile),
    rules: [
      head.fixed('BGM.0101', '231', { checked: false }),
      ownNumberRule<Written, RetailerTree>(),
      head.fixed('BGM.0301', FUNCTION.refused, { checked: false }),
      instantRule<Written, RetailerTree>('137', 'rejectedAt'),
      head.derive({
        name: 'why, in words',
        reads: ['FTX'],
        writes: ['reason', 'faults'],
        forward: () => ({}),
        back: ({ reason = '', faults = [] }) => {
          const texts = [reason, ...faults.map(({ place, rule }) => `${place}: ${rule}`)]
          const told = texts.slice(0, 5).map((text) => text.slice(0, TEXT_MAX).trim())
          return { FTX: { '0101': 'AAI', ...Object.fromEntries(told.map((text, at) => [`040${at + 1}`, text])) } }
        },
      }),
      head.derive({
        name: 'order, and change of it',
        reads: ['references'],
        writes: ['reference'],
        forward: () => ({}),
        back: ({ reference }) => {
          const [order = '', number = ''] = reference?.split(CHANGE) ?? []
          if (order === '' || order.length > NUMBER_MAX || number.length > NUMBER_MAX) return UNNAMED
          return {
            references: {
              ON: { RFF: { '0102': order } },
              ...(number === '' ? {} : { PP: { RFF: { '0102': number } } }),
            },
          }
        },
      }),
      ...tradersRules<RetailerTree, Written, MessageScope>(profile),
      head.fixed('UNS.0101', 'S', { checked: false }),
      countRule<Written, RetailerTree>('lines'),
    ],
  })

const UNNAMED = refuse({
  rule: 'must be a message whose order can be read: an ORDRSP speaks of one',
  cure: 'Tell the retailer by hand, then resolve the case.',
  code: 'edifact.rejection-unnamed',
})

export const retailerRejection = edifactDocument<Written, RetailerTree>({
  type: 'ORDRSP',
  name: 'ORDRSP-REJECTION to a retailer',
  summary: 'Refusal of a retailer’s order or change that a person set aside for good.',
  kind: 'rejection',
  schema: DocumentRejection as never,
  shape: SHAPE,
  map,
  toRead: withNames,
  toWrite: withoutNames,
})
