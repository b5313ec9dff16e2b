/** Connections by hand: check, pause, resume; over a running hub's API, or the database where none runs. */
import { openHub } from '../hub.ts'
import { type Command, UsageError } from './command.ts'
import { rewindCommand } from './connection-rewind.ts'
import { DESK_OPTIONS, withDesk } from './desk.ts'

type Checked = { ok: boolean; text: string }

export const connection: Command = {
  name: 'connection',
  summary: 'Check, pause, resume or rewind a connection.',
  usage: 'connection check|pause|resume <id> [--url <url>] [--json] | rewind <id> <port> --to <time> [--yes]',
  options: { ...DESK_OPTIONS, to: { type: 'string' }, yes: { type: 'boolean' } },
  examples: [
    'crossdock connection check shopify-main',
    'crossdock connection resume supplier-acme',
    'crossdock connection rewind shopify-main orders-poll --to 2026-11-22T00:00:00Z',
    'CROSSDOCK_API_KEY=dom_… crossdock connection check shopify-main --url http://127.0.0.1:8080',
  ],
  run: async (call) => {
    const { positionals, settings, print, values } = call
    const [action, id] = positionals
    if (id === undefined) throw new UsageError('name the connection: crossdock connection check shopify-main')
    if (action === 'rewind') {
      const hub = await openHub(settings)
      try {
        return await rewindCommand(call, hub.world)
      } finally {
        await hub.stop()
      }
    }
    const path = `/v1/connections/${encodeURIComponent(id)}`
    return withDesk(call, async (desk) => {
      if (action === 'check') {
        const checked = (await desk.ask(`${path}/check`, { method: 'POST' })) as Checked
        print(values['json'] === true ? JSON.stringify(checked) : checked.text)
        return checked.ok ? 0 : 1
      }
      if (action !== 'pause' && action !== 'resume')
        throw new UsageError('say what to do: check, pause, resume or rewind')
      const body = action === 'pause' ? { body: { reason: 'paused from the command line' } } : {}
      const now = await desk.ask(`${path}/${action}`, { method: 'POST', ...body })
      print(values['json'] === true ? JSON.stringify(now) : `${id} is ${action === 'pause' ? 'paused' : 'active'}.`)
      return 0
    })
  },
}
