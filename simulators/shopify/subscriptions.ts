/** Webhook subscriptions as an app sees and makes them over the API: by topic and address, each pair once. */
import { connection, PAGE_ARGUMENTS } from './connection.ts'
import { gid } from './ids.ts'
import { answer, rowsOf } from './resolver-table.ts'
import { refusal } from './user-error.ts'
import { WEBHOOK_TOPICS } from './webhooks.ts'
import type { Subscriptions, WebhookTarget, WebhookTopic } from './webhooks.ts'

type Subscription = WebhookTarget & { id: number }

/** `orders/create` is ORDERS_CREATE. */
const enumOf = (topic: WebhookTopic): string => topic.toUpperCase().replace('/', '_')

const listed = (subscriptions: Subscriptions): Subscription[] =>
  subscriptions.all().map((target, index) => ({ ...target, id: index + 1 }))

export const SUBSCRIPTION_ROWS = [
  ...rowsOf<Subscription>('WebhookSubscription', {
    id: ({ id }) => gid('WebhookSubscription', id),
    topic: ({ topic }) => enumOf(topic),
    uri: ({ url }) => url,
  }),
  ...rowsOf<unknown>('QueryRoot', {
    webhookSubscriptions: {
      accepts: PAGE_ARGUMENTS,
      resolve: (_source, args, { subscriptions }) => connection(listed(subscriptions), args, ({ id }) => `${id}`),
    },
  }),
  ...rowsOf<unknown>('Mutation', {
    webhookSubscriptionCreate: {
      accepts: ['topic', 'webhookSubscription'],
      resolve: (_source, args, { subscriptions }) => {
        const topic = WEBHOOK_TOPICS.find((each) => enumOf(each) === args['topic'])
        const url = String((args['webhookSubscription'] as { uri?: string }).uri)
        const refuse = (message: string): object =>
          answer({
            webhookSubscription: null,
            userErrors: [answer({ ...refusal(['webhookSubscription', 'uri'], message) })],
          })
        if (topic === undefined) return refuse('the simulator does not send this topic')
        if (subscriptions.all().some((target) => target.topic === topic && target.url === url))
          return refuse('Address for this topic has already been taken')
        subscriptions.add({ topic, url })
        return answer({ webhookSubscription: listed(subscriptions).at(-1), userErrors: [] })
      },
    },
  }),
]
