/** What happens to orders of the shop on paper after they were bought: events of parcels, edits, returns, refunds. */
import type { ChannelChange } from '#core/model/order-change.ts'
import type { ChannelRefund, ChannelReturn } from '#core/model/return.ts'
import type { ChannelTracking, Documents } from '../contract/documents.ts'
import type { PaperRow } from '../contract/exhibit.ts'

type Loose = { [field: string]: unknown }
type Operations = { [name: string]: (variables: Loose) => unknown }
type Line = { id: string; sku: string; currentQuantity: number }
type Event = { status: string; happenedAt: string }
type Parcel = { id: string; numbers: string[]; events: Event[] }

export type PaperAfterSale = {
  operations: Operations
  /** The order, parcel or return that the hub will speak of. */
  expect: (kind: keyof Documents, document: unknown) => void
}

const REFUSED = { userErrors: [{ field: null, message: 'closed' }] }
const TAKEN = { userErrors: [] }

/** `refuses`: it understands and takes nothing. `done` gets an entry for each effect. */
export function paperAfterSale(done: string[], refuses: () => boolean): PaperAfterSale {
  const lines = new Map<string, Line[]>()
  const edits = new Map<string, Map<string, number>>()
  const parcels = new Map<string, Parcel[]>()
  const returns = new Map<string, string>()
  const refunds = new Map<string, { id: string; note: string }[]>()
  const keys = new Map<string, string>()

  const parcelsOf = (id: unknown): Parcel[] => parcels.get(String(id)) ?? []
  const operations: Operations = {
    CrossdockFulfillmentEvents: ({ id }) => ({
      order: {
        fulfillments: parcelsOf(id).map((parcel) => ({
          id: parcel.id,
          trackingInfo: parcel.numbers.map((number) => ({ number })),
          fulfillmentLineItems: { nodes: [] },
          events: { nodes: parcel.events },
        })),
      },
    }),
    CrossdockFulfillmentEvent: ({ event }) => {
      if (refuses()) return { fulfillmentEventCreate: REFUSED }
      const { fulfillmentId, status, happenedAt } = event as Event & { fulfillmentId: string }
      const parcel = [...parcels.values()].flat().find(({ id }) => id === fulfillmentId)
      // Shopify keeps whole seconds.
      parcel?.events.push({ status, happenedAt: `${happenedAt.slice(0, 19)}Z` })
      done.push(`event ${fulfillmentId} ${status}`)
      return { fulfillmentEventCreate: TAKEN }
    },
    CrossdockOrderAsItIs: ({ id }) => ({
      order: {
        id,
        cancelledAt: null,
        shippingAddress: null,
        lineItems: { nodes: lines.get(String(id)) ?? [], pageInfo: { hasNextPage: false } },
      },
    }),
    CrossdockBeginEdit: ({ id }) => {
      if (refuses()) return { orderEditBegin: { ...REFUSED, calculatedOrder: null } }
      edits.set(String(id), new Map())
      const calculatedOrder = { id, lineItems: { nodes: lines.get(String(id)) ?? [] } }
      return { orderEditBegin: { ...TAKEN, calculatedOrder } }
    },
    CrossdockEditQuantity: ({ id, lineItemId, quantity }) => {
      edits.get(String(id))?.set(String(lineItemId), Number(quantity))
      return { orderEditSetQuantity: TAKEN }
    },
    CrossdockCommitEdit: ({ id }) => {
      const order = String(id)
      const edit = edits.get(order) ?? new Map<string, number>()
      lines.set(
        order,
        (lines.get(order) ?? []).map((line) => ({
          ...line,
          currentQuantity: edit.get(line.id) ?? line.currentQuantity,
        })),
      )
      done.push(`edit ${order}`)
      return { orderEditCommit: TAKEN }
    },
    CrossdockReturn: ({ id }) => ({ return: { id, status: returns.get(String(id)) ?? 'REQUESTED' } }),
    CrossdockApproveReturn: ({ input }) => {
      if (refuses()) return { returnApproveRequest: REFUSED }
      const { id } = input as { id: string }
      returns.set(id, 'OPEN')
      done.push(`approved ${id}`)
      return { returnApproveRequest: TAKEN }
    },
    CrossdockOrderMoney: ({ id }) => ({
      order: {
        id,
        refunds: refunds.get(String(id)) ?? [],
        transactions: [
          {
            id: 'sale',
            kind: 'SALE',
            status: 'SUCCESS',
            gateway: 'bogus',
            amountSet: { shopMoney: { amount: '99.00' } },
            parentTransaction: null,
          },
        ],
      },
    }),
    CrossdockRefund: ({ input, key }) => {
      if (refuses()) return { refundCreate: { refund: null, ...REFUSED } }
      const { orderId, note } = input as { orderId: string; note: string }
      const id = keys.get(String(key)) ?? `refund-${keys.size + 1}`
      if (!keys.has(String(key))) {
        keys.set(String(key), id)
        refunds.set(orderId, [...(refunds.get(orderId) ?? []), { id, note }])
        done.push(`${id} ${orderId}`)
      }
      return { refundCreate: { refund: { id }, ...TAKEN } }
    },
  }
  return {
    operations,
    expect: (kind, document) => {
      if (kind === 'channelTracking') {
        const { externalOrderId, shipmentId, trackingNumbers } = document as ChannelTracking
        parcels.set(externalOrderId, [{ id: shipmentId, numbers: trackingNumbers, events: [] }])
      }
      if (kind === 'channelChange') {
        const { externalOrderId, quantities } = document as ChannelChange
        lines.set(
          externalOrderId,
          quantities.map(({ externalLineId, sku, quantity }) => ({
            id: externalLineId,
            sku,
            currentQuantity: quantity + 1,
          })),
        )
      }
      if (kind === 'channelReturn') returns.set((document as ChannelReturn).externalReturnId, 'REQUESTED')
      if (kind === 'channelRefund') refunds.set((document as ChannelRefund).externalOrderId, [])
    },
  }
}

/** An order in the list of those whose returns changed. */
export const returnsNodeOf = ({ id, changedAt }: PaperRow): unknown => ({
  id,
  updatedAt: changedAt,
  currencyCode: 'EUR',
  returns: {
    nodes: [
      {
        id: `return-${id}`,
        status: 'REQUESTED',
        createdAt: changedAt,
        returnLineItems: {
          nodes: [
            {
              id: 'r1',
              quantity: 1,
              returnReason: 'UNWANTED',
              fulfillmentLineItem: { lineItem: { id: `line-${id}` } },
            },
          ],
        },
      },
    ],
  },
  refunds: [],
})
