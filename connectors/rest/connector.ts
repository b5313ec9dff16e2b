/** A connector for a partner with a plain JSON API: bearer token, one document a call, signed messages back. */
import { defineConnector, type Connector, type Port } from '../contract/connector.ts'
import { call } from './call.ts'
import { REST_SECRETS, RestConfig } from './config.ts'

export type RestConnector = Pick<Connector<typeof RestConfig>, 'id' | 'version' | 'summary' | 'exhibit'> & {
  ports: Port<RestConfig>[]
  /** Asked by `crossdock connection check`: any address that answers 2xx to who may call. */
  checkPath: string
}

export const restConnector = ({ checkPath, ...about }: RestConnector): Connector<typeof RestConfig> =>
  defineConnector({
    ...about,
    contract: 1,
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
