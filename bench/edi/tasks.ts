/** What is measured of X12 and EDIFACT. Each task makes its document first and then reads or writes it whole, as often as it is asked. */
import { Readable } from 'node:stream'
import { Parser, Reader } from 'edifact'
import nodeX12 from 'node-x12'
import { readEdifactBatches } from '#mappings/formats/edifact/reader.ts'
import { EdifactScanner } from '#mappings/formats/edifact/scanner.ts'
import { ackVerdict } from '#mappings/formats/guides/x12/verdict.ts'
import { x12SetsAsTheyCome } from '#mappings/formats/guides/x12/validator.ts'
import { build997 } from '#mappings/formats/x12/ack.ts'
import { X12EnvelopeBuilder } from '#mappings/formats/x12/envelope-builder.ts'
import { readX12Interchanges } from '#mappings/formats/x12/envelope.ts'
import type { X12Interchange } from '#mappings/formats/x12/interchange.ts'
import { readX12Batches } from '#mappings/formats/x12/reader.ts'
import { X12Scanner } from '#mappings/formats/x12/scanner.ts'
import { toWritable } from '#mappings/formats/x12/writable.ts'
import type { WritableInterchange } from '#mappings/formats/x12/writable.ts'
import { writeX12 } from '#mappings/formats/x12/writer.ts'
import { purchaseOrders, stockReport } from './data.ts'

/** Reads or writes everything once and says how many values it saw, so that none is thrown away unread. */
type Pass = () => number | Promise<number>

export const TASKS = {
  nodeX12: (bytes: number): Pass => {
    const chunks = [...purchaseOrders(bytes)]
    return () =>
      new Promise<number>((resolve, reject) => {
        let values = 0
        const parser = new nodeX12.X12Parser(false)
        parser.on('data', (segment: { elements: unknown[] }) => {
          values += segment.elements.length
        })
        parser.on('end', () => resolve(values))
        parser.on('error', reject)
        Readable.from(chunks).pipe(parser)
      })
  },
  x12Elements: (bytes: number): Pass => {
    const chunks = [...purchaseOrders(bytes)]
    return async () => {
      let values = 0
      for await (const batch of readX12Batches(Readable.from(chunks)))
        for (const event of batch) if (event.kind === 'segment') values += event.elements().length
      return values
    }
  },
  x12Skim: (bytes: number): Pass => {
    const chunks = [...purchaseOrders(bytes)]
    return async () => {
      let values = 0
      for await (const batch of readX12Batches(Readable.from(chunks)))
        for (const event of batch)
          if (event.kind === 'segment' && (event.id === 'ST' || event.id === 'BEG')) values += event.element(3).length
      return values
    }
  },
  x12Validate: (bytes: number): Pass => {
    const chunks = [...purchaseOrders(bytes)]
    return () => validateAll(chunks)
  },
  x12Write: (bytes: number): Pass => {
    const document = writableOrders(bytes)
    return () => {
      const written = writeX12(document)
      if (!written.ok) throw new Error('the made document cannot be written')
      return written.value.bytes.length
    }
  },
  edifactCallbacks: (bytes: number): Pass => {
    const text = stockText(bytes)
    return () => {
      let values = 0
      const parser = new Parser()
      parser.oncomponent = () => {
        values += 1
      }
      parser.onelement = () => undefined
      parser.onopensegment = () => undefined
      parser.onclosesegment = () => undefined
      parser.write(text)
      return values
    }
  },
  edifactReader: (bytes: number): Pass => {
    const text = stockText(bytes)
    return () => new Reader().parse(text).length
  },
  /** Each segment as it is found, as feeds and documents are read. */
  edifactParts: (bytes: number): Pass => {
    const chunks = [...stockReport(bytes)]
    return () => {
      let values = 0
      const scanner = new EdifactScanner({
        segment: (segment) => {
          values += segment.parts().length
        },
        issue: ({ code }) => {
          throw new Error(`the made document has ${code}`)
        },
      })
      for (const chunk of chunks) scanner.push(chunk)
      scanner.end()
      return values
    }
  },
  /** In batches, as `crossdock edi parse` reads. */
  edifactBatches: (bytes: number): Pass => {
    const chunks = [...stockReport(bytes)]
    return async () => {
      let values = 0
      for await (const batch of readEdifactBatches(Readable.from(chunks)))
        for (const event of batch) if (event.kind === 'segment') values += event.parts().length
      return values
    }
  },
}

export type TaskName = keyof typeof TASKS

const stockText = (bytes: number): string => Buffer.concat([...stockReport(bytes)]).toString('latin1')

function writableOrders(bytes: number): WritableInterchange {
  const [interchange] = readX12Interchanges(Buffer.concat([...purchaseOrders(bytes)])).interchanges
  if (interchange === undefined) throw new Error('the made document cannot be read')
  return {
    envelope: interchange.header,
    separators: interchange.separators,
    groups: interchange.groups.map((group) => ({
      header: group.header,
      sets: group.sets.map((set) => ({ header: set.header, segments: set.segments.slice(1, -1).map(toWritable) })),
    })),
  }
}

/** Everything a set is checked for, and the 997 of its group. */
function validateAll(chunks: readonly Buffer[]): number {
  let faults = 0
  const verdicts = new Map<number, NonNullable<ReturnType<typeof ackVerdict>>>()
  let interchange: X12Interchange | undefined
  const checked = x12SetsAsTheyCome()
  const builder = new X12EnvelopeBuilder((done) => (interchange = done), {
    countOnly: true,
    onSegment: checked.onSegment,
    onSet: (_set, group) => {
      const verdict = ackVerdict(checked.verdict().faults)
      if (verdict === undefined) return
      faults += 1
      verdicts.set(group.sets.length - 1, verdict)
    },
  })
  const scanner = new X12Scanner(builder)
  for (const chunk of chunks) scanner.push(chunk)
  scanner.end()
  builder.end()
  const [group] = interchange?.groups ?? []
  const ack = group === undefined ? null : build997({ group, controlNumber: '1', verdicts })
  if (faults > 0 || ack?.groupStatus !== 'A') throw new Error('the made document is not clean')
  return ack.set.segments.length
}
