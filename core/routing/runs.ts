/**
 * Rows of integers as short text: base-128 varints in base64. A value's lowest bit says whether the length of a run of it
 * follows; most rows are long runs or small numbers.
 */

/** Kept between rows; a row of any length fits, since it grows. */
let bytes = new Uint8Array(4096)

export function packRuns(values: ArrayLike<number>): string {
  // A value takes at most five bytes and its run as many.
  if (bytes.length < 10 * values.length) bytes = new Uint8Array(10 * values.length)
  let at = 0
  for (let from = 0; from < values.length;) {
    const value = values[from] ?? 0
    let to = from + 1
    while (to < values.length && values[to] === value) to++
    // Zigzag: small negative numbers stay short.
    const zigzag = value < 0 ? -2 * value - 1 : 2 * value
    at = writeVarint(at, 2 * zigzag + (to - from > 1 ? 1 : 0))
    if (to - from > 1) at = writeVarint(at, to - from)
    from = to
  }
  let text = ''
  for (let from = 0; from < at; from += 8192) {
    text += String.fromCharCode.apply(undefined, bytes.subarray(from, Math.min(at, from + 8192)) as unknown as number[])
  }
  return btoa(text)
}

/** Throws when the text does not hold `count` values: it was not written by packRuns. */
export function unpackRuns(packed: string, count: number): number[] {
  const text = atob(packed)
  const values: number[] = []
  let at = 0
  const read = (): number => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      if (at >= text.length) throw new Error('a packed row ends early')
      const byte = text.charCodeAt(at++)
      value += (byte % 128) * scale
      if (byte < 128) return value
    }
  }
  while (at < text.length) {
    const flagged = read()
    const zigzag = Math.floor(flagged / 2)
    const value = zigzag % 2 === 0 ? zigzag / 2 : -(zigzag + 1) / 2
    const length = flagged % 2 === 1 ? read() : 1
    if (values.length + length > count) throw new Error('a packed row is too long')
    for (let each = 0; each < length; each++) values.push(value)
  }
  if (values.length !== count) throw new Error(`a packed row holds ${values.length} values, not ${count}`)
  return values
}

function writeVarint(from: number, value: number): number {
  let at = from
  let left = value
  for (; left >= 128; left = Math.floor(left / 128)) bytes[at++] = (left % 128) + 128
  bytes[at++] = left
  return at
}
