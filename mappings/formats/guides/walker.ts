/**
 * Walks the table of a guide along the segments of one set: which place each takes, what was skipped, what came too often. A segment
 * is looked for in its own loop first, from where the walk stands, then in the loops around it.
 */
import type { Guide, TableNode } from './types.ts'

export type WalkFault =
  | { kind: 'unknown-segment' | 'not-in-set' | 'out-of-order' | 'unused-segment' }
  | { kind: 'segment-missing' | 'too-many-segments' | 'too-many-loops'; id: string; max: number; byPartner: boolean }

type Frame = { loop: TableNode; index: number; count: number }

const NONE: readonly WalkFault[] = []

export class Walker {
  readonly #guide: Guide
  readonly #frames: Frame[]

  constructor(guide: Guide) {
    this.#guide = guide
    this.#frames = [{ loop: guide.root, index: 0, count: 0 }]
  }

  /** First segment of the innermost loop, '' outside loops. AK303 names it. */
  get loopId(): string {
    return this.#frames.at(-1)?.loop.id ?? ''
  }

  step(id: string): readonly WalkFault[] {
    const guide = this.#guide
    if (guide.unused.has(id)) return [{ kind: 'unused-segment' }]
    for (let depth = this.#frames.length - 1; depth >= 0; depth -= 1) {
      const frame = this.#frames[depth] as Frame
      const index = nextIndex(frame, id)
      if (index >= 0) return this.#take(depth, index)
    }
    if (guide.floating.has(id)) return NONE
    if (!guide.segments.has(id)) return [{ kind: 'unknown-segment' }]
    return [{ kind: guide.inTable.has(id) ? 'out-of-order' : 'not-in-set' }]
  }

  /** What is still missing when the set ends. */
  end(): readonly WalkFault[] {
    const faults: WalkFault[] = []
    for (let depth = this.#frames.length - 1; depth >= 0; depth -= 1)
      missing(this.#frames[depth] as Frame, Number.POSITIVE_INFINITY, faults)
    return faults
  }

  #take(depth: number, index: number): readonly WalkFault[] {
    let faults: WalkFault[] | undefined
    const frames = this.#frames
    while (frames.length - 1 > depth) {
      const left = frames.pop() as Frame
      if (hasMissing(left, Number.POSITIVE_INFINITY)) missing(left, Number.POSITIVE_INFINITY, (faults ??= []))
    }
    const frame = frames[depth] as Frame
    const place = frame.loop.children?.[index] as TableNode
    if (index === frame.index) {
      frame.count += 1
      if (frame.count === place.max + 1)
        (faults ??= []).push({
          kind: place.children === undefined ? 'too-many-segments' : 'too-many-loops',
          id: place.id,
          max: place.max,
          byPartner: place.byPartner === true,
        })
    } else {
      if (hasMissing(frame, index)) missing(frame, index, (faults ??= []))
      frame.index = index
      frame.count = 1
    }
    if (place.children !== undefined) frames.push({ loop: place, index: 0, count: 1 })
    return faults ?? NONE
  }
}

/** Index of the next place for the segment in this loop, -1 when there is none from here on. */
function nextIndex(frame: Frame, id: string): number {
  const places = frame.loop.byId?.get(id)
  if (places === undefined) return -1
  for (const index of places) {
    if (index < frame.index) continue
    // The segment that begins a loop begins it once: the next one is the loop's own repetition, which the loop around it counts.
    if (index === 0 && frame.count > 0 && frame.loop.id === id) continue
    return index
  }
  return -1
}

function hasMissing(frame: Frame, before: number): boolean {
  const places = frame.loop.children ?? []
  const stop = Math.min(before, places.length)
  for (let i = frame.index; i < stop; i += 1)
    if (places[i]?.required === true && (i > frame.index || frame.count === 0)) return true
  return false
}

function missing(frame: Frame, before: number, faults: WalkFault[]): void {
  const places = frame.loop.children ?? []
  const stop = Math.min(before, places.length)
  for (let i = frame.index; i < stop; i += 1) {
    const place = places[i]
    if (place?.required === true && (i > frame.index || frame.count === 0))
      faults.push({ kind: 'segment-missing', id: place.id, max: place.max, byPartner: place.byPartner === true })
  }
}
