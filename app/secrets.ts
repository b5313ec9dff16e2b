/** Secrets live in the environment or in files (Docker secrets); configuration only says where. Read at use, so that a rotated file needs no restart. */
import { readFileSync } from 'node:fs'
import { Fault } from '#core/fault.ts'

/** `reference` is `env:NAME` or `file:/path`. Throws a `config` fault that names the place, never the value. */
export function revealSecret(reference: string, environment: Readonly<Record<string, string | undefined>>): string {
  const [kind, ...rest] = reference.split(':')
  const place = rest.join(':')
  if (kind === 'env') {
    const value = environment[place]
    if (value === undefined || value === '') throw missing(`the environment has no ${place}`)
    return value
  }
  try {
    return readFileSync(place, 'utf8').trim()
  } catch {
    throw missing(`the secret file ${place} cannot be read`)
  }
}

const missing = (message: string): Fault => new Fault('config', { code: 'secret.missing', message })
