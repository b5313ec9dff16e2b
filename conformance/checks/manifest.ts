/** Checks 1–6: what a connector says of itself. */
import { z } from 'zod'
import {
  because,
  bytesOf,
  type Check,
  inboundOf,
  must,
  outboundOf,
  readSample,
  refusalsOf,
  deskOf,
  within,
} from '../check.ts'

/** Fields of a config schema with their paths, as far as they can be seen. */
export function fieldsOf(
  schema: z.ZodType,
  at = '',
): { path: string; description: string | undefined; type: string }[] {
  const inner = bare(schema)
  if (inner instanceof z.ZodArray) return fieldsOf(inner.element as z.ZodType, `${at}[]`)
  if (!(inner instanceof z.ZodObject)) return []
  return Object.entries(inner.shape).flatMap(([name, field]) => {
    const path = at === '' ? name : `${at}.${name}`
    const within = fieldsOf(field as z.ZodType, path)
    return [{ path, description: describedBy(field as z.ZodType), type: typeOf(field as z.ZodType) }, ...within]
  })
}

function bare(schema: z.ZodType): z.ZodType {
  const inner = unwrapped(schema)
  return inner === undefined ? schema : bare(inner)
}

const unwrapped = (schema: z.ZodType): z.ZodType | undefined =>
  schema instanceof z.ZodOptional ||
  schema instanceof z.ZodDefault ||
  schema instanceof z.ZodPrefault ||
  schema instanceof z.ZodNullable
    ? (schema.unwrap() as z.ZodType)
    : schema instanceof z.ZodPipe
      ? (schema.in as z.ZodType)
      : undefined

/** A description may stand before or after `.default()`. */
function describedBy(schema: z.ZodType): string | undefined {
  const inner = unwrapped(schema)
  return schema.description ?? (inner === undefined ? undefined : describedBy(inner))
}

function typeOf(schema: z.ZodType): string {
  const inner = bare(schema)
  if (inner instanceof z.ZodEnum) return inner.options.join(', ')
  if (inner instanceof z.ZodArray) return `list of ${typeOf(inner.element as z.ZodType)}`
  if (inner instanceof z.ZodObject) return 'object'
  return inner.type
}

const SECRET_NAME = /secret|passw|token|api_?key|private_?key|credential/i

export const manifestChecks: Check[] = [
  {
    number: 1,
    name: 'contract and version',
    says: 'The connector names the contract it keeps, and its own version as a semantic version.',
    run: ({ connector }) => {
      must(connector.contract === 1, `contract is ${String(connector.contract)} and not 1`)
      must(/^\d+\.\d+\.\d+$/.test(connector.version), `"${connector.version}" is no semantic version such as 1.2.0`)
      must(/^[a-z][a-z0-9-]*$/.test(connector.id), `"${connector.id}" is not lower case with hyphens`)
    },
  },
  {
    number: 2,
    name: 'config described',
    says: 'Every field of the configuration says what it is for.',
    run: ({ connector }) => {
      const silent = fieldsOf(connector.config).filter((field) => field.description === undefined)
      must(silent.length === 0, () => `without a description: ${silent.map((field) => field.path).join(', ')}`)
    },
  },
  {
    number: 3,
    name: 'no secret in config',
    says: 'Secrets are named beside the configuration and never lie in it.',
    run: ({ connector, exhibit }) => {
      const named = fieldsOf(connector.config).filter(
        ({ path, type }) => type === 'string' && SECRET_NAME.test(path.split('.').at(-1) ?? ''),
      )
      must(named.length === 0, () => `looks like a secret: ${named.map((field) => field.path).join(', ')}`)
      const config = JSON.stringify(exhibit.config)
      const values = Object.values(exhibit.secrets('kit-canary'))
      must(!values.some((value) => config.includes(value)), 'the configuration of the exhibit holds a secret’s value')
      for (const [name, says] of Object.entries(connector.secrets))
        must(says.trim() !== '', `the secret ${name} does not say where it comes from`)
    },
  },
  {
    number: 4,
    name: 'samples',
    says: 'Every port has an exhibit: inbound ports with documents of the partner that are read, outbound ones with what they send.',
    run: async (bench) => {
      const [missing] = bench.unshown
      must(missing === undefined, `the port ${missing} has no exhibit`)
      for (const each of inboundOf(bench)) {
        must(each.shown.samples.length > 0, `the port ${each.port.name} has no sample`)
        for (const path of each.shown.samples)
          await within(path, () => {
            const raw = bench.file(path)
            if (raw === undefined) throw new Error(`the sample ${path} is not there`)
            const reading = readSample(deskOf(bench), each, path, raw)
            const told = reading.documents.length + reading.refused.length
            must(told > 0 || reading.ignored !== undefined, 'nothing comes of it')
            const broken = reading.refused.flatMap(({ issues }) => issues).filter(({ class: of }) => of === 'data')
            must(broken.length === 0, () => refusalsOf(reading))
          })
      }
      for (const { port, shown } of outboundOf(bench))
        must(port.kind !== 'acknowledgement' || shown.receipt !== undefined, `${port.name} shows no receipt to send`)
    },
  },
  {
    number: 5,
    name: 'limits declared',
    says: 'How many calls the partner takes is declared as data.',
    run: (bench) => {
      const { max, perMs, concurrency } = bench.connector.limits(deskOf(bench).config)
      for (const [name, value] of Object.entries({ max, perMs, concurrency }))
        must(Number.isSafeInteger(value) && value > 0, `${name} is ${value}`)
    },
  },
  {
    number: 6,
    name: 'docs page current',
    says: 'docs/connectors/<name>.md is what the generator writes now.',
    run: ({ connector, page, file }) => {
      if (page === undefined) return because('no generator was handed in')
      const path = `docs/connectors/${connector.id}.md`
      const now = file(path)
      must(now !== undefined, `${path} is not there; write it with crossdock connector docs ${connector.id}`)
      must(
        Buffer.from(now).equals(bytesOf(page)),
        `${path} is stale; write it anew with crossdock connector docs ${connector.id}`,
      )
    },
  },
]
