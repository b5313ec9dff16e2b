/**
 * Streaming X12 reader: bytes in chunks of any size, segments out, in order, with their place in the file. It knows nothing of
 * groups and sets (envelope.ts does) and never throws on bad input: what cannot be read comes as an issue between the segments.
 */
import { readSegmentBatches, readSegments, type SegmentEvent } from '../edi/segment-reader.ts'
import { X12_LIMITS, type X12ScanOptions, X12Scanner, type X12Sink } from './scanner.ts'
import type { X12Segment } from './segment.ts'

export type X12Event = SegmentEvent<X12Segment>

export type X12ReadOptions = Partial<X12ScanOptions>

/** Reads chunks that are at hand, e.g. `readX12([bytes])`. */
export const readX12 = (
  chunks: Iterable<Uint8Array>,
  options: X12ReadOptions = {},
): Generator<X12Event, void, undefined> => readSegments(chunks, scannerWith(options))

/** Reads chunks as they arrive, e.g. from a file or a socket. Large files go faster in batches: `readX12Batches`. */
export async function* readX12Stream(
  chunks: AsyncIterable<Uint8Array>,
  options: X12ReadOptions = {},
): AsyncGenerator<X12Event, void, undefined> {
  for await (const batch of readX12Batches(chunks, options)) for (const event of batch) yield event
}

/** The same events in batches of some hundred. */
export const readX12Batches = (
  chunks: AsyncIterable<Uint8Array>,
  options: X12ReadOptions = {},
): AsyncGenerator<X12Event[], void, undefined> => readSegmentBatches(chunks, scannerWith(options))

const scannerWith = (options: X12ReadOptions) => (sink: X12Sink) => new X12Scanner(sink, { ...X12_LIMITS, ...options })
