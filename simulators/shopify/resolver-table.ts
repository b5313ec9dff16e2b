/**
 * How fields are answered: one table from `Type.field` to a function, and nothing else. A field of the true schema that is not in
 * the table fails loudly, so the simulator never invents data; the same holds for arguments that a field does not honour.
 */
import { GraphQLError, defaultTypeResolver, getNamedType, isCompositeType } from 'graphql'
import type { GraphQLFieldResolver, GraphQLResolveInfo, GraphQLTypeResolver } from 'graphql'
import type { StoreBooks } from './books.ts'
import type { Subscriptions } from './webhooks.ts'

/** What every resolver may use. `composites` counts what the answer really cost. */
export type ResolverContext = { books: StoreBooks; shop: ShopFacts; subscriptions: Subscriptions; composites: number }
export type ShopFacts = { name: string; domain: string; currency: string }

export type Resolve<S> = (
  source: S,
  args: Record<string, unknown>,
  context: ResolverContext,
  info: GraphQLResolveInfo,
) => unknown
export type FieldEntry<S> = Resolve<S> | { accepts: readonly string[]; resolve: Resolve<S> }
export type ResolverTable = Map<string, { accepts: readonly string[]; resolve: Resolve<unknown> }>

const ANSWER = Symbol('an object whose properties are answers')

/** Marks a plain object whose properties are answered as they are: payloads, errors, pages. */
export function answer<T extends object>(value: T): T {
  return Object.assign(value, { [ANSWER]: true })
}

/** The table rows of one type. `S` is the record that stands behind the type. */
export function rowsOf<S>(
  typeName: string,
  fields: Record<string, FieldEntry<S>>,
): [string, { accepts: readonly string[]; resolve: Resolve<unknown> }][] {
  return Object.entries(fields).map(([name, entry]) => {
    const { accepts, resolve } = typeof entry === 'function' ? { accepts: [], resolve: entry } : entry
    return [`${typeName}.${name}`, { accepts, resolve: resolve as Resolve<unknown> }]
  })
}

/** A top-level error as Shopify writes it, with its code. */
export function requestError(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } })
}

function notImplemented(what: string): GraphQLError {
  return requestError(`the simulator does not implement ${what}`, 'SIMULATOR_NOT_IMPLEMENTED')
}

/** The one resolver of every field. */
export function fieldResolver(table: ResolverTable): GraphQLFieldResolver<unknown, ResolverContext> {
  return (source, args, context, info) => {
    const value = resolveField(table, source, args as Record<string, unknown>, context, info)
    if (value != null) context.composites += compositesIn(value, info)
    return value
  }
}

function resolveField(
  table: ResolverTable,
  source: unknown,
  args: Record<string, unknown>,
  context: ResolverContext,
  info: GraphQLResolveInfo,
): unknown {
  const place = `${info.parentType.name}.${info.fieldName}`
  const entry = table.get(place)
  if (entry === undefined) {
    if (isAnswer(source) && Object.hasOwn(source, info.fieldName)) return source[info.fieldName]
    throw notImplemented(place)
  }
  // Defaults of the schema are in `args` too; only what the caller wrote counts as asked for.
  for (const argument of info.fieldNodes[0]?.arguments ?? []) {
    const name = argument.name.value
    if (!entry.accepts.includes(name)) throw notImplemented(`the argument ${name} of ${place}`)
  }
  return entry.resolve(source, args, context, info)
}

function isAnswer(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && ANSWER in value
}

/** Each object in the answer costs a point; refusals cost nothing (read off recorded answers). */
function compositesIn(value: unknown, info: GraphQLResolveInfo): number {
  if (
    !isCompositeType(getNamedType(info.returnType)) ||
    info.fieldName === 'userErrors' ||
    info.fieldName === 'pageInfo'
  )
    return 0
  if (info.parentType.name === 'Mutation') return 0
  return Array.isArray(value) && info.parentType.name.endsWith('Connection') ? value.length : 1
}

/** Interfaces and unions: every record says its own type. */
export const typeResolver: GraphQLTypeResolver<unknown, ResolverContext> = (value, context, info, type) => {
  if (typeof value === 'object' && value !== null && 'kind' in value && typeof value.kind === 'string')
    return value.kind
  return defaultTypeResolver(value, context, info, type)
}
