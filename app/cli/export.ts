/** A whole list of the API, page by page, as CSV or NDJSON. */
import { createWriteStream } from 'node:fs'
import { once } from 'node:events'
import { type Command, text, UsageError } from './command.ts'
import { DESK_OPTIONS, withDesk } from './desk.ts'

const TYPES: Record<string, string> = { csv: 'text/csv', ndjson: 'application/x-ndjson' }

export const exportCommand: Command = {
  name: 'export',
  summary: 'Write a whole list of the API (orders, cases, worklist, events, backorders, …) as CSV or NDJSON.',
  usage: 'export <list> [<name>=<value>…] [--format csv|ndjson] [--out <file>] [--url <url>]',
  options: { url: DESK_OPTIONS.url, format: { type: 'string' }, out: { type: 'string' } },
  examples: [
    'crossdock export orders --out orders.csv',
    'crossdock export cases state=resolved --format ndjson',
    'crossdock export worklist owner=partner',
  ],
  run: async (call) => {
    const [list, ...filters] = call.positionals
    if (list === undefined || !/^[a-z/-]+$/.test(list))
      throw new UsageError('name the list as the API does: orders, cases, worklist, events, fulfillment-requests, …')
    const type = TYPES[text(call.values['format']) ?? 'csv']
    if (type === undefined) throw new UsageError('--format is csv or ndjson')
    const file = text(call.values['out'])
    const out = file === undefined ? process.stdout : createWriteStream(file)
    let rows = 0
    await withDesk(call, async (desk) => {
      let path: string | undefined = `/v1/${list}?${queryOf(filters)}`
      while (path !== undefined) {
        const page = await desk.page(path, type)
        const lines = page.text.split('\n').length - 1
        // Each page of CSV has its header; a file has it once.
        const body = type === 'text/csv' && rows > 0 ? page.text.slice(page.text.indexOf('\n') + 1) : page.text
        rows += type === 'text/csv' ? lines - 1 : lines
        if (body !== '' && !out.write(body)) await once(out, 'drain')
        path = page.next
      }
    })
    if (file === undefined) return 0
    out.end()
    await once(out, 'finish')
    call.print(`${rows} rows are in ${file}.`)
    return 0
  },
}

function queryOf(filters: readonly string[]): string {
  const query = new URLSearchParams({ limit: '200' })
  for (const filter of filters) {
    const [name, ...value] = filter.split('=')
    if (name === undefined || name === '' || value.length === 0)
      throw new UsageError(`"${filter}" is no filter: write <name>=<value>, as in state=open`)
    query.append(name, value.join('='))
  }
  return query.toString()
}
