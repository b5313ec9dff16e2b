/**
 * What a retailer wants changed of its order ↔ an amendment: ORDCHG by lines or as a whole, and ORDERS that cancels (BGM 1225 1). What a
 * function or a line action means is the profile's.
 */
import { OrderAmendment } from '#core/model/order-change.ts'
import type { EdifactMessage } from '../../formats/edifact/interchange.ts'
import {
  channelRule,
  defineMap,
  enumTable,
  isAbsent,
  isRefusal,
  refuse,
  rulesFor,
  text,
  wholeNumberText,
} from '../../engine/index.ts'
import { edifactDocument } from '../document.ts'
import type { MessageMap, MessageScope } from '../document.ts'
import { countRule, quantityOf, skuOf } from '../kit.ts'
import type { EdifactProfile } from '../profile.ts'
import { lineId, orderNumber, piecesOnly, priceOf, priceOut, productOut, retailerScope, toldRules } from './kit.ts'
import { SHAPE, withNames, withNumbers, withoutNames } from './tree.ts'
import type { Reference, RetailerLine, RetailerTree } from './tree.ts'

/** `changed`: the lines that the message is about; others it only repeats. */
type Tree = RetailerTree & { changed: RetailerLine[] }
type Line = OrderAmendment['lines'][number]

const head = rulesFor<Tree, OrderAmendment, MessageScope>()
const line = rulesFor<RetailerLine, Line, MessageScope>()

const lineRules = (profile: EdifactProfile) => {
  const changes = enumTable('line action', profile.lineChanges)
  return [
    line.derive({
      name: 'line of the order (RFF ON, its line), else of the message',
      reads: ['RFF', 'LIN.0101'],
      writes: ['externalId'],
      forward: ({ RFF, 'LIN.0101': own }) => {
        const list = (Array.isArray(RFF) ? RFF : []) as Reference[]
        const at = list.findIndex(({ RFF: one }) => one['0101'] === 'ON' && !isAbsent(one['0103']))
        const said = at < 0 ? own : list[at]?.RFF['0103']
        const externalId = lineId.read(typeof said === 'string' ? said : '', undefined)
        if (!isRefusal(externalId)) return { externalId }
        return refuse({ ...externalId.detail, field: at < 0 ? 'LIN.0101' : `RFF.${at}.RFF.0103` })
      },
      back: ({ externalId = '' }) => {
        const written = lineId.write(externalId as Line['externalId'], undefined)
        return isRefusal(written) ? written : { 'LIN.0101': written }
      },
    }),
    piecesOnly<Line>(profile),
    line.derive({
      name: 'units from now on, and the product of a line that is added',
      reads: ['LIN.0201', 'QTY', 'LIN.0301', 'LIN.0302', 'PIA'],
      writes: ['quantity', 'sku'],
      forward: ({ 'LIN.0201': action, QTY, 'LIN.0301': code, PIA }, scope) => {
        if (profile.linesAdded.includes(String(action))) {
          const quantity = quantityOf(QTY, profile.orderUnits, 1)
          const product = skuOf(code, PIA, scope)
          if (isRefusal(quantity)) return quantity
          return isRefusal(product) ? product : { quantity, ...product }
        }
        const change = changes.read(action, undefined)
        if (isRefusal(change)) return unknownAction(action, profile)
        if (change === 'delete') return { quantity: 0 }
        const quantity = quantityOf(QTY, profile.orderUnits, 0)
        return isRefusal(quantity) ? quantity : { quantity }
      },
      back: ({ quantity = 0, sku }, scope) => {
        const QTY = [{ '0101': profile.orderUnits[0] ?? '21', '0102': String(quantity) }]
        if (sku !== undefined) {
          const units = wholeNumberText(1).write(quantity, undefined)
          if (isRefusal(units)) return units
          const product = productOut(sku, profile, scope)
          return isRefusal(product) ? product : { 'LIN.0201': profile.linesAdded[0] ?? '', QTY, ...product }
        }
        const action = changes.write(quantity === 0 ? 'delete' : 'quantity', undefined)
        return isRefusal(action) ? action : { 'LIN.0201': action, QTY }
      },
    }),
    line.derive({
      name: 'price of one unit, which must be the order’s',
      reads: ['PRI'],
      writes: ['unitPriceMinor'],
      forward: ({ PRI }, scope) => {
        const unitPriceMinor = priceOf(PRI, profile, scope)
        if (isRefusal(unitPriceMinor)) return unitPriceMinor
        return unitPriceMinor === undefined ? {} : { unitPriceMinor }
      },
      back: ({ unitPriceMinor }, scope) => priceOut(unitPriceMinor, profile, scope),
    }),
  ]
}

