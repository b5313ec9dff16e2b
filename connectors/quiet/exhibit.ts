/** A warehouse on paper that speaks Quiet XML, for `crossdock connector test quiet`. */
import type { ShipmentNotice } from '#core/model/fulfillment.ts'
import type { Instant } from '#core/model/time.ts'
import { runBack, type FieldMap } from '#mappings/engine/index.ts'
import { cancelMap } from '#mappings/quiet/answers.ts'
import type { QuietContext } from '#mappings/quiet/leaves.ts'
import { shipmentMap, type SoResult } from '#mappings/quiet/result.ts'
import type { DocumentName } from '#mappings/quiet/schema.ts'
import { eventMap, summaryMap } from '#mappings/quiet/stock.ts'
import { writeDocument } from '#mappings/quiet/xml.ts'
import type { Crosswalk } from '../contract/connector.ts'
import type { Exhibit, InboundKind, PaperFile } from '../contract/exhibit.ts'
import { sha256 } from '../contract/request.ts'
import { QuietConfig } from './config.ts'
import { filesForPartner, paperFolders, paperPassword } from '../transport/paper-folders.ts'

const config = {
  ...paperFolders('sftp.warehouse.example'),
  clientId: 'ACME',
  businessUnit: 'ACME',
  warehouse: 'WH1',
  currency: 'EUR',
  shipMode: { carrier: 'USPS', serviceLevel: 'PRIORITY' },
  // A result that is the last word says two things, and the kit asks for one at a time.
  resultIsLast: false,
}
const settings = QuietConfig.parse(config)

type World = { crosswalk: Crosswalk; at: Instant }
type Tree = Record<string, unknown>

/** The document under this name, as the map would have read it; `complete` adds what no map reads. */
const says =
  <S, V, X>(
    name: DocumentName,
    map: FieldMap<S, V, QuietContext, X>,
    complete: (tree: Tree, value: V) => Tree = (tree) => tree,
  ) =>
  (value: V, { crosswalk, at }: World): Uint8Array | undefined => {
    const written = runBack(map, value, { crosswalk, receivedAt: at, settings })
    if (!written.ok) return undefined
    const document = writeDocument(name, complete({ '@BusinessUnit': 'ACME', ...written.document }, value))
    return document.ok ? document.value : undefined
  }

/** Every line says how much of it left. */
const result = says('SOResult', shipmentMap, (tree) => ({
  ...tree,
  Line: (tree['Carton'] as SoResult['Carton'])?.flatMap(({ Content }) => Content),
}))

/** A shipment is named by its carton. */
const shipment = (notice: ShipmentNotice, world: World): Uint8Array | undefined => {
  const packages = notice.packages.map((one) => ({ ...one, containerCode: notice.externalId }))
  return result({ ...notice, packages }, world)
}

/** `ACME_InventorySummary_k1_20261122_090000000.xml`: only the name of a summary says when it was true. */
function nameOf(id: string, kind: InboundKind, value: unknown): string {
  const asOf = (kind === 'stock' ? (value as { asOf?: Instant }).asOf : undefined) ?? '2026-11-22T09:00:00.000Z'
  const stamp = `${asOf.slice(0, 10).replaceAll('-', '')}_${asOf.slice(11, 23).replaceAll(/[:.]/g, '')}`
  return `ACME_${NAMES[kind] ?? ''}_${id}_${stamp}.xml`
}
const NAMES: Partial<Record<InboundKind, DocumentName>> = {
  shipment: 'SOResult',
  cancelResponse: 'SOCancelResult',
  stock: 'InventorySummary',
  stockChange: 'InventoryEventMessage',
}

/** Documents that were laid into the warehouse's folder, by type and number. */
const effectsOf = (files: readonly PaperFile[]): string[] =>
  filesForPartner(files).map(({ name }) => name.replace(/^ACME_/, '').replace(/_\d{8}_\d{9}\.xml$/, ''))

export const exhibit: Exhibit = {
  config,
  secrets: paperPassword,
  nodeCode: 'WH1',
  codes: { 'inventory-event': { ADJUST: 'adjust' }, 'cancel-status': { REFUSED: 'refused' } },
  partner: () => ({ effects: effectsOf }),
  inbound: {
    documents: {
      format: 'xml',
      // A result says what is taken and what is short only by what left, and a returned parcel is named by its time: samples show those.
      says: {
        shipment,
        cancelResponse: says('SOCancelResult', cancelMap),
        stock: says('InventorySummary', summaryMap),
        stockChange: says('InventoryEventMessage', eventMap, (tree, value) => ({
          '@EventId': sha256(JSON.stringify(value)).slice(0, 12),
          '@EventType': 'ADJUST',
          ...tree,
        })),
      },
      meta: (kind, value) =>
        kind === 'stock' && value !== undefined ? { asOf: (value as { asOf: Instant }).asOf } : {},
      file: { folder: '/out', name: nameOf, settledMs: 2_000 },
      samples: ['result', 'nothing-left', 'cancel', 'event', 'summary', 'return'].map(
        (name) => `mappings/quiet/examples/${name}.in.xml`,
      ),
      // The name of the file, its arrival, and the settings.
      given: ['/asOf', '/mode', '/absentMeansZero', '/answeredAt'],
    },
  },
  outbound: { fulfillment: {}, cancel: {}, returns: {} },
}
