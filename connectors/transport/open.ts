/** Opens the guarded transports of one connection from what its connector declares. One pair a connection, kept as long as it lives. */
import { Fault } from '#core/fault.ts'
import type { Log } from '#core/ports.ts'
import type { Endpoints, Limit } from '../contract/connector.ts'
import type { HttpTransport, SftpTransport } from '../contract/transport.ts'
import { createHttpTransport } from './http.ts'
import { createSftpTransport } from './sftp.ts'

export type Transports = { http: HttpTransport; sftp: SftpTransport; close: () => Promise<void> }

/**
 * A transport that the connector did not declare refuses every use with a Fault `bug`. Each call and each session waits for its turn (`pace`). Keep the result: look-backs such as file
 * settling and token memory hang on the identity of these objects.
 */
export function openTransports(
  endpoints: Endpoints,
  limit: Limit,
  secret: (name: string) => string,
  options: { log?: Pick<Log, 'warn'>; signal?: AbortSignal; pace?: () => Promise<void> } = {},
): Transports {
  const { http: web, sftp: files } = endpoints
  const { log, signal, pace = () => Promise.resolve() } = options
  const http =
    web === undefined
      ? undefined
      : createHttpTransport({ ...web, concurrency: limit.concurrency, ...(signal === undefined ? {} : { signal }) })
  const sftp =
    files === undefined
      ? undefined
      : createSftpTransport({ ...loginOf(files, secret), ...(log === undefined ? {} : { log }) })
  return {
    http: {
      request: async (request) => {
        if (http === undefined) throw undeclared('http')
        await pace()
        return http.request(request)
      },
    },
    sftp: {
      session: async (work) => {
        if (sftp === undefined) throw undeclared('sftp')
        await pace()
        return sftp.session(work)
      },
    },
    close: async () => {
      http?.close()
      await sftp?.close()
    },
  }
}

function loginOf(files: NonNullable<Endpoints['sftp']>, secret: (name: string) => string) {
  const { passwordSecret, privateKeySecret, ...target } = files
  return {
    ...target,
    ...(passwordSecret === undefined ? {} : { password: () => secret(passwordSecret) }),
    ...(privateKeySecret === undefined ? {} : { privateKey: () => secret(privateKeySecret) }),
  }
}

const undeclared = (transport: string): Fault =>
  new Fault('bug', { code: 'transport.undeclared', message: `the connector declares no ${transport} endpoint` })
