/** Rules and leaves that the messages share. */
import type { FulfillmentRequestId, NodeId, OrderId, Sku } from '#core/model/ids.ts'
import { parseInstant } from '#core/model/time.ts'
import type { Instant } from '#core/model/time.ts'
import type { Elements, Leaf, Refusal, Rule, WithCrosswalk } from '../engine/index.ts'
import {
  decimalMoney,
  isAbsent,
  isRefusal,
  nodeLookup,
  refuse,
  rulesFor,
  text,
  wholeNumberText,
} from '../engine/index.ts'
import type { MessageLine, MessageScope, MessageTree } from './document.ts'
import type { EdifactProfile } from './profile.ts'

export const number22 = text(22)
export const lineNumber = wholeNumberText(1, 999_999)

const NOT_A_TIME = refuse({
  rule: 'must be a date of format 102 (CCYYMMDD), 203 (CCYYMMDDHHMM) or 204 (with seconds)',
  cure: 'Send the date with its format in DTM 2379.',
  code: 'edifact.date',
})

/** C507: qualifier, value, format 102, 203 or 204; times are UTC. `endOfDay`: a day without a time is a promise, and kept until it is over. */
export function instantOf(value: unknown, format: unknown, endOfDay = false): Instant | Refusal {
  const match = typeof value === 'string' ? /^(\d{4})(\d{2})(\d{2})(?:(\d{2})(\d{2})(\d{2})?)?$/.exec(value) : null
  if (match === null || (format !== undefined && !['102', '203', '204'].some((known) => known === format)))
    return NOT_A_TIME
  const [, year, month, day, hour, minute, second = '00'] = match
  const time = hour === undefined ? (endOfDay ? '23:59:59' : '00:00:00') : `${hour}:${minute}:${second}`
  return parseInstant(`${year}-${month}-${day}T${time}Z`) ?? NOT_A_TIME
}

/** Value and format of a DTM, to the second. */
export const dtmOf = (at: Instant): { '0102': string; '0103': string } => ({
  '0102': at.slice(0, 19).replaceAll(/[-T:]/g, ''),
  '0103': '204',
})

/** `20261122` ↔ `2026-11-22`. */
export const dayLeaf: Leaf<string, string> = {
  name: 'day',
  read: (raw) => {
    const at = instantOf(raw, '102')
    return isRefusal(at) ? at : at.slice(0, 10)
  },
  write: (value) => value.replaceAll('-', ''),
}

const dtm = rulesFor<Elements, { [field: string]: unknown }, MessageScope>()

/** DTM of a qualifier as an instant, to the second. */
export function instantRule<T, Tree = MessageTree>(
  qualifier: string,
  field: keyof T & string,
  optional = false,
): Rule<Tree, T, MessageScope> {
  const target: string = field
  const step = dtm.derive({
    name: `date ${qualifier}`,
    reads: ['0102', '0103'],
    writes: [target],
    forward: ({ '0102': value, '0103': format }) => {
      if (value === undefined) return optional ? {} : NOT_A_TIME
      const at = instantOf(value, format)
      return isRefusal(at) ? at : { [target]: at }
    },
    back: (values) => {
      const at = values[target] as Instant | undefined
      return at === undefined ? {} : dtmOf(at)
    },
  })
  const rules = rulesFor<MessageTree, { [field: string]: unknown }, MessageScope>()
  return rules.pick('DTM', { '0101': qualifier }, [step]) as unknown as Rule<Tree, T, MessageScope>
}

/** DTM of a qualifier as a day. */
export function dayRule<T>(qualifier: string, field: keyof T & string): Rule<MessageTree, T, MessageScope> {
  const target: string = field
  const rules = rulesFor<MessageTree, { [field: string]: string }, MessageScope>()
  const inner = rulesFor<Elements, { [field: string]: string }, MessageScope>()
  const day = inner.field('0102', target, dayLeaf)
  return rules.pick('DTM', { '0101': qualifier }, [
    day,
    inner.fixed('0103', '102', { checked: false }),
  ]) as unknown as Rule<MessageTree, T, MessageScope>
}

