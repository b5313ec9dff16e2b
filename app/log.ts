/** Logs as JSON lines on standard error, facts beside the message. Field names that could hold a secret are masked whatever their source. */
import pino from 'pino'
import type { Log } from '#core/ports.ts'

const SECRET_FIELDS = ['secret', 'password', 'token', 'authorization', 'accessToken', 'apiKey', 'privateKey']

export function createLog(level: string): Log {
  const logger = pino(
    {
      level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: SECRET_FIELDS.flatMap((name) => [name, `*.${name}`]), censor: '[secret]' },
    },
    pino.destination({ dest: 2, sync: true }),
  )
  return {
    debug: (message, fields) => logger.debug(fields ?? {}, message),
    info: (message, fields) => logger.info(fields ?? {}, message),
    warn: (message, fields) => logger.warn(fields ?? {}, message),
    error: (message, fields) => logger.error(fields ?? {}, message),
  }
}
