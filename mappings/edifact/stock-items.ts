/**
 * An INVRPT of any size: its head, then one item after the other, by the rules of the small one (stock.ts). One head or item is held at a
 * time, never the message.
 */
import type { Issue } from '#core/issue.ts'
import type { StockFeed, StockRow } from '#core/model/stock.ts'
import { defineMap, runForward } from '../engine/index.ts'
import type { FieldMap, PlaceOf, Shape } from '../engine/index.ts'
import type { EdifactSegment } from '../formats/edifact/segment.ts'
import { messageScope, partOf } from './document.ts'
import type { MessageContext, MessageLine, MessageMap, MessageScope, MessageTree, Nth } from './document.ts'
import type { EdifactProfile } from './profile.ts'
import { HEAD, headRules, ITEM, itemRules } from './stock.ts'

/** `row` counts the items of all messages, from 1. */
export type StockItem = { row: number } & ({ value: StockRow } | { issues: Issue[] })

/** Far more than a head or an item needs; beyond it the message is not used. */
const MAX_PART_BYTES = 1_000_000

const ITEMS = { LIN: ITEM }

type FeedHead = Pick<StockFeed, 'mode' | 'asOf'>
type Held = { segment: EdifactSegment; nth: number }

export class StockItems {
  readonly #profile: EdifactProfile
  readonly #context: MessageContext
  readonly #headMap: MessageMap<StockFeed>
  readonly #itemMap: FieldMap<MessageLine, StockRow, MessageScope, MessageScope>
  #items: StockItem[] = []
  #rows = 0
  #head: FeedHead | undefined
  /** The head or item whose segments are coming. */
  #part: Held[] = []
  #partStart = 0
  #isInItems = false
  /** What the head of this message says to its items; undefined until it was read, and where it was no good. */
  #scope: MessageScope | undefined
  #issues: Issue[] = []
  /** How many segments of each name this message had. */
  readonly #seen = new Map<string, number>()

  constructor(profile: EdifactProfile, context: MessageContext) {
    this.#profile = profile
    this.#context = context
    const name = 'edifact invrpt'
    this.#headMap = defineMap({ name, version: '1', scope: messageScope(profile), rules: headRules(profile) })
    const scope = { forward: same, back: same }
    this.#itemMap = defineMap({ name, version: '1', scope, rules: itemRules(profile) })
  }

  /** Of the first message; the others say the same, or are unusable. */
  get head(): FeedHead | undefined {
    return this.#head
  }

  /** What makes all of the message unusable that is read, or was read last. */
  get issues(): readonly Issue[] {
    return this.#issues
  }

  /** The head of the message that is read, or was read last, was read and is good. */
  get hasHead(): boolean {
    return this.#scope !== undefined
  }

  /** Items that were read since the last call. */
  take(): StockItem[] {
    const items = this.#items
    this.#items = []
    return items
  }

  /** Segments of INVRPT messages, from UNH on. */
  segment(segment: EdifactSegment): void {
    const { id } = segment
    if (id === 'UNH') this.#open()
    else if (id === 'LIN') this.close()
    if (this.#part.length === 0) this.#partStart = segment.byteOffset
    if (segment.byteEnd - this.#partStart > MAX_PART_BYTES) return this.#tooLong(segment)
    if (!Object.hasOwn(HEAD, id) && !Object.hasOwn(ITEM, id)) return
    const nth = (this.#seen.get(id) ?? 0) + 1
    this.#seen.set(id, nth)
    if (Object.hasOwn(this.#isInItems ? ITEM : HEAD, id)) this.#part.push({ segment, nth })
  }

  /** Reads what is held: at the next item, and after the message's last segment. */
  close(): void {
    const part = this.#part
    this.#part = []
    if (this.#isInItems) this.#readItem(part)
    else this.#readHead(part)
    this.#isInItems = true
  }

  #open(): void {
    this.#part = []
    this.#isInItems = false
    this.#scope = undefined
    this.#issues = []
    this.#seen.clear()
  }

  #readHead(part: readonly Held[]): void {
    if (this.#issues.length > 0) return
    const { tree, placeOf } = this.#partOf(part, HEAD)
    const { value, issues } = runForward(this.#headMap, tree as MessageTree, this.#context, { placeOf })
    if (value === undefined) {
      this.#issues = issues
      return
    }
    this.#issues = this.#otherThanBefore(value, placeOf, tree as MessageTree)
    this.#head ??= value
    this.#scope = messageScope(this.#profile).forward(tree as MessageTree, this.#context)
  }

  #readItem(part: readonly Held[]): void {
    this.#rows += 1
    if (this.#scope === undefined || this.#issues.length > 0) return
    const { tree, placeOf } = this.#partOf(part, ITEMS)
    const [line] = (tree as MessageTree).LIN
    if (line === undefined) return
    const inMessage: PlaceOf = (path) => placeOf(['LIN', 0, ...path])
    const { value, issues } = runForward(this.#itemMap, line, this.#scope, { placeOf: inMessage })
    this.#items.push({ row: this.#rows, ...(value === undefined ? { issues } : { value }) })
  }

  /** Items always have numbers: whether there is another one is not known yet. */
  #partOf(part: readonly Held[], shape: Shape) {
    const nth: Nth = (segment) =>
      !this.#isInItems && this.#seen.get(segment.id) === 1
        ? undefined
        : part.find((held) => held.segment === segment)?.nth
    return partOf(
      part.map((held) => held.segment),
      shape,
      nth,
    )
  }

  /** All messages of the file are one feed. */
  #otherThanBefore({ mode, asOf }: FeedHead, placeOf: PlaceOf, { DTM = [] }: MessageTree): Issue[] {
    const before = this.#head
    if (before === undefined) return []
    const time = ['DTM', DTM.findIndex((one) => one['0101'] === '137'), '0102']
    return [
      ...(mode === before.mode ? [] : [anotherFeed(placeOf(['BGM', '0301']), mode, before.mode)]),
      ...(asOf === before.asOf ? [] : [anotherFeed(placeOf(time), asOf, before.asOf)]),
    ]
  }

  #tooLong(segment: EdifactSegment): void {
    if (this.#issues.length > 0) return
    const path = this.#isInItems ? `LIN[${this.#seen.get('LIN') ?? 1}]` : 'BGM'
    this.#issues = [partTooLong(path, segment.byteOffset)]
  }
}

const same = (_: unknown, scope: MessageScope): MessageScope => scope

const anotherFeed = (place: Issue['place'], value: string, before: string): Issue => ({
  code: 'edifact.one-feed',
  class: 'data',
  place,
  rule: `must say what the message before said (${before}): a feed has one purpose and one time`,
  value,
  cure: 'Send messages of another time or purpose in files of their own.',
})

const partTooLong = (path: string, byteOffset: number): Issue => ({
  code: 'edifact.part-too-long',
  class: 'data',
  place: { path, byteOffset },
  rule: `a head or an item of a large stock file has at most ${MAX_PART_BYTES} bytes`,
  cure: 'Check whether LIN segments are missing, then ask the partner to send the report again.',
})