/** RFF of a qualifier. */
export function referenceRule<T>(
  qualifier: string,
  field: keyof T & string,
  leaf: { read: unknown; write: unknown; name: string },
): Rule<MessageTree, T, MessageScope> {
  const target: string = field
  const rules = rulesFor<MessageTree, { [field: string]: string }, MessageScope>()
  const inner = rulesFor<Elements, { [field: string]: string }, MessageScope>()
  return rules.pick('RFF', { '0101': qualifier }, [
    inner.field('0102', target, leaf as unknown as Leaf<string, string, MessageScope>),
  ]) as unknown as Rule<MessageTree, T, MessageScope>
}

/** RFF VN, the supplier's own order number: carried from its answer into what we write of the order later. */
export function vendorOrder<T>(): Rule<MessageTree, T, MessageScope> {
  const rules = rulesFor<MessageTree, T, MessageScope>()
  return rules.pick('RFF', { '0101': 'VN' }, [rulesFor<Elements, T, MessageScope>().carry('0102')])
}

/** The id without its prefix, as in our other formats: BGM 1004 and RFF 1154 take 35 characters. */
function ownId<Id extends string>(prefix: string, name: string): Leaf<string, Id> {
  const wrong = refuse({
    rule: `must be a ${name} that the hub gave out`,
    cure: `Ask the partner to echo the ${name} of our message.`,
    code: 'edifact.order-unknown',
  })
  return {
    name,
    read: (raw) => (typeof raw === 'string' && /^[0-9A-Za-z-]{1,35}$/.test(raw) ? (`${prefix}_${raw}` as Id) : wrong),
    write: (id) => {
      const bare = id.slice(prefix.length + 1)
      return id.startsWith(`${prefix}_`) && /^[0-9A-Za-z-]{1,35}$/.test(bare) ? bare : wrong
    },
  }
}
export const orderNumberLeaf = ownId<FulfillmentRequestId>('ful', 'purchase order number')
export const hubOrderLeaf = ownId<OrderId>('ord', 'order reference')

/** Messages that number their own lines name the order's line in RFF ON; without it, LIN's number is the order's. */
export function orderLineRule<T extends { lineNo: number }>(): Rule<MessageLine, T, MessageScope> {
  const rules = rulesFor<MessageLine, { lineNo: number }, MessageScope>()
  return rules.derive({
    name: 'line of the order (RFF ON, its line), else of the message',
    reads: ['RFF', 'LIN.0101'],
    writes: ['lineNo'],
    forward: ({ RFF, 'LIN.0101': own }) => {
      const list = (Array.isArray(RFF) ? RFF : []) as Elements[]
      const at = list.findIndex((one) => one['0101'] === 'ON' && !isAbsent(one['0103']))
      const lineNo = lineNumber.read(at < 0 ? own : list[at]?.['0103'], undefined)
      if (!isRefusal(lineNo)) return { lineNo }
      return refuse({ ...lineNo.detail, field: at < 0 ? 'LIN.0101' : `RFF.${at}.0103` })
    },
    back: ({ lineNo }) => ({ 'LIN.0101': String(lineNo) }),
  })
}

/** LIN C212 the partner's code, PIA 5 ours. */
export function skuRule<T extends { sku: Sku }>(profile: EdifactProfile): Rule<MessageLine, T, MessageScope> {
  const rules = rulesFor<MessageLine, { sku: Sku }, MessageScope>()
  return rules.derive({
    name: 'product by qualifier',
    reads: ['LIN.0301', 'LIN.0302', 'PIA'],
    writes: ['sku'],
    forward: ({ 'LIN.0301': code, PIA }, scope) => skuOf(code, PIA, scope),
    back: ({ sku }, { crosswalk }): { 'LIN.0301': string; 'LIN.0302': string; PIA?: Elements[] } | Refusal => {
      const code = sku === undefined ? '' : crosswalk.partnerSkuOf(sku)
      if (sku === undefined || code.length > 35 || sku.length > 35)
        return refuse({
          rule: 'must be at most 35 characters',
          cure: 'Give the product a shorter code.',
          code: 'map.text',
        })
      const own = code === sku ? {} : { PIA: [{ '0101': '5', '0201': sku, '0202': profile.hubSkuQualifier }] }
      return { 'LIN.0301': code, 'LIN.0302': profile.partnerSkuQualifier, ...own }
    },
  })
}

