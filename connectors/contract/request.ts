/** Small helpers for webhook ports: headers in any case, and signatures compared in constant time. */
import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { RawRequest } from './connector.ts'

/** A header by its name in any case; undefined when it is absent or empty. */
export function headerOf(request: RawRequest, name: string): string | undefined {
  const wanted = name.toLowerCase()
  for (const [key, value] of Object.entries(request.headers)) {
    if (key.toLowerCase() === wanted && value !== '') return value
  }
  return undefined
}

/** The named headers that are present, under new names: what a webhook port keeps. */
export function keptHeaders(request: RawRequest, names: Record<string, string>): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [as, header] of Object.entries(names)) {
    const value = headerOf(request, header)
    if (value !== undefined) kept[as] = value
  }
  return kept
}

/**
 * True when `signature` is base64 of the HMAC-SHA-256 of `parts` under one of the keys. Digests are compared, so that neither
 * content nor length of a wrong signature changes the time taken.
 */
export function hasHmac(signature: string, parts: (string | Uint8Array)[], keys: (string | Uint8Array)[]): boolean {
  const given = Buffer.from(signature, 'base64')
  let matched = false
  for (const key of keys) {
    const hmac = createHmac('sha256', key)
    for (const part of parts) hmac.update(part)
    const expected = hmac.digest()
    if (given.length === expected.length && timingSafeEqual(given, expected)) matched = true
  }
  return matched
}

/** SHA-256 as 64 hexadecimal digits. */
export const sha256 = (content: string | Uint8Array): string => createHash('sha256').update(content).digest('hex')
