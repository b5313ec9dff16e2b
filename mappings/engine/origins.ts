/** What a run noted, told as pointers and places when they are asked for. */
import type { Place } from '#core/issue.ts'
import type { Origin } from '#core/model/trace.ts'
import { jsonPointer } from './path.ts'
import { fullPath, jsonPlace } from './run.ts'
import type { Level, PlaceOf, Run, Way } from './run.ts'

export function originsOfRun({ ways, levels, placeOf }: Run): Origin[] {
  const targets = new PointersTo('target')
  const sources = new PointersTo('source')
  return ways.map((way, i) => new MappedOrigin(way, levels[i] as Level, placeOf, targets, sources))
}

class MappedOrigin implements Origin {
  readonly #way: Way
  readonly #level: Level
  readonly #placeOf: PlaceOf
  readonly #targets: PointersTo
  readonly #sources: PointersTo

  constructor(way: Way, level: Level, placeOf: PlaceOf, targets: PointersTo, sources: PointersTo) {
    this.#way = way
    this.#level = level
    this.#placeOf = placeOf
    this.#targets = targets
    this.#sources = sources
  }

  get target(): string {
    return this.#targets.level(this.#level) + this.#way.targetEnd
  }

  get source(): string {
    return this.#sources.level(this.#level) + this.#way.sourceEnd
  }

  get place(): Place {
    if (this.#placeOf === jsonPlace) return { path: this.source }
    return this.#placeOf(fullPath(this.#level, 'source', this.#way.source))
  }

  get rule(): string {
    return this.#way.label.rule
  }

  get layer(): string | undefined {
    return this.#way.label.layer
  }
}

/** Pointers to levels, each made once: the values of a level are many. */
class PointersTo {
  readonly #side: 'source' | 'target'
  readonly #outer = new Map<Level, string>()
  #last: Level | undefined
  #pointer = ''

  constructor(side: 'source' | 'target') {
    this.#side = side
  }

  /** Values of one level stand together: the last one's pointer is at hand. */
  level(level: Level): string {
    if (level !== this.#last) {
      this.#pointer = this.#pointerTo(level)
      this.#last = level
    }
    return this.#pointer
  }

  #pointerTo(level: Level): string {
    const up = level.up === undefined ? '' : this.#outerPointer(level.up)
    const own = this.#side === 'source' ? level.source : level.target
    const index = this.#side === 'source' ? level.index : level.targetIndex
    const at = own.length === 0 ? up : up + jsonPointer(own)
    return index < 0 ? at : `${at}/${index}`
  }

  #outerPointer(level: Level): string {
    const known = this.#outer.get(level)
    if (known !== undefined) return known
    const pointer = this.#pointerTo(level)
    this.#outer.set(level, pointer)
    return pointer
  }
}
