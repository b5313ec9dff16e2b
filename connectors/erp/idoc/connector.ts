/** SAP IDocs as XML, a profile of the generic ERP: requests out, deliveries and confirmations in. The format: mappings/idoc/README.md. */
import { defineConnector } from '../../contract/connector.ts'
import type { CheckResult, Context } from '../../contract/connector.ts'
import { SFTP_SECRETS, sftpEndpoint } from '../../contract/sftp-settings.ts'
import { checkFolders } from '../../transport/exchange.ts'
import { IdocConfig } from './config.ts'
import { calls, files } from './incoming.ts'
import { foldersOf, orderCalls, orderFiles, postIdoc } from './outgoing.ts'

export const sapIdoc = defineConnector({
  id: 'sap-idoc',
  version: '1.0.0',
  contract: 1,
  summary: 'An SAP that trades IDocs as XML: ORDERS05 or SHPORD out, DESADV and SHPCON in.',
  config: IdocConfig,
  secrets: {
    sapPassword: 'Password of SAP’s user of the hub. Needed with http.',
    hubPassword:
      'Password that SAP calls the hub with: yours to make, SAP keeps it in its HTTP destination. Needed with http.',
    ...SFTP_SECRETS,
  },
  limits: ({ http }) =>
    http === undefined
      ? { max: 50, perMs: 1_000, concurrency: 1 }
      : { max: http.callsPerSecond, perMs: 1_000, concurrency: 2 },
  endpoints: ({ http, sftp }) => ({
    ...(http === undefined
      ? {}
      : { http: { baseUrl: http.baseUrl, allowPrivateAddresses: http.allowPrivateAddresses } }),
    ...(sftp === undefined ? {} : { sftp: sftpEndpoint(sftp) }),
  }),
  check: (context) =>
    context.config.sftp === undefined ? checkCalls(context) : checkFolders(context.sftp, foldersOf(context.config)),
  ports: [calls, files, orderCalls, orderFiles],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})

/** Posts nothing at all: whoever is let in is told that it is no IDoc, or is thanked for it. */
async function checkCalls(context: Context<IdocConfig>): Promise<CheckResult> {
  const result = await postIdoc(context, '')
  if (!result.ok)
    return {
      ok: false,
      fault: 'transient',
      detail: result.failure.message,
      cure: 'Check baseUrl and whether SAP is up.',
    }
  const { status } = result.answer
  const detail = `SAP answered with status ${status}`
  if (status === 401 || status === 403)
    return { ok: false, fault: 'auth', detail, cure: 'Renew sapPassword, or unlock the user in SAP.' }
  if (status === 404)
    return { ok: false, fault: 'config', detail, cure: 'Correct path; the service must be active in SICF.' }
  if (status >= 502) return { ok: false, fault: 'transient', detail, cure: 'Try again; look whether SAP is up.' }
  return { ok: true, detail: `${detail}, and lets the hub in` }
}