/** The first code of LIN and then of PIA that the crosswalk knows, whatever its qualifier says it is. */
export function skuOf(code: unknown, PIA: unknown, { crosswalk }: WithCrosswalk): { sku: Sku } | Refusal {
  const more = ((Array.isArray(PIA) ? PIA : []) as Elements[]).flatMap((pia) =>
    ['02', '03', '04', '05', '06'].flatMap((element) => pia[`${element}01`] ?? []),
  )
  const codes = [...(typeof code === 'string' ? [code] : []), ...more]
  for (const each of codes) {
    const sku = crosswalk.skuOf(each)
    if (sku !== undefined) return { sku }
  }
  return refuse({
    rule: 'must have a product code (LIN, PIA) with a row in the crosswalk',
    cure: 'Add a crosswalk row from this product code to a SKU, then replay.',
    code: 'edifact.sku-unknown',
    class: 'crosswalk',
    ...(codes[0] === undefined ? {} : { subject: codes[0] }),
  })
}

/** QTY of the first qualifier that is there; `missing` where none is. */
export function quantityRule<T, Line = MessageLine>(
  qualifiers: readonly string[],
  field: keyof T & string,
  minimum: number,
  missing?: number,
): Rule<Line, T, MessageScope> {
  const target: string = field
  const rules = rulesFor<MessageLine, { [field: string]: number }, MessageScope>()
  return rules.derive({
    name: `quantity ${qualifiers.join(', else ')}`,
    reads: ['QTY'],
    writes: [target],
    forward: ({ QTY }) => {
      const value = quantityOf(QTY, qualifiers, minimum, missing)
      return isRefusal(value) ? value : { [target]: value }
    },
    back: () => ({}),
  }) as unknown as Rule<Line, T, MessageScope>
}

/** Units of the first qualifier that is there; `missing` where none is. */
export function quantityOf(
  QTY: unknown,
  qualifiers: readonly string[],
  minimum: number,
  missing?: number,
): number | Refusal {
  const list = (Array.isArray(QTY) ? QTY : []) as Elements[]
  const at = qualifiers
    .map((qualifier) => list.findIndex((one) => one['0101'] === qualifier))
    .find((index) => index >= 0)
  if (at === undefined) return missing ?? quantityMissing(qualifiers)
  const value = wholeNumberText(minimum).read(list[at]?.['0102'], undefined)
  return isRefusal(value) ? refuse({ ...value.detail, field: `QTY.${at}.0102` }) : value
}

const quantityMissing = (qualifiers: readonly string[]): Refusal =>
  refuse({
    rule: `must have a QTY with ${qualifiers.join(' or ')}`,
    cure: 'Send the quantity, or name its qualifier in the profile, then replay.',
    code: 'edifact.quantity-missing',
  })

/** Writes the QTY segments of a line; reading is the quantity rules' business, because their qualifiers have an order of worth. */
export function quantitiesOut<T>(
  made: (line: Partial<T>) => [qualifier: string, value: number][],
): Rule<MessageLine, T, MessageScope> {
  const rules = rulesFor<MessageLine, { [field: string]: unknown }, MessageScope>()
  const step = rules.derive({
    name: 'quantities',
    reads: ['QTY'],
    writes: ['lineNo', 'quantity', 'accepted', 'rejected', 'onHand', 'received', 'damaged', 'remaining'],
    forward: () => ({}),
    back: (line) => ({
      QTY: made(line as Partial<T>).map(([qualifier, value]) => ({ '0101': qualifier, '0102': String(value) })),
    }),
  })
  return step as unknown as Rule<MessageLine, T, MessageScope>
}

