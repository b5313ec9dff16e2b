import { pauseConnection, resumeConnection } from '#workers/resume.ts'
import { checkConnection } from '../check-connection.ts'
import { openHub } from '../hub.ts'
import { type Command, UsageError } from './command.ts'
import { rewindCommand } from './connection-rewind.ts'

export const connection: Command = {
  name: 'connection',
  summary: 'Check, pause, resume or rewind a connection.',
  usage: 'connection check|pause|resume <id> | rewind <id> <port> --to <time> [--yes]',
  options: { to: { type: 'string' }, yes: { type: 'boolean' } },
  examples: [
    'crossdock connection check shopify-main',
    'crossdock connection resume supplier-acme',
    'crossdock connection rewind shopify-main orders-poll --to 2026-11-22T00:00:00Z',
  ],
  run: async (call) => {
    const { positionals, settings, print } = call
    const [action, id] = positionals
    if (id === undefined) throw new UsageError('name the connection: crossdock connection check shopify-main')
    const hub = await openHub(settings)
    try {
      if (action === 'pause' || action === 'resume') {
        const done =
          action === 'pause'
            ? await pauseConnection(hub.world, id, 'paused from the command line')
            : await resumeConnection(hub.world, id)
        print(done.ok ? `${id} is ${action === 'pause' ? 'paused' : 'active'}.` : done.reason)
        return done.ok ? 0 : 1
      }
      if (action === 'rewind') return await rewindCommand(call, hub.world)
      if (action !== 'check') throw new UsageError('say what to do: check, pause, resume or rewind')
      const checked = await checkConnection(hub, id)
      print(checked.text)
      return checked.ok ? 0 : 1
    } finally {
      await hub.stop()
    }
  },
}
