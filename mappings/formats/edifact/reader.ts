/**
 * Streaming EDIFACT reader: bytes in chunks of any size, segments out, in order, with their place in the file. It knows nothing of
 * messages (envelope.ts does) and never throws on bad input: what cannot be read comes as an issue between the segments.
 */
import { readSegmentBatches, readSegments, type SegmentEvent } from '../edi/segment-reader.ts'
import type { EdifactCharset } from './charset.ts'
import { EDIFACT_LIMITS, type EdifactLimits, EdifactScanner, type EdifactSink } from './scanner.ts'
import type { EdifactSegment } from './segment.ts'

export type EdifactEvent = SegmentEvent<EdifactSegment>

/** `charset` overrides what UNB declares, for a partner that declares one set and sends another. */
export type EdifactReadOptions = Partial<EdifactLimits> & { charset?: EdifactCharset }

/** Reads chunks that are at hand, e.g. `readEdifact([bytes])`. */
export const readEdifact = (
  chunks: Iterable<Uint8Array>,
  options: EdifactReadOptions = {},
): Generator<EdifactEvent, void, undefined> => readSegments(chunks, scannerWith(options))

/** Chunks as they arrive, e.g. from a file or a socket; events in batches of some hundred. */
export const readEdifactBatches = (
  chunks: AsyncIterable<Uint8Array>,
  options: EdifactReadOptions = {},
): AsyncGenerator<EdifactEvent[], void, undefined> => readSegmentBatches(chunks, scannerWith(options))

const scannerWith =
  ({ charset, ...limits }: EdifactReadOptions) =>
  (sink: EdifactSink) =>
    new EdifactScanner(sink, { ...EDIFACT_LIMITS, ...limits }, charset)
