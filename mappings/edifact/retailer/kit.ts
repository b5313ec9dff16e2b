/** What the messages exchanged with a retailer share: its own numbers for its order and its lines, GTINs, dates, prices, our own number. */
import type { ExternalLineId, ExternalOrderId, Sku } from '#core/model/ids.ts'
import type { LineVerdict } from '#core/model/order-change.ts'
import type { Instant } from '#core/model/time.ts'
import type { Elements, Refusal, Rule } from '../../engine/index.ts'
import { isRefusal, refuse, rulesFor, text } from '../../engine/index.ts'
import type { MessageContext, MessageScope } from '../document.ts'
import { dtmOf, instantOf, isGs1, price, skuOf } from '../kit.ts'
import type { EdifactProfile } from '../profile.ts'
import type { RetailerLine, RetailerTree } from './tree.ts'

/** BGM 1004 and RFF 1154: the retailer's number of its order, text for ever. */
export const orderNumber = text<ExternalOrderId>(35)
/** LIN 1082, echoed in whatever speaks of the line. */
export const lineId = text<ExternalLineId>(6)

/** One currency for all prices. */
export function retailerScope<T>(
  profile: EdifactProfile,
  currencyOf: (value: T) => string | undefined = () => undefined,
) {
  const scopeOf = (context: MessageContext, currency = profile.defaultCurrency): MessageScope => ({
    ...context,
    currency,
    nodeCode: undefined,
    order: undefined,
  })
  return {
    forward: (tree: RetailerTree, context: MessageContext) => scopeOf(context, tree.CUX?.['0102']),
    back: (value: T, context: MessageContext) => scopeOf(context, currencyOf(value)),
  }
}

/**
 * When a message was told: DTM 137 where it has a time of day, else the interchange's. Midnight is what a program writes that knows no time.
 * Orders the words of a retailer on one order.
 */
export function toldRules<T extends { revisedAt: Instant }, Tree extends RetailerTree, X extends MessageScope>(): Rule<
  Tree,
  T,
  X
>[] {
  const rules = rulesFor<RetailerTree, { revisedAt: Instant }, X>()
  const dtm = rulesFor<Elements, { revisedAt: Instant }, X>()
  return [
    rules.derive({
      name: 'told when the message was made (DTM 137 with a time), else when its interchange was sent',
      reads: ['DTM'],
      writes: ['revisedAt'],
      forward: ({ DTM }, { receivedAt }) => {
        const list = (Array.isArray(DTM) ? DTM : []) as Elements[]
        const one = list.find((each) => each['0101'] === MESSAGE_TIME)
        const at = instantOf(one?.['0102'], one?.['0103'])
        const hasTime = /^\d{12}(\d\d)?$/.test(one?.['0102'] ?? '') && !isRefusal(at) && !at.includes('T00:00:00')
        return { revisedAt: hasTime ? at : receivedAt }
      },
      back: () => ({}),
    }),
    rules.pick('DTM', { '0101': MESSAGE_TIME }, [
      dtm.derive({
        name: 'time of the message',
        reads: ['0102', '0103'],
        writes: ['revisedAt'],
        forward: () => ({}),
        back: ({ revisedAt }) => (revisedAt === undefined ? {} : dtmOf(revisedAt)),
      }),
    ]),
  ]
}

/** DTM 2005. */
export const MESSAGE_TIME = '137'

/** CUX 2 in what we write. */
export function currencyRule<T>(): Rule<RetailerTree, T, MessageScope> {
  const rules = rulesFor<RetailerTree, { currency: string }, MessageScope>()
  return rules.derive({
    name: 'one currency for all prices',
    reads: ['CUX.0101', 'CUX.0102', 'CUX.0103'],
    writes: ['currency'],
    forward: (_reads, { currency }) => (/^[A-Z]{3}$/.test(currency) ? { currency } : NO_CURRENCY),
    back: (_writes, { currency }) => ({ 'CUX.0101': '2', 'CUX.0102': currency, 'CUX.0103': '9' }),
  }) as unknown as Rule<RetailerTree, T, MessageScope>
}

