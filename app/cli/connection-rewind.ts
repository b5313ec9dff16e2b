/** `crossdock connection rewind <id> <port> --to <time>`: says what would be read again; does it with --yes. */
import { parseInstant } from '#core/model/time.ts'
import { previewRewind, rewind } from '#workers/rewind.ts'
import type { World } from '#workers/world.ts'
import { type Call, text, UsageError } from './command.ts'

export async function rewindCommand({ positionals, values, print }: Call, world: World): Promise<number> {
  const [, id = '', port] = positionals
  const to = parseInstant(text(values['to']) ?? '')
  if (port === undefined || to === undefined)
    throw new UsageError(
      'name port and time: crossdock connection rewind shopify-main orders-poll --to 2026-11-22T00:00:00Z',
    )
  const preview = await previewRewind(world, id, port, to)
  if ('refused' in preview) {
    print(preview.refused)
    return 1
  }
  const { before, documents, fresh, more } = preview
  print(
    `${port} of ${id} stands at ${before?.watermark ?? 'its beginning'}. From ${to} on there are ${documents}${more ? ' or more' : ''} documents; ${fresh} of them are not stored yet.`,
  )
  if (values['yes'] !== true) {
    print('Nothing was changed. Say --yes to read them again.')
    return 0
  }
  await rewind(world, id, port, preview, 'command line')
  print('Done: the next look begins there.')
  return 0
}