/** Decimals with a point or, as UNA may declare, a comma. */
export const price: Leaf<string, number, { currency: string }> = {
  ...decimalMoney,
  read: (raw, scope) => decimalMoney.read(typeof raw === 'string' ? raw.replace(',', '.') : raw, scope),
}

const ROLES_MISSING = refuse({
  rule: 'must name the place in NAD',
  cure: 'Send NAD with the code of the place.',
  code: 'map.missing',
})

export function nodeOf(scope: MessageScope): NodeId | Refusal {
  return isAbsent(scope.nodeCode) ? ROLES_MISSING : nodeLookup('edifact').read(scope.nodeCode, scope)
}

/** NAD of our node in the partner's code. */
export function nodeRule<T extends { nodeId: NodeId }>(profile: EdifactProfile): Rule<MessageTree, T, MessageScope> {
  const rules = rulesFor<MessageTree, { nodeId: NodeId }, MessageScope>()
  return rules.derive({
    name: 'node by its code',
    reads: ['NAD'],
    writes: ['nodeId'],
    forward: (_reads, scope) => {
      const nodeId = nodeOf(scope)
      return isRefusal(nodeId) ? nodeId : { nodeId }
    },
    back: ({ nodeId }, scope) => (nodeId === undefined ? {} : nodeOut(nodeId, scope, profile)),
  })
}

export function nodeOut(nodeId: NodeId, scope: MessageScope, profile: EdifactProfile) {
  const code = nodeLookup('edifact').write(nodeId, scope)
  if (isRefusal(code)) return code
  return { NAD: [{ NAD: partyOf(profile.nodeRoles[0] ?? 'WH', code) }] }
}

/** C082 of a party. 3055: 9 where the id is a GLN, else 92, assigned by the buyer. */
export const partyOf = (role: string, id: string): Elements => ({
  '0101': role,
  '0201': id,
  '0203': /^\d{13}$/.test(id) && isGs1(id) ? '9' : '92',
})

/** Whether a number of digits ends in the GS1 check digit of those before it: GTIN-8 to GTIN-14, GLN, SSCC. */
export function isGs1(digits: string): boolean {
  const sum = digits
    .split('')
    .toReversed()
    .reduce((total, digit, at) => total + Number(digit) * (at % 2 === 0 ? 1 : 3), 0)
  return sum % 10 === 0
}

/** BGM 1004 of what we write, where no canonical document has such a number: the connection gives one. */
export function ownNumberRule<T, Tree = MessageTree>(): Rule<Tree, T, MessageScope> {
  const rules = rulesFor<MessageTree, T, MessageScope>()
  return rules.derive({
    name: 'our own number of the message',
    reads: ['BGM.0201'],
    writes: [],
    forward: () => ({}),
    back: (_writes, { documentNumber = '1' }) => ({ 'BGM.0201': documentNumber }),
  }) as unknown as Rule<Tree, T, MessageScope>
}

/** CNT 2 counts the lines; a message without it is taken. */
export function countRule<T, Tree = MessageTree>(target: string): Rule<Tree, T, MessageScope> {
  const rules = rulesFor<MessageTree, { [list: string]: unknown[] }, MessageScope>()
  return rules.derive({
    name: 'CNT 2 counts the lines',
    reads: ['CNT.0101', 'CNT.0102', 'LIN'],
    writes: [target],
    forward: ({ 'CNT.0101': qualifier, 'CNT.0102': count, LIN }) => {
      const lines = Array.isArray(LIN) ? LIN.length : 0
      if (qualifier !== '2' || Number(count) === lines) return {}
      return refuse({
        rule: `must be the number of LIN segments, here ${lines}`,
        cure: 'Send the message again, whole.',
        code: 'edifact.count',
        field: 'CNT.0102',
      })
    },
    back: (values) => ({ 'CNT.0101': '2', 'CNT.0102': String(values[target]?.length ?? 0) }),
  }) as unknown as Rule<Tree, T, MessageScope>
}
