/** A 3PL on paper with CSV files of a plain layout, for `crossdock connector test sftp-3pl`. */
import type { Instant } from '#core/model/time.ts'
import { runBack } from '#mappings/engine/index.ts'
import { readCsv } from '#mappings/formats/csv/reader.ts'
import type { Section } from '#mappings/sftp-3pl/layout.ts'
import { cellText, writeTable } from '#mappings/sftp-3pl/table.ts'
import type { Crosswalk } from '../contract/connector.ts'
import type { Exhibit, InboundKind, PaperFile } from '../contract/exhibit.ts'
import { layoutFor, Sftp3plConfig } from './config.ts'
import { filesForPartner, paperFolders, paperPassword } from '../transport/paper-folders.ts'

const profile = {
  orders: {
    file: 'ORDER_{order}_{number}.csv',
    perFile: 20,
    line: {
      Order: 'requestId',
      Line: 'lineNo',
      SKU: 'sku',
      Quantity: 'quantity',
      Name: 'shipTo.name',
      Street: 'shipTo.line1',
      Postcode: 'shipTo.postcode',
      City: 'shipTo.city',
      Country: 'shipTo.country',
    },
  },
  cancels: { file: 'CANCEL_{order}.csv', columns: { Order: 'requestId', Reason: 'reason' } },
  acknowledgements: {
    files: 'ACK_*.csv',
    columns: {
      Order: 'requestId',
      Line: 'lineNo',
      Taken: 'accepted',
      Refused: 'rejected',
      Reason: 'reason',
      Answered: 'answeredAt',
    },
  },
  cancelAnswers: {
    files: 'CANCELLED_*.csv',
    columns: { Order: 'requestId', Cancelled: 'accepted', Reason: 'reason', Answered: 'answeredAt' },
  },
  shipments: {
    files: 'SHIPPED_*.csv',
    columns: {
      Shipment: 'externalId',
      Order: 'requestId',
      Line: 'lineNo',
      Quantity: 'quantity',
      Shipped: 'shippedAt',
      Carrier: 'carrier',
      Tracking: 'trackingNumber',
    },
  },
  stock: {
    files: 'STOCK_*.csv',
    nameTime: 'YYYYMMDD_HHmmss',
    columns: { SKU: 'sku', Place: 'nodeId', Quantity: 'onHand' },
  },
  receipts: { confirm: 'OK_{file}.csv', error: 'ERROR_{file}.csv' },
  partnerReceipts: { confirm: 'READ_*.csv', error: 'UNREAD_*.csv' },
}

const config = {
  ...paperFolders('sftp.3pl.example'),
  profile,
}
const layout = layoutFor(Sftp3plConfig.parse(config))

type World = { crosswalk: Crosswalk; at: Instant }
type Rows = { head?: object; lines?: object[]; packages?: { head: object; lines: object[] }[]; rows?: object[] }

/** The partner's file that says this: a row for each line, parcel line or count, each with the cells of its order. */
const says =
  (section: Section<never, never> | undefined) =>
  (value: unknown, { crosswalk, at }: World): Uint8Array | undefined => {
    if (section === undefined) return undefined
    const written = runBack(section.map, value as never, { crosswalk, receivedAt: at })
    if (!written.ok) return undefined
    const rows = rowsOf(written.document as Rows).map((cells) =>
      section.columns.map(({ key }) => cellOf((cells as Record<string, unknown>)[key])),
    )
    const names = section.columns.map(({ name }) => name)
    const file = writeTable(rows, names, layout.profile)
    return file.ok ? file.value : undefined
  }

const cellOf = (value: unknown): string => (typeof value === 'boolean' ? (value ? '1' : '0') : cellText(value))

function rowsOf({ head, lines, packages, rows }: Rows): object[] {
  if (packages !== undefined)
    return packages.flatMap((one) => one.lines.map((line) => ({ ...head, ...one.head, ...line })))
  return (lines ?? rows ?? [{}]).map((row) => ({ ...head, ...row }))
}

const NAMES: Partial<Record<InboundKind, string>> = {
  fulfillmentResponse: 'ACK',
  cancelResponse: 'CANCELLED',
  shipment: 'SHIPPED',
  stock: 'STOCK',
}

/** `STOCK_20261122_090000_k1.csv`: only the name of a stock file says when it was true. */
function nameOf(id: string, kind: InboundKind, value: unknown): string {
  const asOf = kind === 'stock' ? (value as { asOf: Instant }).asOf : ''
  const stamp = asOf.slice(0, 19).replaceAll(/[-:]/g, '').replace('T', '_')
  return [NAMES[kind], ...(stamp === '' ? [] : [stamp]), `${id}.csv`].join('_')
}

/** Orders and cancels that were laid into the partner's folder, each once a file; a receipt by the name of its file. */
const effectsOf = (files: readonly PaperFile[]): string[] =>
  filesForPartner(files).flatMap(({ name, bytes }) => {
    const what = name.startsWith('ORDER_') ? 'order' : name.startsWith('CANCEL_') ? 'cancel' : undefined
    if (what === undefined) return [name]
    const { rows } = readCsv(bytes, { header: { required: ['Order'] }, delimiter: ',', fallback: 'none' })
    return [...new Set(rows.map(({ cells }) => `${what} ${cells[0] ?? ''}`))]
  })

export const exhibit: Exhibit = {
  config,
  secrets: paperPassword,
  nodeCode: 'WH1',
  partner: () => ({ effects: effectsOf }),
  inbound: {
    documents: {
      format: 'csv',
      says: {
        shipment: says(layout.shipments),
        fulfillmentResponse: says(layout.acknowledgements),
        cancelResponse: says(layout.cancelAnswers),
        stock: says(layout.stock),
      },
      meta: (kind, value) =>
        kind === 'stock' && value !== undefined ? { asOf: (value as { asOf: Instant }).asOf } : {},
      file: { folder: '/out', name: nameOf, settledMs: 2_000 },
      samples: ['ACK_1', 'CANCELLED_1', 'SHIPPED_1', 'STOCK_20261122_090000_1'].map(
        (name) => `mappings/sftp-3pl/examples/${name}.csv`,
      ),
      // The name of a stock file, and the profile.
      given: ['/asOf', '/mode', '/absentMeansZero'],
    },
  },
  outbound: {
    fulfillment: {},
    cancel: {},
    receipts: { receipt: 'OK_STOCK_1.csv\nresult,place\nread,STOCK_1.csv\n' },
  },
}
