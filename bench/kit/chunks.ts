/** Bytes in pieces as a file stream gives them. */
export function* chunksOf(bytes: Uint8Array, size = 65_536): Generator<Uint8Array> {
  for (let from = 0; from < bytes.length; from += size) yield bytes.subarray(from, from + size)
}
