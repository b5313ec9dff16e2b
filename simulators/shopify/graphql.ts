/** One GraphQL call: parsed and checked against the true schema, priced, throttled, executed on the books. */
import { GraphQLError, Kind, executeRootSelectionSet, parse, validate, validateExecutionArgs } from 'graphql'
import type { DocumentNode, ExecutionResult, OperationDefinitionNode } from 'graphql'
import { MUTATION_COST, requestedCost } from './cost.ts'
import { fieldResolver, typeResolver } from './resolver-table.ts'
import type { ResolverContext, ResolverTable } from './resolver-table.ts'
import { loadSchema } from './schema.ts'
import type { Throttle } from './throttle.ts'

/** A single call may not ask for more, however full the bucket is. */
const MAX_CALL_COST = 1000
const REMEMBERED_DOCUMENTS = 500

export type GraphQLCall = { query: string; variables: Record<string, unknown>; operationName: string | undefined }
export type GraphQLAnswer = { body: object; throttled: boolean; isMutation: boolean }

type Checked = { document: DocumentNode; errors: readonly GraphQLError[] }

export type GraphQLEndpoint = (call: GraphQLCall, forceThrottle: boolean) => Promise<GraphQLAnswer>

/** `contextOf` makes a fresh context for each call. */
export function createGraphQLEndpoint(
  table: ResolverTable,
  throttle: Throttle,
  contextOf: () => ResolverContext,
): GraphQLEndpoint {
  const checkedDocuments = new Map<string, Checked>()
  const resolve = fieldResolver(table)

  function check(query: string): Checked {
    const known = checkedDocuments.get(query)
    if (known !== undefined) return known
    const document = parse(query)
    const checked: Checked = { document, errors: validate(loadSchema(), document) }
    if (checkedDocuments.size >= REMEMBERED_DOCUMENTS) checkedDocuments.clear()
    checkedDocuments.set(query, checked)
    return checked
  }

  return async (call, forceThrottle) => {
    const checked = tryCheck(check, call.query)
    const operation = operationOf(checked.document, call.operationName)
    const isMutation = operation?.operation === 'mutation'
    if (checked.errors.length > 0 || operation === undefined) {
      return { body: { errors: checked.errors.map(asRequestError) }, throttled: false, isMutation }
    }
    const requested = requestedCost(loadSchema(), checked.document, operation, call.variables)
    if (requested > MAX_CALL_COST) return { body: tooExpensive(requested), throttled: false, isMutation }
    const cost = (actual: number | null): object => ({
      cost: { requestedQueryCost: requested, actualQueryCost: actual, throttleStatus: throttle.status() },
    })
    if (forceThrottle || !throttle.allows(requested)) {
      const error = {
        message: 'Throttled',
        extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' },
      }
      return { body: { errors: [error], extensions: cost(null) }, throttled: true, isMutation }
    }
    const context = contextOf()
    const validated = validateExecutionArgs({
      schema: loadSchema(),
      document: checked.document,
      variableValues: call.variables,
      operationName: call.operationName,
      contextValue: context,
      fieldResolver: resolve,
      typeResolver,
    })
    if (!('schema' in validated))
      return { body: { errors: validated.map(asVariableError) }, throttled: false, isMutation }
    const result = await executeRootSelectionSet(validated)
    const actual = Math.min(
      requested,
      context.composites + (isMutation ? operation.selectionSet.selections.length * MUTATION_COST : 0),
    )
    throttle.spend(actual)
    return { body: { ...written(result), extensions: cost(actual) }, throttled: false, isMutation }
  }
}

function tryCheck(check: (query: string) => Checked, query: string): Checked {
  try {
    return check(query)
  } catch (error) {
    if (!(error instanceof GraphQLError)) throw error
    return { document: { kind: Kind.DOCUMENT, definitions: [] }, errors: [error] }
  }
}

function operationOf(document: DocumentNode, name: string | undefined): OperationDefinitionNode | undefined {
  const operations = document.definitions.filter((node) => node.kind === Kind.OPERATION_DEFINITION)
  return name === undefined ? operations[0] : operations.find((node) => node.name?.value === name)
}

function tooExpensive(requested: number): object {
  const message = `Query cost is ${requested}, which exceeds the single query max cost limit (${MAX_CALL_COST}).`
  return { errors: [{ message, extensions: { code: 'MAX_COST_EXCEEDED', cost: requested, maxCost: MAX_CALL_COST } }] }
}

/** The schema's refusals; their wording is graphql-js's, not Shopify's. */
function asRequestError(error: GraphQLError): object {
  const code = error.message.startsWith('Cannot query field') ? 'undefinedField' : 'GRAPHQL_VALIDATION_FAILED'
  return { ...error.toJSON(), extensions: { code } }
}

function asVariableError(error: GraphQLError): object {
  return { ...error.toJSON(), extensions: { code: 'INVALID_VARIABLE' } }
}

function written(result: ExecutionResult): object {
  if (result.errors === undefined) return { data: result.data }
  const errors = result.errors.map((error) => ({
    ...error.toJSON(),
    extensions: 'code' in error.extensions ? error.extensions : { code: 'INTERNAL_SERVER_ERROR' },
  }))
  return { errors, data: result.data }
}
