/**
 * Two nodes that send to customers, and one in the middle where the goods of one order may meet: a parcel to a door costs far more than one to the
 * middle.
 */
import { PAPER_NETWORK } from '../kit/paper-hub.ts'

/** How the nodes' people know a parcel for the middle by its address. */
export const MIDDLE_CITY = 'Reims'

/** One of the two nodes is reminded before it loses its work. */
const REMINDED = { answerWithinMinutes: 600, answerClock: 'openHours', reminderMinutes: 120 }

const RATE_CARD = {
  id: 'parcel',
  carrier: 'post',
  service: 'parcel',
  currency: 'EUR',
  zones: [{ zone: 'all', transitDays: 1 }],
  breaks: [{ upToGrams: 30_000, minor: { all: 500 } }],
}

const transfers = [{ to: 'middle', transitDays: 0, perPackageMinor: 10 }]
const costs = (packageFixedMinor: number) => ({ currency: 'EUR', rateCards: ['parcel'], packageFixedMinor })

const [north, south] = PAPER_NETWORK.nodes

export const SIMULATED_NETWORK = {
  ...PAPER_NETWORK,
  crosswalks: [
    ...PAPER_NETWORK.crosswalks,
    { connectionId: 'shop', name: 'node', partnerCode: 'middle', canonical: 'middle' },
  ],
  rateCards: [RATE_CARD],
  nodes: [
    { ...north, costs: costs(0), transfers },
    { ...south, ...REMINDED, costs: costs(100), transfers },
    {
      ...north,
      id: 'middle',
      name: 'middle',
      address: { name: 'Crossroads', line1: '1 Ring Road', city: MIDDLE_CITY, postcode: '51100', country: 'FR' },
      consolidates: true,
      costs: costs(200),
    },
  ],
}