const NO_CURRENCY = refuse({
  rule: 'must be a currency of three letters',
  cure: 'Send CUX with the currency, or say it in the profile (defaultCurrency).',
  code: 'edifact.currency',
  field: 'CUX.0102',
})

/**
 * A GTIN stands in LIN C212; any other code of the retailer's in PIA 5, and ours beside it. Reading takes the first code that the crosswalk
 * knows. What the retailer's order said in LIN is told back as it came.
 */
export function productRules<T extends { sku: Sku }, Line = RetailerLine>(
  profile: EdifactProfile,
): Rule<Line, T, MessageScope>[] {
  const rules = rulesFor<RetailerLine, { sku: Sku }, MessageScope>()
  return [
    rules.derive({
      name: 'product by GTIN, else by its codes',
      reads: ['LIN.0301', 'LIN.0302', 'PIA'],
      writes: ['sku'],
      forward: ({ 'LIN.0301': code, PIA }, scope) => skuOf(code, PIA, scope),
      back: ({ sku }, scope) => (sku === undefined ? {} : productOut(sku, profile, scope)),
    }),
    rules.carry('LIN.0301', 'LIN.0302'),
  ] as unknown as Rule<Line, T, MessageScope>[]
}

/** The codes of a product as a line of ours states them. */
export function productOut(
  sku: Sku,
  { gtinQualifier, partnerSkuQualifier, hubSkuQualifier }: EdifactProfile,
  { crosswalk }: MessageScope,
) {
  const code = crosswalk.partnerSkuOf(sku)
  if (code.length > CODE_MAX || sku.length > CODE_MAX) return LONG_CODE
  const isGtin = /^(\d{8}|\d{12,14})$/.test(code) && isGs1(code)
  const others = [...(isGtin || code === sku ? [] : [[code, partnerSkuQualifier]]), [sku, hubSkuQualifier]]
  const PIA: Elements = { '0101': '5' }
  others.forEach(([value = '', qualifier = ''], at) => {
    PIA[`0${at + 2}01`] = value
    PIA[`0${at + 2}02`] = qualifier
  })
  return { ...(isGtin ? { 'LIN.0301': code, 'LIN.0302': gtinQualifier } : {}), PIA: [PIA] }
}

/** 7140. */
const CODE_MAX = 35
const LONG_CODE = refuse({
  rule: 'must be at most 35 characters',
  cure: 'Give the product a shorter code.',
  code: 'map.text',
})

/** The DTM of the first qualifier that is there; a day without a time holds until it is over. `field` of a refusal is the segment's value. */
export function wantedBy(DTM: unknown, qualifiers: readonly string[]): Instant | Refusal | undefined {
  const list = (Array.isArray(DTM) ? DTM : []) as Elements[]
  const at = qualifiers.map((known) => list.findIndex((one) => one['0101'] === known)).find((index) => index >= 0)
  if (at === undefined) return undefined
  const moment = instantOf(list[at]?.['0102'], list[at]?.['0103'], true)
  return isRefusal(moment) ? refuse({ ...moment.detail, field: `DTM.${at}.0102` }) : moment
}

/** Minor units of the first PRI that is there, for one unit; undefined where no price is stated. */
export function priceOf(
  PRI: unknown,
  { priceQualifiers }: EdifactProfile,
  scope: { currency: string },
): number | Refusal | undefined {
  const list = (Array.isArray(PRI) ? PRI : []) as Elements[]
  const at = priceQualifiers.map((known) => list.findIndex((one) => one['0101'] === known)).find((index) => index >= 0)
  if (at === undefined) return undefined
  const { '0102': amount, '0105': basis = '1' } = list[at] ?? {}
  const minor = price.read(amount ?? '', scope)
  if (isRefusal(minor)) return refuse({ ...minor.detail, field: `PRI.${at}.0102` })
  const units = Number(basis.replace(',', '.'))
  const each = minor / units
  return Number.isSafeInteger(units) && units > 0 && Number.isSafeInteger(each) ? each : unevenPrice(`PRI.${at}.0105`)
}

const unevenPrice = (field: string): Refusal =>
  refuse({
    rule: 'must be a number of units of which each costs a whole number of minor units',
    cure: 'Send the price of one unit.',
    code: 'edifact.price-basis',
    field,
  })

