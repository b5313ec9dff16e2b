/** IDocs as this SAP spells them, and what it reads of ours. */
import { readXml } from '#mappings/formats/xml/reader.ts'
import { elementsOf, textOf } from '#mappings/formats/xml/tree.ts'
import type { XmlElement } from '#mappings/formats/xml/tree.ts'
import { writeXml } from '#mappings/formats/xml/writer.ts'
import type { WritableXml } from '#mappings/formats/xml/writer.ts'
import type { Instant } from '#core/model/time.ts'
import type { OrderedLine, WarehouseOrder } from '../kit/warehouse.ts'

/** `kind`: an order that SAP ships for us, or a delivery that its warehouse is told. */
export type IncomingIdoc = { kind: 'ORDERS' | 'SHPORD'; docnum: string; number: string; lines: OrderedLine[] }

const valueOf = (parent: XmlElement | undefined, name: string): string => {
  const found = parent === undefined ? undefined : elementsOf(parent, name)[0]
  return found === undefined ? '' : textOf(found)
}

/** Undefined for what SAP would not take. */
export function readIncomingIdoc(bytes: Uint8Array): IncomingIdoc | undefined {
  const root = readXml(bytes)
  const idoc = root.ok ? elementsOf(root.value, 'IDOC')[0] : undefined
  if (idoc === undefined) return undefined
  const control = elementsOf(idoc, 'EDI_DC40')[0]
  const [kind, docnum] = [valueOf(control, 'MESTYP'), valueOf(control, 'DOCNUM')]
  if (kind === 'ORDERS') {
    const number = valueOf(elementsOf(idoc, 'E1EDK01')[0], 'BELNR')
    const lines = elementsOf(idoc, 'E1EDP01').map((item) => ({
      line: valueOf(item, 'POSEX'),
      item: valueOf(
        elementsOf(item, 'E1EDP19').find((one) => valueOf(one, 'QUALF') === '002'),
        'IDTNR',
      ),
      quantity: Number(valueOf(item, 'MENGE')),
    }))
    return { kind, docnum, number, lines }
  }
  if (kind !== 'SHPORD') return undefined
  const head = elementsOf(idoc, 'E1EDL20')[0]
  const items = head === undefined ? [] : elementsOf(head, 'E1EDL24')
  const lines = items.map((item) => ({
    line: valueOf(item, 'POSNR'),
    item: valueOf(item, 'MATNR'),
    quantity: Number(valueOf(item, 'LFIMG')),
  }))
  return { kind, docnum, number: valueOf(head, 'LIFEX'), lines }
}

const segment = (name: string, fields: Record<string, string>, inner: WritableXml[] = []): WritableXml => ({
  name,
  attributes: { SEGMENT: '1' },
  children: [...Object.entries(fields).map(([field, value]) => ({ name: field, children: [value] })), ...inner],
})

export type Confirmation = { docnum: number; vbeln: number; message: 'DESADV' | 'SHPCON'; at: Instant }

/** A delivery: handling units in a DESADV, delivered quantities with decimals in a SHPCON. */
export function deliveryOf(order: WarehouseOrder, { docnum, vbeln, message, at }: Confirmation): Uint8Array {
  const control = segment('EDI_DC40', {
    DOCNUM: String(docnum).padStart(16, '0'),
    IDOCTYP: 'DELVRY07',
    MESTYP: message,
    SNDPRN: 'SAPSIM',
  })
  const issued = segment('E1EDT13', {
    QUALF: '006',
    ISDD: at.slice(0, 10).replaceAll('-', ''),
    ISDZ: at.slice(11, 19).replaceAll(':', ''),
  })
  const items = order.lines.map((line) =>
    segment('E1EDL24', { POSNR: line.line, MATNR: line.item, LFIMG: `${line.shipped}.000` }),
  )
  const units = order.cartons.map((carton) =>
    segment(
      'E1EDL37',
      { EXIDV: carton.id, EXIDV2: carton.tracking.slice(0, 20) },
      carton.content.map(({ line, quantity }) => segment('E1EDL44', { POSNR: line, VEMNG: `${quantity}.000` })),
    ),
  )
  const head = { VBELN: String(vbeln).padStart(10, '0'), TRATY: 'UPSN', LIFEX: order.number }
  const delivery = segment('E1EDL20', head, [issued, ...(message === 'SHPCON' ? items : units)])
  const idoc = { name: 'IDOC', attributes: { BEGIN: '1' }, children: [control, delivery] }
  const written = writeXml({ name: 'DELVRY07', children: [idoc] })
  if (!written.ok) throw new Error(written.issues[0]?.rule ?? 'the IDoc cannot be written')
  return written.value
}
