/**
 * A policy book: which orders are routed by which policy. Rules are read from the top and the first that fits decides; the
 * last fits every order. A book is stored whole, under a version, and is never changed: another version takes its place.
 */
import { z } from 'zod'
import { OrderSelector, RoutingPolicy } from './policy.ts'
import type { RouteRequest } from './request.ts'
import { selectsOrder } from './selectors.ts'

/** A policy as it stands in a book: version and rule are known from the book. */
export const BookPolicy = RoutingPolicy.omit({ version: true, rule: true }).strict()

export const PolicyRule = z.strictObject({
  name: z.string().min(1).max(100),
  /** Which orders; absent or empty: all. */
  when: OrderSelector.optional(),
  policy: BookPolicy,
})
export type PolicyRule = z.infer<typeof PolicyRule>

export const PolicyBook = z.strictObject({
  /** What people call it: `peak-2026`. Versions count up under it. */
  name: z.string().regex(/^[a-z0-9][a-z0-9-]{0,39}$/, 'must be lower-case letters, digits and hyphens, at most 40'),
  comment: z.string().max(500).optional(),
  rules: z.array(PolicyRule).min(1).max(200),
})
export type PolicyBook = z.infer<typeof PolicyBook>

/** A book under the version that decisions cite: `peak-2026@3`. */
export type ActiveBook = {
  version: string
  rules: readonly { when: OrderSelector | undefined; policy: RoutingPolicy }[]
}

/** What routes orders until a book is activated. */
export const DEFAULT_BOOK: PolicyBook = {
  name: 'default',
  rules: [{ name: 'all orders', policy: BookPolicy.parse({}) }],
}
export const DEFAULT_BOOK_VERSION = 'default-1'

export function activeBook(book: PolicyBook, version: string): ActiveBook {
  return {
    version,
    rules: book.rules.map(({ name, when, policy }) => ({ when, policy: { ...policy, version, rule: name } })),
  }
}

/** The policy of an order. Throws when no rule fits, which the linter does not let pass. */
export function policyFor(book: ActiveBook, request: RouteRequest): RoutingPolicy {
  const rule = book.rules.find(({ when }) => when === undefined || selectsOrder(when, request))
  if (rule === undefined) throw new Error(`policy ${book.version} has no rule for order ${request.orderId}`)
  return forValue(rule.policy, request)
}

/** An order that is worth less than the policy's threshold for splits leaves whole. */
export function forValue(policy: RoutingPolicy, request: Pick<RouteRequest, 'orderValueMinor'>): RoutingPolicy {
  const { splitFromValueMinor } = policy
  const tooCheap = splitFromValueMinor !== undefined && (request.orderValueMinor ?? 0) < splitFromValueMinor
  return tooCheap ? { ...policy, allowSplit: false } : policy
}
