/** Golden pairs beside a map: `examples/name.in.json` and what it must become, `examples/name.out.json`. For tests. */
import { readFileSync } from 'node:fs'

/** Reads one example; `folder` is the map's own (`import.meta.dirname`). */
export function example(folder: string, file: string): unknown {
  return JSON.parse(exampleText(folder, file))
}

export function exampleText(folder: string, file: string): string {
  return readFileSync(`${folder}/examples/${file}`, 'utf8')
}

/** A reading as a golden file holds it: where its values came from is told by tests of their own. */
export function withoutTraces<R extends { documents: { trace?: unknown }[] }>(reading: R) {
  return { ...reading, documents: reading.documents.map(({ trace: _trace, ...document }) => document) }
}
