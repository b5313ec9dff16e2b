/**
 * Rows of integers as short text: base-128 varints in base64. A value's lowest bit says whether the length of a run of it
 * follows; most rows are long runs or small numbers.
 */

/** Kept between rows; a row of any length fits, since it grows. */
let bytes = new Uint8Array(4096)

export function packRuns(values: Uint8Array | Int32Array): string {
  const length = values.length
  // A value takes at most five bytes and its run as many.
  if (bytes.length < 10 * length) bytes = new Uint8Array(10 * length)
  let at = 0
  for (let from = 0; from < length;) {
    const value = values[from] as number
    let to = from + 1
    while (to < length && values[to] === value) to++
    // Zigzag: small negative numbers stay short.
    const zigzag = value < 0 ? -2 * value - 1 : 2 * value
    const flagged = to - from > 1 ? 2 * zigzag + 1 : 2 * zigzag
    if (flagged < 128) bytes[at++] = flagged
    else at = writeVarint(at, flagged)
    if (to - from > 1) at = writeVarint(at, to - from)
    from = to
  }
  return Buffer.from(bytes.buffer, 0, at).toString('base64')
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
