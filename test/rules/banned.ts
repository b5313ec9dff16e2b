/** Calls that are banned, with what to use instead, and the few places that may make them, each with its reason. */
import { isTestSide, type SourceFile } from './files.ts'
import { mask } from './mask.ts'

export type Ban = {
  name: string
  pattern: RegExp
  instead: string
  /** Path prefixes that the ban does not touch. */
  free: readonly string[]
  /** Also tests are bound by it. */
  inTests?: true
  /** Comments and strings count too. */
  inText?: true
}

const INSTEAD_OF_JSON_PARSE =
  'mappings/formats/json: it refuses what JSON.parse hides (duplicate keys, lost digits) and says where'

export const BANS: readonly Ban[] = [
  {
    name: 'Date.now',
    pattern: /\bDate\.now\b/,
    instead: 'the clock that is handed in (core/ports.ts)',
    free: ['app/'],
  },
  { name: 'new Date()', pattern: /\bnew Date\(\s*\)/, instead: 'the clock that is handed in', free: ['app/'] },
  { name: 'Math.random', pattern: /\bMath\.random\b/, instead: 'randomness or ids that are handed in', free: ['app/'] },
  { name: 'process.env', pattern: /\bprocess\.env\b/, instead: 'a setting, read in app/settings.ts', free: ['app/'] },
  { name: 'console', pattern: /\bconsole\.\w/, instead: 'the log that is handed in; it masks secrets', free: ['app/'] },
  {
    name: 'JSON.parse',
    pattern: /\bJSON\.parse\b/,
    instead: INSTEAD_OF_JSON_PARSE,
    free: ['app/', 'mappings/formats/'],
  },
  {
    name: 'fetch',
    pattern: /(?<![\w.$]|function )fetch\(/,
    instead:
      'the HTTP transport of the context (connectors/transport): it is guarded against inner addresses and floods',
    free: ['app/demo/', 'simulators/'],
  },
  { name: 'require', pattern: /(?<![\w.$])(?:require|createRequire)\(/, instead: 'an import', free: [], inTests: true },
  {
    name: 'a skipped or lone test',
    pattern: /\b(?:describe|test|it|suite)\b(?:\.\w+)*\.(?:skip|skipIf|runIf|only|todo|fails)\b/,
    instead: 'a test that runs',
    free: [],
    inTests: true,
  },
  {
    name: 'a note of unfinished work',
    pattern: new RegExp(['TO', 'DO|FIX', 'ME|X', 'XX'].join('').replace(/(\w+)/g, String.raw`\b$1\b`)),
    instead: 'the work itself, or an issue',
    free: [],
    inTests: true,
    inText: true,
  },
]

export type Exception = { file: string; ban: string; reason: string }

export const EXCEPTIONS: readonly Exception[] = [
  { file: 'simulators/erp/erp.ts', ban: 'Date.now', reason: 'the default clock where a simulator is started alone' },
  { file: 'simulators/odoo/odoo.ts', ban: 'Date.now', reason: 'the default clock where a simulator is started alone' },
  { file: 'simulators/sap/sap.ts', ban: 'Date.now', reason: 'the default clock where a simulator is started alone' },
  {
    file: 'simulators/shiphero/shiphero.ts',
    ban: 'Date.now',
    reason: 'the default clock where a simulator is started alone',
  },
  {
    file: 'simulators/square/square.ts',
    ban: 'Date.now',
    reason: 'the default clock where a simulator is started alone',
  },
  { file: 'simulators/shopify/store.ts', ban: 'Date.now', reason: 'the default clock where it is started alone' },
  { file: 'simulators/supplier/office.ts', ban: 'Date.now', reason: 'the default clock where it is started alone' },
  {
    file: 'simulators/erp/api.ts',
    ban: 'JSON.parse',
    reason: 'a partner of its own: it may not know the hub’s reader',
  },
  { file: 'simulators/shopify/server.ts', ban: 'JSON.parse', reason: 'a partner of its own' },
  { file: 'simulators/shopify/schema.ts', ban: 'JSON.parse', reason: 'our own committed file, packed by us' },
  { file: 'connectors/edi/acknowledgements.ts', ban: 'JSON.parse', reason: 'text that we wrote, from our own table' },
  {
    file: 'connectors/edi/edifact/acknowledgements.ts',
    ban: 'JSON.parse',
    reason: 'text that we wrote, from our own table',
  },
  { file: 'connectors/erp/fulfillment.ts', ban: 'JSON.parse', reason: 'bytes that we wrote, read from our own table' },
  { file: 'connectors/shopify/shipments.ts', ban: 'JSON.parse', reason: 'bytes that we wrote, from our own table' },
  { file: 'connectors/shopify/refunds.ts', ban: 'JSON.parse', reason: 'bytes that we wrote, from our own table' },
  { file: 'connectors/shopify/return-words.ts', ban: 'JSON.parse', reason: 'bytes that we wrote, from our own table' },
  { file: 'connectors/shopify/changes.ts', ban: 'JSON.parse', reason: 'bytes that we wrote, from our own table' },
  { file: 'connectors/shopify/tracking.ts', ban: 'JSON.parse', reason: 'bytes that we wrote, from our own table' },
  { file: 'connectors/shopify/availability.ts', ban: 'JSON.parse', reason: 'bytes that we wrote, from our own table' },
  {
    file: 'connectors/shopify/token.ts',
    ban: 'JSON.parse',
    reason: 'an OAuth answer over TLS: two fields, checked by zod at once',
  },
  {
    file: 'connectors/shopify/graphql.ts',
    ban: 'JSON.parse',
    reason: 'a GraphQL answer: ids and quantities are text or small, and zod checks it at once',
  },
  { file: 'connectors/erp/client.ts', ban: 'JSON.parse', reason: 'an answer to our own call, checked by zod at once' },
  { file: 'http/paging.ts', ban: 'JSON.parse', reason: 'a bookmark that we wrote, handed back; zod checks it' },
  ...[
    'mappings/formats/x12/envelope',
    'mappings/formats/x12/writer',
    'mappings/formats/edifact/edifact',
    'test/edi/samples',
  ].map((name) => ({
    file: `${name}.test.ts`,
    ban: 'a skipped or lone test',
    reason: 'the public samples lie beside the repository and are never copied into it (testing.ts says so aloud)',
  })),
]

const isFree = (ban: Ban, path: string): boolean =>
  ban.free.some((prefix) => path.startsWith(prefix)) || (ban.inTests !== true && isTestSide(path))

/** Broken bans as sentences, and exceptions that nothing needs any more. */
export function bannedCalls(files: readonly SourceFile[], exceptions: readonly Exception[] = EXCEPTIONS): string[] {
  const unused = new Set(exceptions)
  const broken = files.flatMap((file) => {
    const { codeOnly } = mask(file.text)
    return BANS.filter((ban) => !isFree(ban, file.path)).flatMap((ban) => {
      const lines = (ban.inText === true ? file.text : codeOnly).split('\n')
      const line = lines.findIndex((each) => ban.pattern.test(each)) + 1
      if (line === 0) return []
      const excused = exceptions.find((each) => each.file === file.path && each.ban === ban.name)
      if (excused !== undefined) {
        unused.delete(excused)
        return []
      }
      return [
        `${file.path}:${line} has ${ban.name}. Use ${ban.instead}; or add an exception with its reason to banned.ts.`,
      ]
    })
  })
  return [
    ...broken,
    ...[...unused].map((each) => `${each.file} needs no exception for ${each.ban} any more: remove it.`),
  ]
}
