/**
 * What the readers of X12 and EDIFACT share: bytes in chunks of any size go through a scanner, and its segments and issues come out
 * in order.
 */
import type { Issue } from '#core/issue.ts'
import { pieces, type Piece } from './window.ts'

export type SegmentEvent<S> = S | { kind: 'issue'; issue: Issue }

type SegmentSink<S> = { segment: (segment: S) => void; issue: (issue: Issue) => void }
export type Scanner = { pushPiece: (piece: Piece) => void; end: () => void }
type ScannerFor<S> = (sink: SegmentSink<S>) => Scanner

export function* readSegments<S>(
  chunks: Iterable<Uint8Array>,
  scannerFor: ScannerFor<S>,
): Generator<SegmentEvent<S>, void, undefined> {
  const { scanner, take } = collector(scannerFor)
  for (const chunk of chunks) {
    for (const piece of pieces(chunk)) {
      scanner.pushPiece(piece)
      for (const event of take()) yield event
    }
  }
  scanner.end()
  for (const event of take()) yield event
}

/** Batches of some hundred: waiting once a batch and not once a segment is several times faster. */
export async function* readSegmentBatches<S>(
  chunks: AsyncIterable<Uint8Array>,
  scannerFor: ScannerFor<S>,
): AsyncGenerator<SegmentEvent<S>[], void, undefined> {
  const { scanner, take } = collector(scannerFor)
  for await (const chunk of chunks) {
    for (const piece of pieces(chunk)) {
      scanner.pushPiece(piece)
      const events = take()
      if (events.length > 0) yield events
    }
  }
  scanner.end()
  yield take()
}

function collector<S>(scannerFor: ScannerFor<S>): { scanner: Scanner; take: () => SegmentEvent<S>[] } {
  const events = new Events<S>()
  return { scanner: scannerFor(events), take: () => events.take() }
}

class Events<S> {
  #list: SegmentEvent<S>[] = []

  segment(segment: S): void {
    this.#list.push(segment)
  }

  issue(issue: Issue): void {
    this.#list.push({ kind: 'issue', issue })
  }

  take(): SegmentEvent<S>[] {
    const taken = this.#list
    this.#list = []
    return taken
  }
}