/** PRI of what we write: the price of one unit. */
export const priceOut = (
  unitPriceMinor: number | undefined,
  profile: EdifactProfile,
  scope: { currency: string },
): { PRI?: Elements[] } | Refusal => {
  if (unitPriceMinor === undefined) return {}
  const amount = price.write(unitPriceMinor, scope)
  return isRefusal(amount) ? amount : { PRI: [{ '0101': profile.priceQualifiers[0] ?? 'AAA', '0102': amount }] }
}

/** The price of a line in what we write, and read back from it. */
export function priceRule<T extends { unitPriceMinor: number }>(
  profile: EdifactProfile,
): Rule<RetailerLine, T, MessageScope> {
  const rules = rulesFor<RetailerLine, { unitPriceMinor: number }, MessageScope>()
  return rules.derive({
    name: 'price of one unit; none is 0',
    reads: ['PRI'],
    writes: ['unitPriceMinor'],
    forward: ({ PRI }, scope) => {
      const unitPriceMinor = priceOf(PRI, profile, scope) ?? 0
      return isRefusal(unitPriceMinor) ? unitPriceMinor : { unitPriceMinor }
    },
    back: ({ unitPriceMinor }, scope) => priceOut(unitPriceMinor, profile, scope),
  })
}

/** Units must be pieces: a weight, or cartons of a number that nobody states, is no quantity of ours. */
export function piecesOnly<T>(profile: EdifactProfile): Rule<RetailerLine, T, MessageScope> {
  const rules = rulesFor<RetailerLine, T, MessageScope>()
  return rules.derive({
    name: 'units are pieces',
    reads: ['QTY'],
    writes: [],
    forward: ({ QTY }) => {
      const list = (Array.isArray(QTY) ? QTY : []) as Elements[]
      const at = list.findIndex(
        (one) => profile.orderUnits.includes(one['0101'] ?? '') && !isPieces(one['0103'], profile),
      )
      return at < 0 ? {} : notPieces(`QTY.${at}.0103`, profile)
    },
    back: () => ({}),
  })
}

const isPieces = (unit: string | undefined, { pieceUnits }: EdifactProfile): boolean =>
  unit === undefined || pieceUnits.includes(unit)

const notPieces = (field: string, { pieceUnits }: EdifactProfile): Refusal =>
  refuse({
    rule: `must be pieces: no unit, or one of ${pieceUnits.join(', ')}`,
    cure: 'Order in pieces, or say in the profile that this unit means them (pieceUnits).',
    code: 'edifact.unit',
    field,
  })

/** BGM 1225 of an answer: 29 accepted without amendment, 27 not accepted, 4 changed as the lines say. UNECE, ORDRSP semantic notes. */
export const FUNCTION: Readonly<Record<LineVerdict, string>> = { agreed: '29', refused: '27', changed: '4' }

/** LIN 1229 of an answer's line. */
export const verdictOfAction = (action: unknown, { answerActions }: EdifactProfile): LineVerdict | Refusal =>
  (Object.keys(answerActions) as LineVerdict[]).find((verdict) => answerActions[verdict] === action) ??
  refuse({
    rule: `must be one of ${Object.values(answerActions).join(', ')}`,
    cure: 'Say in the profile what this LIN action means (answerActions).',
    code: 'edifact.line-action',
    class: 'crosswalk',
    field: 'LIN.0201',
  })

/** When the units of a line that were planned are to leave; the last of them. */
export function shipByRule<T extends { shipBy?: Instant | undefined }>(
  profile: EdifactProfile,
): Rule<RetailerLine, T, MessageScope> {
  const rules = rulesFor<RetailerLine, { shipBy?: Instant | undefined }, MessageScope>()
  return rules.derive({
    name: 'when the last of them is to leave',
    reads: ['DTM'],
    writes: ['shipBy'],
    forward: ({ DTM }) => {
      const shipBy = wantedBy(DTM, [profile.promiseQualifier])
      if (isRefusal(shipBy)) return shipBy
      return shipBy === undefined ? {} : { shipBy }
    },
    back: ({ shipBy }) =>
      shipBy === undefined ? {} : { DTM: [{ '0101': profile.promiseQualifier, ...dtmOf(shipBy) }] },
  })
}
