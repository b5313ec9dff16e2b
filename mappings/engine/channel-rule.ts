/** The channel that a document speaks for is the connection's: no partner's document names it. */
import type { ChannelId } from '#core/model/ids.ts'
import { refuse } from './leaf.ts'
import { rulesFor } from './rules.ts'
import type { Rule } from './rules.ts'

/** A scope without `channelId` is that of a connection which no channel names: the document is refused. */
export function channelRule<
  Tree,
  T extends { channelId?: ChannelId | undefined },
  X extends { channelId?: ChannelId | undefined },
>(): Rule<Tree, T, X> {
  const rules = rulesFor<object, { channelId: ChannelId }, X>()
  return rules.derive({
    name: 'channel of the connection',
    reads: [],
    writes: ['channelId'],
    forward: (_reads, { channelId }) => (channelId === undefined ? NO_CHANNEL : { channelId }),
    back: () => ({}),
  }) as unknown as Rule<Tree, T, X>
}

const NO_CHANNEL = refuse({
  rule: 'must come over a connection that a channel names',
  cure: 'Give the channel this connection (channels[].connection), then replay.',
  code: 'order.no-channel',
  class: 'config',
})
