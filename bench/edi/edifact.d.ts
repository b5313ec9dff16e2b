/** The parts of the peer that the benchmark uses: the package brings no types. */
declare module 'edifact' {
  export class Parser {
    oncomponent: (data: string) => void
    onelement: () => void
    onopensegment: (segment: string) => void
    onclosesegment: () => void
    write(chunk: string): void
  }
  export class Reader {
    parse(document: string): unknown[]
  }
}
