/**
 * Keys of `@idempotent(key:)`, remembered for 24 hours (shopify.dev/docs/api/usage/implementing-idempotency).
 * Same key and same parameters: the first answer again, without effect. Same key and other parameters: refused. A key whose
 * first use was refused stays burnt. (Whether the real store keeps refused keys in every such case is not documented.)
 */

const RETENTION_MS = 24 * 60 * 60 * 1000

type Remembered<T> = { fingerprint: string; answer: T; failed: boolean; atMs: number }
export type KeyVerdict<T> =
  | { use: 'fresh' }
  | { use: 'replay'; answer: T }
  | { use: 'refuse'; code: string; message: string }

export function createIdempotencyKeys<T>(now: () => number) {
  const remembered = new Map<string, Remembered<T>>()

  function look(key: string, fingerprint: string): KeyVerdict<T> {
    const first = remembered.get(key)
    if (first === undefined || now() - first.atMs > RETENTION_MS) return { use: 'fresh' }
    if (first.fingerprint !== fingerprint) {
      return {
        use: 'refuse',
        code: 'IDEMPOTENCY_KEY_PARAMETER_MISMATCH',
        message: 'The same idempotency key cannot be used with different operation parameters.',
      }
    }
    if (first.failed) {
      return {
        use: 'refuse',
        code: 'IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED',
        message: 'A previous request with this idempotency key failed. Retry with a new idempotency key.',
      }
    }
    return { use: 'replay', answer: first.answer }
  }

  function remember(key: string, fingerprint: string, answer: T, failed: boolean): void {
    remembered.set(key, { fingerprint, answer, failed, atMs: now() })
  }

  return { look, remember }
}
