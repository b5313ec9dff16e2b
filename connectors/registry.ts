/** Every connector that ships with the hub. A new one is added here, and nowhere else. */
import type { Connector } from './contract/connector.ts'
import { depot } from './depot/connector.ts'
import { ediSupplier } from './edi/connector.ts'
import { edifactSupplier } from './edi/edifact/connector.ts'
import { edifactRetailer } from './edi/edifact/retailer/connector.ts'
import { ediRetailer } from './edi/retailer/connector.ts'
import { edi3pl } from './edi/warehouse/connector.ts'
import { erp } from './erp/connector.ts'
import { sapIdoc } from './erp/idoc/connector.ts'
import { odoo } from './odoo/connector.ts'
import { quiet } from './quiet/connector.ts'
import { sftp3pl } from './sftp-3pl/connector.ts'
import { shiphero } from './shiphero/connector.ts'
import { shopify } from './shopify/connector.ts'
import { square } from './square/connector.ts'
import { webhook } from './webhook/connector.ts'

/** Each is typed by its own config where it is written; from here on a config is what the connector's schema made of it. */
const shipped: Record<string, unknown> = {
  shopify,
  erp,
  ediSupplier,
  edifactSupplier,
  edi3pl,
  ediRetailer,
  edifactRetailer,
  odoo,
  quiet,
  sapIdoc,
  sftp3pl,
  shiphero,
  square,
  webhook,
  depot,
}
export const connectors = Object.values(shipped) as readonly Connector[]

/** The connector of an id in configuration; undefined when there is none. */
export const connectorOf = (id: string): Connector | undefined => connectors.find((connector) => connector.id === id)
