/** How this process is set up: the environment, read once at the start and checked. Errors say which variable and what would be right. */
import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'

export const ROLES = ['all', 'http', 'worker'] as const
export type Role = (typeof ROLES)[number]

const Settings = z.object({
  /** A PostgreSQL server; without it the embedded PGlite is used. */
  databaseUrl: z
    .url({ protocol: /^postgres(ql)?$/, error: 'DATABASE_URL must look like postgres://user:password@host:5432/name' })
    .optional(),
  /** Redis or Valkey for the queues; without it the queues live in the database. */
  redisUrl: z.url({ protocol: /^rediss?$/, error: 'REDIS_URL must look like redis://host:6379' }).optional(),
  redisPrefix: z
    .string()
    .regex(/^[a-z0-9-]{1,40}$/, 'CROSSDOCK_REDIS_PREFIX must be lower-case letters, digits and hyphens'),
  /** Folder of the embedded database. */
  dataFolder: z.string().min(1),
  configFile: z.string().optional(),
  host: z.string().min(1),
  port: z.coerce.number('PORT must be a port number').int().min(0).max(65_535),
  logLevel: z.enum(
    ['debug', 'info', 'warn', 'error', 'silent'],
    'CROSSDOCK_LOG must be debug, info, warn, error or silent',
  ),
  /** Shadow prices in routing: `auto` once there is enough history, or `off`. */
  prices: z.enum(['auto', 'off'], 'CROSSDOCK_PRICES must be auto or off'),
  databasePoolSize: z.coerce.number('CROSSDOCK_DB_POOL must be a number').int().min(2).max(200),
})
export type Settings = z.infer<typeof Settings>

export class SettingsError extends Error {
  override readonly name = 'SettingsError'
}

type Environment = Readonly<Record<string, string | undefined>>

export function readSettings(environment: Environment): Settings {
  const result = Settings.safeParse({
    databaseUrl: fromFileOr(environment, 'DATABASE_URL'),
    redisUrl: fromFileOr(environment, 'REDIS_URL'),
    redisPrefix: environment['CROSSDOCK_REDIS_PREFIX'] ?? 'crossdock',
    dataFolder: environment['CROSSDOCK_DATA'] ?? '.crossdock',
    configFile:
      environment['CROSSDOCK_CONFIG'] ?? (existsSync('crossdock.config.json') ? 'crossdock.config.json' : undefined),
    host: environment['HOST'] ?? '127.0.0.1',
    port: environment['PORT'] ?? '8080',
    logLevel: environment['CROSSDOCK_LOG'] ?? 'info',
    prices: environment['CROSSDOCK_PRICES'] ?? 'auto',
    databasePoolSize: environment['CROSSDOCK_DB_POOL'] ?? '10',
  })
  if (result.success) return result.data
  throw new SettingsError(result.error.issues.map((issue) => issue.message).join('\n'))
}

/** `NAME_FILE` names a file that holds the value, as Docker secrets do. */
function fromFileOr(environment: Environment, name: string): string | undefined {
  const file = environment[`${name}_FILE`]
  if (file === undefined || file === '') return environment[name] === '' ? undefined : environment[name]
  try {
    return readFileSync(file, 'utf8').trim()
  } catch {
    throw new SettingsError(`${name}_FILE names ${file}, which cannot be read`)
  }
}
