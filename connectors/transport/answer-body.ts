/** Reads an answer's body with a cap on both sides of its compression; one gigabyte of zeros fits into one megabyte of gzip. */
import { Readable } from 'node:stream'
import { createBrotliDecompress, createGunzip, createInflate } from 'node:zlib'
import type { Transform } from 'node:stream'

/** The body cannot be taken as it is: `answer-too-large`, `answer-encoding`. */
export class BodyRefused extends Error {
  readonly code: 'answer-too-large' | 'answer-encoding'

  constructor(code: 'answer-too-large' | 'answer-encoding', message: string) {
    super(message)
    this.name = 'BodyRefused'
    this.code = code
  }
}

/** One layer of compression is taken; a chain of encodings is how a small body becomes an endless one. */
function decompressor(encoding: string): Transform | undefined {
  switch (encoding.trim().toLowerCase()) {
    case '':
    case 'identity':
      return undefined
    case 'gzip':
    case 'x-gzip':
      return createGunzip()
    case 'deflate':
      return createInflate()
    case 'br':
      return createBrotliDecompress()
    default:
      throw new BodyRefused(
        'answer-encoding',
        'the answer is packed in a way that is not taken: gzip, deflate or br, once',
      )
  }
}

/**
 * The unpacked bytes. Throws BodyRefused above `maxBytes` (packed or unpacked, counted while reading), the signal's reason after
 * the deadline, and the stream's own error when the connection breaks or the packing is damaged.
 */
export async function readBody(
  packed: Readable,
  options: { encoding: string; maxBytes: number; signal: AbortSignal },
): Promise<Uint8Array> {
  try {
    const unpack = decompressor(options.encoding)
    const counted = Readable.from(countUpTo(packed, options.maxBytes))
    const body = unpack === undefined ? counted : joined(counted, unpack)
    const chunks: Uint8Array[] = []
    for await (const chunk of countUpTo(body, options.maxBytes, options.signal)) chunks.push(chunk)
    return Buffer.concat(chunks)
  } finally {
    packed.destroy()
  }
}

/** Like `a.pipe(b)`, but an error of `a` reaches who reads `b`, and who stops reading stops both. */
function joined(source: Readable, transform: Transform): Transform {
  source.on('error', (error) => transform.destroy(error))
  transform.on('close', () => source.destroy())
  return source.pipe(transform)
}

async function* countUpTo(stream: Readable, maxBytes: number, signal?: AbortSignal): AsyncGenerator<Uint8Array> {
  const abort = () => stream.destroy(new Error('aborted'))
  signal?.addEventListener('abort', abort, { once: true })
  if (signal?.aborted === true) abort()
  let total = 0
  try {
    for await (const chunk of stream as AsyncIterable<Uint8Array>) {
      total += chunk.length
      if (total > maxBytes) throw new BodyRefused('answer-too-large', `the answer is larger than ${maxBytes} bytes`)
      yield chunk
    }
  } finally {
    signal?.removeEventListener('abort', abort)
  }
}
