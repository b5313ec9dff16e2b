/** SOCancelResult → the answer to a cancel; RMAResult → what came back. */
import type { CancelResponse } from '#core/model/fulfillment.ts'
import type { ReturnReceipt } from '#core/model/return.ts'
import type { FieldMap, Leaf } from '../engine/index.ts'
import {
  defineMap,
  instant,
  isRefusal,
  lookup,
  nodeLookup,
  refuse,
  requestId,
  rulesFor,
  text,
  wholeNumberText,
} from '../engine/index.ts'
import { sameContext } from './leaves.ts'
import type { QuietContext } from './leaves.ts'

export type CancelResult = { '@OrderNumber': string; '@Status': string; '@Reason'?: string }
type Verdict = 'accepted' | 'refused'

const verdict = lookup<Verdict, QuietContext>({
  name: 'cancel status',
  issueCode: 'quiet.cancel-status-unknown',
  rule: 'must be SUCCESS, or have a row in the crosswalk table cancel-status, to accepted or refused',
  cure: 'Add a row for this status to the crosswalk table cancel-status, then replay.',
  read: (code, { crosswalk }) => {
    if (code === 'SUCCESS') return 'accepted'
    const word = crosswalk.code('cancel-status', code)
    return word === 'accepted' || word === 'refused' ? word : undefined
  },
  write: (word, { crosswalk }) => (word === 'accepted' ? 'SUCCESS' : crosswalk.partnerCode('cancel-status', word)),
})

/** Only one word is known for sure: SUCCESS. Others are each warehouse's own. */
const status: Leaf<string, boolean, QuietContext> = {
  name: verdict.name,
  read: (raw, scope) => {
    const word = verdict.read(raw, scope)
    return typeof word === 'string' ? word === 'accepted' : word
  },
  write: (accepted, scope) => verdict.write(accepted ? 'accepted' : 'refused', scope),
}

const cancel = rulesFor<CancelResult, CancelResponse, QuietContext>()
export const cancelMap: FieldMap<CancelResult, CancelResponse, QuietContext, QuietContext> = defineMap({
  name: 'quiet cancel result',
  version: '1',
  scope: sameContext,
  rules: [
    cancel.field('@OrderNumber', 'requestId', requestId),
    cancel.field('@Status', 'accepted', status),
    cancel.field('@Reason', 'reason', text(500), { optional: true }),
    cancel.derive({
      name: 'when it came',
      reads: [],
      writes: ['answeredAt'],
      forward: (_nothing, { receivedAt }) => ({ answeredAt: receivedAt }),
      back: () => ({}),
    }),
  ],
})

export type RmaResult = {
  '@RMANumber': string
  '@ReceiptDate': string
  '@Warehouse': string
  Line: {
    '@ItemNumber': string
    '@Quantity': string
    '@ProductStatus': string
    '@OrderNumber'?: string
    '@Notes'?: string
  }[]
}
type ReturnLine = ReturnReceipt['lines'][number]

const receipt = rulesFor<RmaResult, ReturnReceipt, QuietContext>()
const line = rulesFor<RmaResult['Line'][number], ReturnLine, QuietContext>()

/** GOOD and DAMAGED are looked at; what is INCORRECT is other goods than expected, and somebody has to look. */
const CONDITIONS: Readonly<Record<string, ReturnLine['condition']>> = { GOOD: 'asNew', DAMAGED: 'damaged' }

export const returnMap: FieldMap<RmaResult, ReturnReceipt, QuietContext, QuietContext> = defineMap({
  name: 'quiet return',
  version: '1',
  scope: sameContext,
  rules: [
    // An authorization may come back in several parcels: number and time together name the receipt.
    receipt.derive({
      name: 'number and time of the receipt',
      reads: ['@RMANumber', '@ReceiptDate'],
      writes: ['receiptNumber', 'receivedAt'],
      forward: ({ '@RMANumber': number, '@ReceiptDate': date }) => {
        const receivedAt = instant.read(date, undefined)
        if (isRefusal(receivedAt)) return refuse({ ...receivedAt.detail, field: '@ReceiptDate' })
        return { receivedAt, receiptNumber: `${String(number)} ${receivedAt}`.slice(0, 100) }
      },
      back: ({ receiptNumber = '', receivedAt }) => ({
        '@RMANumber': receiptNumber.split(' ')[0] ?? '',
        ...(receivedAt === undefined ? {} : { '@ReceiptDate': receivedAt }),
      }),
    }),
    receipt.derive({
      name: 'whatever it may belong to',
      reads: ['@RMANumber', 'Line'],
      writes: ['references'],
      forward: ({ '@RMANumber': number, Line: lines }) => {
        const orders = (Array.isArray(lines) ? (lines as RmaResult['Line']) : []).map((each) => each['@OrderNumber'])
        const named = [number, ...orders].filter((each) => typeof each === 'string' && each !== '') as string[]
        return { references: [...new Set(named)].slice(0, 20) }
      },
      // Which line named which order is not kept: the document is not written by us.
      back: () => ({}),
    }),
    receipt.field('@Warehouse', 'nodeId', nodeLookup('return')),
    receipt.each(
      'Line',
      'lines',
      [
        // Goods that nobody knows come back too: they wait for a person under the name that is written on them.
        line.derive({
          name: 'what is written on the goods',
          reads: ['@ItemNumber'],
          writes: ['sku', 'item'],
          forward: ({ '@ItemNumber': code }, { crosswalk }) => {
            const sku = crosswalk.skuOf(String(code))
            return { item: String(code), ...(sku === undefined ? {} : { sku }) }
          },
          back: ({ item = '' }) => ({ '@ItemNumber': item }),
        }),
        line.field('@Quantity', 'quantity', wholeNumberText(1)),
        line.derive({
          name: 'what was found',
          reads: ['@ProductStatus', '@Notes'],
          writes: ['condition', 'note'],
          forward: ({ '@ProductStatus': status, '@Notes': notes }) => {
            const condition = CONDITIONS[String(status)]
            const words = [condition === undefined ? String(status) : '', typeof notes === 'string' ? notes : '']
            const note = words.filter((each) => each !== '').join(': ')
            return {
              ...(condition === undefined ? {} : { condition }),
              ...(note === '' ? {} : { note: note.slice(0, 500) }),
            }
          },
          back: ({ condition, note }) => {
            const status = Object.entries(CONDITIONS).find(([, each]) => each === condition)?.[0] ?? 'INCORRECT'
            const notes = status === 'INCORRECT' ? note?.replace(/^INCORRECT(: )?/, '') : note
            return { '@ProductStatus': status, ...(notes === undefined ? {} : { '@Notes': notes }) }
          },
        }),
      ],
      { minimum: 1 },
    ),
  ],
})
