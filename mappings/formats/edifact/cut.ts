/** Cuts a segment that holds release characters, repetitions or line ends, and finds where its parts lie. */
import type { EdifactSeparators } from './separators.ts'

/** `elements` are repetitions of components, `parts` the same in one list; `offsets` count characters from the segment's start, first repetition only. */
export type DeepCut = { id: string; elements: string[][][]; parts: string[]; offsets: number[][] }

export function cutDeep(raw: string, separators: EdifactSeparators): DeepCut {
  const { element, component, repetition, release } = separators
  const elements: string[][][] = []
  const parts: string[] = []
  const offsets: number[][] = []
  let id = ''
  let text = ''
  const closePart = (): void => {
    if (elements.length === 0) id = text
    else {
      parts.push(text)
      elements.at(-1)?.at(-1)?.push(text)
    }
    text = ''
  }
  for (let i = 0; i < raw.length; i += 1) {
    const character = raw[i] ?? ''
    if (character === '\r' || character === '\n') continue
    if (character === release) {
      i += 1
      // A line end that was wrapped in between is not what was released.
      while (raw[i] === '\r' || raw[i] === '\n') i += 1
      text += raw[i] ?? ''
    } else if (character === element) {
      closePart()
      elements.push([[]])
      offsets.push([i + 1])
    } else if (character === component && elements.length > 0) {
      closePart()
      if (elements.at(-1)?.length === 1) offsets.at(-1)?.push(i + 1)
    } else if (character === repetition && elements.length > 0) {
      closePart()
      elements.at(-1)?.push([])
    } else text += character
  }
  closePart()
  return { id, elements, parts, offsets }
}
