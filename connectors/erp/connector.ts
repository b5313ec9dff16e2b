/** A generic ERP with warehouses and stores of its own: stock and events in, fulfillment requests out. Formats: mappings/erp/README.md. */
import { defineConnector } from '../contract/connector.ts'
import { cancel } from './cancel.ts'
import { findRequest } from './client.ts'
import { ErpConfig } from './config.ts'
import type { StockFolder } from './config.ts'
import { events } from './events.ts'
import { fulfillment } from './fulfillment.ts'
import { reminders } from './reminders.ts'
import { stockFiles } from './stock-files.ts'
import { stock } from './stock.ts'
import { receipts, supplies } from './supplies.ts'

export const erp = defineConnector({
  id: 'erp',
  version: '1.0.0',
  contract: 1,
  summary: 'An ERP that pushes stock, purchase orders and receipts and takes fulfillment requests over HTTP.',
  config: ErpConfig,
  secrets: {
    apiToken: 'Bearer token that the ERP gave us.',
    webhookSecret: 'Standard Webhooks secret (whsec_…) that signs the ERP’s events.',
    sftpPassword: 'Password of the SFTP login of stockFolder. Needed with login: password.',
    sftpPrivateKey: 'Private key of the SFTP login of stockFolder, in OpenSSH format. Needed with login: privateKey.',
    webhookSecretPrevious: 'The secret before the last rotation; still accepted while it is set.',
  },
  limits: ({ callsPerSecond, concurrency }) => ({ max: callsPerSecond, perMs: 1000, concurrency }),
  endpoints: ({ baseUrl, allowPrivateAddresses, stockFolder }) => ({
    http: { baseUrl, allowPrivateAddresses },
    ...(stockFolder === undefined ? {} : { sftp: sftpOf(stockFolder) }),
  }),
  /** Asks for a request that cannot be: an ERP that knows us says so. */
  check: async (context) => {
    const found = await findRequest(context, 'ful_crossdock-check')
    if (found.kind !== 'undecided') return { ok: true, detail: 'the ERP answers' }
    const isAuth = / status 40[13]$/.test(found.message)
    return isAuth
      ? { ok: false, fault: 'auth', detail: found.message, cure: 'Renew apiToken.' }
      : { ok: false, fault: 'transient', detail: found.message, cure: 'Check baseUrl and whether the ERP is up.' }
  },
  ports: [stock, stockFiles, supplies, receipts, events, fulfillment, cancel, reminders],
  exhibit: async () => (await import('./exhibit.ts')).exhibit,
})

function sftpOf({ host, port, username, login, hostKeySha256, allowPrivateAddresses }: StockFolder) {
  const secret = login === 'password' ? { passwordSecret: 'sftpPassword' } : { privateKeySecret: 'sftpPrivateKey' }
  return { host, port, username, hostKeySha256, allowPrivateAddresses, ...secret }
}
