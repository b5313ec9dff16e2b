import type { Order } from '#core/model/order.ts'
import { formatDecimalMoney } from '#core/model/money.ts'
import { parseWholeNumber } from '#core/model/quantity.ts'
import { promiseCart } from '#workers/evaluate.ts'
import { openHub } from '../hub.ts'
import { type Command, text, UsageError } from './command.ts'

const NOTHING = { backordered: 0, allocated: 0, released: 0, shipped: 0, cancelled: 0, delivered: 0, returned: 0 }

export const promise: Command = {
  name: 'promise',
  summary: 'When a cart can be there, and at what cost: earliest, cheapest, fewest parcels.',
  usage: 'promise <sku>[=quantity] … --channel <id> --country <code> [--postcode <text>] [--service <name>] [--json]',
  options: {
    channel: { type: 'string' },
    country: { type: 'string' },
    postcode: { type: 'string' },
    service: { type: 'string' },
    json: { type: 'boolean' },
  },
  examples: ['crossdock promise SNEAK-42=2 0012345 --channel phone --country FR --postcode 75001'],
  run: async ({ positionals, values, settings, print }) => {
    if (positionals.length === 0) throw new UsageError('name at least one SKU: crossdock promise SNEAK-42=2 …')
    const channelId = text(values['channel'])
    const country = text(values['country'])
    if (channelId === undefined || country === undefined || !/^[A-Z]{2}$/.test(country))
      throw new UsageError('name the channel and the country: --channel phone --country FR')
    const postcode = text(values['postcode'])
    const service = text(values['service'])
    const hub = await openHub(settings)
    try {
      const channel = (await hub.world.master.fresh()).channels.get(channelId)
      if (channel === undefined) {
        print(`There is no channel ${channelId}. crossdock apply reads channels from the network file.`)
        return 1
      }
      const promised = await promiseCart(hub.world, {
        channelId: channel.id,
        currency: channel.currency,
        totalMinor: 0,
        destination: { country, ...(postcode === undefined ? {} : { postcode }) },
        ...(service === undefined ? {} : { shippingService: service }),
        lines: positionals.map((word, index) => lineOf(word, index + 1)),
      })
      if (values['json'] === true) print(JSON.stringify(promised))
      else {
        for (const option of promised.options) {
          const money = `${formatDecimalMoney(option.costMinor, channel.currency)} ${channel.currency}`
          const from = option.packages.map((each) => each.nodeId).join(', ')
          const choices = option.choices.length === 0 ? '' : `  (${option.choices.join(', ')})`
          print(`${option.deliveredAt}  ${money}  ${option.parcels} parcels from ${from}${choices}`)
        }
        for (const each of promised.unavailable)
          print(`${each.quantity} of ${positionals[each.lineNo - 1] ?? ''} cannot be promised: ${each.reason}`)
      }
      return promised.options.length > 0 ? 0 : 1
    } finally {
      await hub.stop()
    }
  },
}

function lineOf(word: string, lineNo: number): Order['lines'][number] {
  const at = word.lastIndexOf('=')
  const sku = at < 0 ? word : word.slice(0, at)
  const quantity = at < 0 ? 1 : parseWholeNumber(word.slice(at + 1))
  if (quantity === undefined || quantity < 1 || sku === '')
    throw new UsageError(`"${word}" is no SKU with a quantity, such as SNEAK-42=2`)
  return {
    lineNo,
    externalId: String(lineNo) as Order['lines'][number]['externalId'],
    sku: sku as Order['lines'][number]['sku'],
    unitPriceMinor: 0,
    method: 'ship',
    counters: { ...NOTHING, ordered: quantity, open: quantity },
  }
}
