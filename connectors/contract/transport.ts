/** The two guarded ways out to partners, as the connectors see them. connectors/transport/ implements them; nothing else opens sockets. */

export type HttpRequest = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Joined to the connection's base URL; an absolute URL is refused. */
  path: string
  headers?: Record<string, string>
  body?: Uint8Array | string
  /** Whole exchange, connect to last byte. Default 15,000. */
  timeoutMs?: number
  /** Default 2,000,000. */
  maxAnswerBytes?: number
}

export type HttpAnswer = { status: number; headers: Record<string, string>; body: Uint8Array }

/**
 * - `notSent`: nothing reached the partner (DNS, refused connection, bad certificate): safe to send again.
 * - `lost`: bytes went out and no whole answer came back: the outcome is unknown.
 */
export type HttpFailure = { failed: 'notSent' | 'lost'; code: string; message: string }

export type HttpResult = { ok: true; answer: HttpAnswer } | { ok: false; failure: HttpFailure }

/** Never throws for what a partner or a network does; throws only for a wrong call. */
export type HttpTransport = { request: (request: HttpRequest) => Promise<HttpResult> }

export type RemoteFile = { name: string; sizeBytes: number; modifiedAtMs: number }

/**
 * One SFTP session's verbs. Every method throws a Fault (`auth`, `config` for a changed host key, `transient`, `unknownOutcome`).
 * Names are plain file names: separators, `..` and NUL are refused.
 */
export type SftpSession = {
  list: (folder: string) => Promise<RemoteFile[]>
  /** Refuses with a Fault `data` above `maxBytes`. */
  read: (folder: string, name: string, maxBytes: number) => Promise<Uint8Array>
  /** `length` bytes from `offset` on, fewer at the file's end: for files that are too large to be read whole. */
  readPart: (folder: string, name: string, offset: number, length: number) => Promise<Uint8Array>
  /** Writes to a temporary name, checks the size, renames. The final name is only ever seen whole. */
  publish: (folder: string, name: string, bytes: Uint8Array) => Promise<void>
  /** Size of a file, or undefined when it is not there. */
  stat: (folder: string, name: string) => Promise<RemoteFile | undefined>
  /** Rename into another folder; creates the folder. An existing target gets a numbered sibling, never overwritten. */
  move: (folder: string, name: string, toFolder: string) => Promise<void>
}

/** Opens (or reuses) the connection's session and runs `work` in it. */
export type SftpTransport = { session: <T>(work: (session: SftpSession) => Promise<T>) => Promise<T> }
