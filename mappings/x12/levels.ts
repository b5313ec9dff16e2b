/**
 * The levels of an 856 (HL), brought into one form whatever structure the partner uses: a shipment with orders, an order with
 * packs, a pack with items. Known structures: S-O-P-I (BSN05 0001) and S-O-I (0004), where an order's items make one pack.
 */
import type { Issue } from '#core/issue.ts'
import { placeIn } from '../formats/x12/place.ts'
import type { X12Segment } from '../formats/x12/segment.ts'
import type { WritableSegment } from '../formats/x12/writable.ts'
import type { Elements, Shape } from './tree.ts'
import { elementsOf, segmentOf, segmentsOf, treeOf } from './tree.ts'

/** Segments a map may read at any level. */
const LEVEL: Shape = {
  LIN: 'one',
  SN1: 'one',
  PRF: 'one',
  TD1: 'many',
  TD5: 'many',
  REF: 'many',
  MAN: 'many',
  DTM: 'many',
}

export type LevelTree = {
  LIN?: Elements
  SN1?: Elements
  PRF?: Elements
  TD1?: Elements[]
  TD5?: Elements[]
  REF?: Elements[]
  MAN?: Elements[]
  DTM?: Elements[]
}
export type PackTree = LevelTree & { items: LevelTree[] }
/** One order of a notice, with its shipment's own segments: what one shipment document is made of. */
export type NoticeTree = { BSN: Elements; shipment: LevelTree; order: LevelTree; packs: PackTree[] }

type Level = { code: string; id: string; parent: string; segment: X12Segment; tree: LevelTree; children: Level[] }

/** Splits a set into its orders. Issues: `x12.hl-parent`, `x12.hl-level`. */
export function noticesOf(segments: readonly X12Segment[]): { notices: NoticeTree[]; issues: Issue[] } {
  const bsn = segments.find((segment) => segment.id === 'BSN')
  const { levels, issues } = levelsOf(segments)
  const notices = levels
    .filter((level) => level.code === 'S')
    .flatMap((shipment) =>
      shipment.children
        .filter((level) => level.code === 'O')
        .map((order) => ({
          BSN: bsn === undefined ? {} : elementsOf(bsn),
          shipment: shipment.tree,
          order: order.tree,
          packs: packsOf(order),
        })),
    )
  return { notices, issues }
}

/** Items straight under the order travel as one pack that the order's own MAN and REF describe. */
function packsOf(order: Level): PackTree[] {
  const packs = order.children.filter((level) => level.code === 'P' || level.code === 'T')
  const inPacks = packs.map((pack) => ({ ...pack.tree, items: itemsUnder(pack) }))
  const loose = order.children.filter((level) => level.code === 'I').map((level) => level.tree)
  return loose.length === 0 ? inPacks : [...inPacks, { ...order.tree, items: loose }]
}

const itemsUnder = (level: Level): LevelTree[] =>
  level.children.flatMap((child) => (child.code === 'I' ? [child.tree] : itemsUnder(child)))

const CODES = ['S', 'O', 'T', 'P', 'I']

function levelsOf(segments: readonly X12Segment[]): { levels: Level[]; issues: Issue[] } {
  const starts = segments.flatMap((segment, i) => (segment.id === 'HL' ? [i] : []))
  const byId = new Map<string, Level>()
  const issues: Issue[] = []
  const levels = starts.map((start, i): Level => {
    const segment = segments[start] as X12Segment
    const body = segments.slice(start + 1, starts[i + 1] ?? segments.length)
    const [id, parent, code] = [segment.element(1), segment.element(2), segment.element(3)]
    const level = { code, id, parent, segment, tree: treeOf(body, LEVEL) as LevelTree, children: [] }
    if (!CODES.includes(code)) issues.push(hlIssue('x12.hl-level', segment, i, 3, `must be one of ${CODES.join(', ')}`))
    // Some partners leave HL02 empty: then the nearest level above is meant.
    const above = parent === '' ? nearestAbove(code, [...byId.values()]) : byId.get(parent)
    if (above !== undefined) above.children.push(level)
    else if (code !== 'S') issues.push(hlIssue('x12.hl-parent', segment, i, 2, 'must name an HL that stands before it'))
    byId.set(id, level)
    return level
  })
  return { levels, issues }
}

const nearestAbove = (code: string, before: Level[]): Level | undefined =>
  code === 'S' ? undefined : before.findLast((level) => CODES.indexOf(level.code) < CODES.indexOf(code))

const hlIssue = (code: string, segment: X12Segment, index: number, position: number, rule: string): Issue => ({
  code,
  class: 'data',
  place: placeIn(segment, position, index + 1),
  rule,
  value: segment.element(position),
  cure: 'Send levels shipment, order, pack (optional) and item, each under its parent.',
})

/** Writes one notice in structure 0001, HL segments numbered from 1. */
export function segmentsOfNotice(notice: NoticeTree): WritableSegment[] {
  let count = 0
  const level = (code: string, parent: string, tree: LevelTree): { id: string; segments: WritableSegment[] } => {
    const id = String((count += 1))
    return { id, segments: [['HL', id, parent, code], ...segmentsOf(tree, LEVEL)] }
  }
  const shipment = level('S', '', notice.shipment)
  const order = level('O', shipment.id, notice.order)
  const packs = notice.packs.flatMap(({ items, ...own }) => {
    const pack = level('P', order.id, own)
    return [...pack.segments, ...items.flatMap((item) => level('I', pack.id, item).segments)]
  })
  const body = [...segmentOf('BSN', notice.BSN), ...shipment.segments, ...order.segments, ...packs]
  return [...body, ['CTT', String(count)]]
}
