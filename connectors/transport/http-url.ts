/** Where a request may go: the connection's base URL and paths under it, nothing else. */
import { Fault } from '#core/fault.ts'

/** The base URL of a connection. Fault `config` when it is no https URL (http only where private addresses are allowed). */
export function checkedBaseUrl(baseUrl: string, allowPrivateAddresses: boolean): URL {
  const base = URL.canParse(baseUrl) ? new URL(baseUrl) : undefined
  const allowed = allowPrivateAddresses ? ['https:', 'http:'] : ['https:']
  if (base === undefined || !allowed.includes(base.protocol)) {
    throw new Fault('config', { code: 'http.base-url', message: 'the base URL must be an https URL' })
  }
  if (base.username !== '' || base.password !== '' || base.search !== '' || base.hash !== '') {
    throw new Fault('config', {
      code: 'http.base-url',
      message: 'the base URL must be scheme, host, port and path only',
    })
  }
  return base
}

/** A path joined to the base URL. An absolute URL, a way up or a line break is a mistake in a connector: Fault `bug`. */
export function joinUrl(base: URL, path: string): URL {
  const prefix = base.pathname.replace(/\/$/, '')
  const [plain = ''] = path.split('?')
  const wellFormed = /^\/(?![/\\])[\x21-\x7e]*$/.test(path) && !/(^|[/\\])(\.|%2e){1,2}([/\\]|$)/i.test(plain)
  const url = wellFormed && URL.canParse(prefix + path, base.origin) ? new URL(prefix + path, base.origin) : undefined
  if (url?.origin !== base.origin || !url.pathname.startsWith(prefix)) {
    throw new Fault('bug', {
      code: 'http.path',
      message: 'a request path must begin with / and stay under the base URL',
    })
  }
  return url
}
