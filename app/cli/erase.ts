import type { EraseWish } from '#http/deps.ts'
import { type Command, text, UsageError } from './command.ts'
import { atOrderDesk } from './order-desk.ts'

export const erase: Command = {
  name: 'erase',
  summary: 'Forget who bought: names and addresses leave the orders and every document behind them.',
  usage: 'erase <order>… | --email <address> | --phone <number> [--url <url>] [--json]',
  options: {
    email: { type: 'string' },
    phone: { type: 'string' },
    url: { type: 'string' },
    json: { type: 'boolean' },
  },
  examples: ['crossdock erase --email ann@example.com', 'crossdock erase "#1001"'],
  run: (call) => {
    const { positionals, values, print } = call
    const email = text(values['email'])
    const phone = text(values['phone'])
    if ([email !== undefined, phone !== undefined, positionals.length > 0].filter(Boolean).length !== 1)
      throw new UsageError('say who: orders, --email or --phone')
    return atOrderDesk(call, async (desk) => {
      const wish: EraseWish =
        email !== undefined
          ? { email }
          : phone !== undefined
            ? { phone }
            : { orderIds: await Promise.all(positionals.map((name) => desk.find(name))) }
      const done = await desk.erase(wish, 'command line')
      if (values['json'] === true) print(JSON.stringify(done))
      else {
        print(
          `${done.erased.length} orders, ${done.documents} received documents and ${done.messages} sent messages forgot the person.`,
        )
        for (const each of done.left) print(`left: ${each.orderId}, ${each.reason}`)
      }
      return done.left.length > 0 || done.erased.length === 0 ? 1 : 0
    })
  },
}
