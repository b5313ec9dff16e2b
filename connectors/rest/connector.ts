/** A connector for a partner with a plain JSON API: bearer token, one document a call, signed messages back. */
import { defineConnector, type Connector } from '../contract/connector.ts'
import { call } from './call.ts'
import { REST_SECRETS, RestConfig } from './config.ts'
import { type RestEvents, signedEvents } from './events.ts'
import type { RestKit } from './exhibit.ts'
import type { Sends } from './send.ts'

export type RestConnector = Pick<Connector<typeof RestConfig>, 'id' | 'version' | 'summary'> & {
  /** Asked by `crossdock connection check`: any address that answers 2xx to who may call. */
  checkPath: string
  /** By the name of the port. */
  sends: Readonly<Record<string, Sends>>
  /** What the partner tells in signed messages, by the type that it writes on each. */
  events: RestEvents
  /** For `crossdock connector test`: what the rest of its exhibit does not say by itself. */
  kit: RestKit
}

export const restConnector = ({
  checkPath,
  sends,
  events,
  kit,
  ...about
}: RestConnector): Connector<typeof RestConfig> =>
  defineConnector({
    ...about,
    contract: 1,
    ports: [...Object.entries(sends).map(([name, { port }]) => port(name)), signedEvents(events)],
    exhibit: async () => (await import('./exhibit.ts')).restExhibit({ sends, events, kit }),
    config: RestConfig,
    secrets: REST_SECRETS,
    limits: ({ callsPerSecond, concurrency }) => ({ max: callsPerSecond, perMs: 1000, concurrency }),
    endpoints: ({ baseUrl, allowPrivateAddresses }) => ({ http: { baseUrl, allowPrivateAddresses } }),
    check: async (context) => {
      const judged = await call(context, { method: 'GET', path: checkPath }, checkPath)
      if (judged.kind === 'answered') return { ok: true, detail: 'the partner answers' }
      const { outcome } = judged
      if (outcome.kind !== 'unavailable')
        return { ok: false, fault: 'transient', detail: `the partner answered: ${outcome.kind}`, cure: 'Try again.' }
      const cures = {
        auth: 'Renew apiToken.',
        config: `Correct baseUrl: nothing answers at ${checkPath}.`,
        transient: 'See whether the partner is up; try again.',
      }
      const fault = outcome.fault === 'auth' || outcome.fault === 'config' ? outcome.fault : 'transient'
      return { ok: false, fault, detail: outcome.message, cure: cures[fault] }
    },
  })