const changeMap = (profile: EdifactProfile): MessageMap<OrderAmendment, Tree> => {
  const functions = enumTable('function of the change', profile.changeFunctions)
  return defineMap({
    name: 'edifact ordchg of a retailer',
    version: '1',
    scope: retailerScope<OrderAmendment>(profile),
    rules: [
      channelRule<Tree, OrderAmendment, MessageScope>(),
      head.fixed('BGM.0101', '230', { checked: false }),
      head.field('BGM.0201', 'number', text(35), { optional: true }),
      head.derive({
        name: 'function of the change',
        reads: ['BGM.0301'],
        writes: ['cancelled'],
        forward: ({ 'BGM.0301': code }) => {
          const change = functions.read(code, undefined)
          return isRefusal(change) ? unknownFunction(code, profile) : { cancelled: change === 'cancel' }
        },
        back: ({ cancelled }) => {
          const code = functions.write(cancelled === true ? 'cancel' : 'change', undefined)
          return isRefusal(code) ? code : { 'BGM.0301': code }
        },
      }),
      ...toldRules<OrderAmendment, Tree, MessageScope>(),
      head.field('references.ON.RFF.0102', 'externalId', orderNumber),
      head.each('changed', 'lines', lineRules(profile), { key: 'externalId' }),
      head.fixed('UNS.0101', 'S', { checked: false }),
      countRule<OrderAmendment, Tree>('lines'),
    ],
  })
}

const unknownFunction = (code: unknown, { changeFunctions }: EdifactProfile) =>
  refuse({
    rule: `must be one of ${Object.keys(changeFunctions).join(', ')}`,
    cure: 'Say in the profile what this BGM 1225 means (changeFunctions), then replay.',
    code: 'edifact.change-function',
    class: 'crosswalk',
    ...(typeof code === 'string' ? { subject: code } : {}),
  })

const unknownAction = (action: unknown, { lineChanges, linesUntouched, linesAdded }: EdifactProfile) =>
  refuse({
    rule: `must be one of ${[...Object.keys(lineChanges), ...linesUntouched, ...linesAdded].join(', ')}`,
    cure: 'Say in the profile what this LIN action means (lineChanges, linesUntouched, linesAdded), then replay.',
    code: 'edifact.line-change',
    class: 'crosswalk',
    field: 'LIN.0201',
    ...(typeof action === 'string' ? { subject: action } : {}),
  })

/** A cancel takes the whole order, whatever lines it repeats. */
function withChanged(tree: Tree, { changeFunctions, linesUntouched }: EdifactProfile): Tree {
  const cancels = changeFunctions[tree.BGM?.['0301'] ?? ''] === 'cancel'
  const lines = tree.LIN ?? []
  const changed = cancels ? [] : lines.filter(({ LIN }) => !linesUntouched.includes(LIN['0201'] ?? ''))
  return { ...tree, LIN: lines, changed }
}

export const retailerChange = edifactDocument<OrderAmendment, Tree>({
  type: 'ORDCHG',
  name: 'ORDCHG of a retailer',
  summary: 'Change of a retailer: it cancels its order, changes units of its lines, or adds lines.',
  kind: 'orderAmendment',
  schema: OrderAmendment,
  shape: SHAPE,
  map: changeMap,
  toRead: (tree, profile) => withChanged(withNames(withNumbers(tree), profile), profile),
  toWrite: (tree, profile) => ({ ...withoutNames(tree, profile), LIN: tree.changed }),
})

const cancelMap = (profile: EdifactProfile): MessageMap<OrderAmendment, Tree> =>
  defineMap({
    name: 'edifact orders-cancel of a retailer',
    version: '1',
    scope: retailerScope<OrderAmendment>(profile),
    rules: [
      channelRule<Tree, OrderAmendment, MessageScope>(),
      head.fixed('BGM.0101', profile.orderDocuments[0] ?? '220', { checked: false }),
      head.field('BGM.0201', 'externalId', orderNumber),
      head.derive({
        name: 'function of the message: a cancel',
        reads: ['BGM.0301'],
        writes: ['cancelled'],
        forward: ({ 'BGM.0301': code }) =>
          profile.orderFunctions[String(code)] === 'cancel' ? { cancelled: true } : NO_CANCEL,
        back: () => ({ 'BGM.0301': cancelCode(profile) }),
      }),
      ...toldRules<OrderAmendment, Tree, MessageScope>(),
      // The order is known by its number: lines that the cancel repeats say nothing.
      head.constant('lines', []),
      head.fixed('UNS.0101', 'S', { checked: false }),
    ],
  })

const cancelCode = ({ orderFunctions }: EdifactProfile): string =>
  Object.keys(orderFunctions).find((code) => orderFunctions[code] === 'cancel') ?? '1'

const NO_CANCEL = refuse({
  rule: 'must be a function that cancels (1)',
  cure: 'Read it with the map "edifact orders of a retailer".',
  code: 'edifact.order-function',
})

export const retailerCancel = edifactDocument<OrderAmendment, Tree>({
  type: 'ORDERS',
  name: 'ORDERS-CANCEL of a retailer',
  summary: 'Purchase order of a retailer that cancels the one of the same number.',
  kind: 'orderAmendment',
  schema: OrderAmendment,
  shape: SHAPE,
  map: cancelMap,
  toRead: withNames,
  toWrite: withoutNames,
})

/** Whether an ORDERS cancels instead of ordering. */
export const cancelsOrder = ({ segments }: EdifactMessage, { orderFunctions }: EdifactProfile): boolean =>
  orderFunctions[segments.find(({ id }) => id === 'BGM')?.component(3, 1) ?? ''] === 'cancel'
