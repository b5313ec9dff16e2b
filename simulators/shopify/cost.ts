/**
 * What a call costs. The rule was fitted to recorded answers of a real store: a mutation 10, an object or a list of objects 1,
 * a connection 2 plus its node's cost times the binary logarithm of the page size. It meets the recorded figures to a few points;
 * Shopify gives single fields prices of their own, which no public source lists.
 */
import { Kind, getNamedType, isCompositeType, isInterfaceType, isObjectType } from 'graphql'
import type {
  DocumentNode,
  FieldNode,
  FragmentDefinitionNode,
  GraphQLNamedType,
  GraphQLSchema,
  OperationDefinitionNode,
  SelectionSetNode,
} from 'graphql'

export const MUTATION_COST = 10
const CONNECTION_COST = 2
/** Fields that cost nothing by themselves. */
const FREE_FIELDS: ReadonlySet<string> = new Set(['userErrors', 'pageInfo'])

type Costing = {
  schema: GraphQLSchema
  fragments: Map<string, FragmentDefinitionNode>
  variables: Record<string, unknown>
}

/** The cost asked for before anything runs: the most that the operation may answer. */
export function requestedCost(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  variables: Record<string, unknown>,
): number {
  const fragments = new Map<string, FragmentDefinitionNode>()
  for (const node of document.definitions)
    if (node.kind === Kind.FRAGMENT_DEFINITION) fragments.set(node.name.value, node)
  const costing: Costing = { schema, fragments, variables }
  const root = schema.getRootType(operation.operation)
  return root == null
    ? 0
    : Math.max(1, selectionCost(costing, root, operation.selectionSet, operation.operation === 'mutation'))
}

function selectionCost(costing: Costing, type: GraphQLNamedType, set: SelectionSetNode, mutation = false): number {
  let cost = 0
  for (const selection of set.selections) {
    if (selection.kind === Kind.FIELD) cost += fieldCost(costing, type, selection, mutation)
    else {
      const fragment = selection.kind === Kind.FRAGMENT_SPREAD ? costing.fragments.get(selection.name.value) : selection
      if (fragment === undefined) continue
      const on =
        fragment.typeCondition === undefined
          ? type
          : (costing.schema.getType(fragment.typeCondition.name.value) ?? type)
      cost += selectionCost(costing, on, fragment.selectionSet, mutation)
    }
  }
  return cost
}

function fieldCost(costing: Costing, type: GraphQLNamedType, field: FieldNode, mutation: boolean): number {
  const definition = isObjectType(type) || isInterfaceType(type) ? type.getFields()[field.name.value] : undefined
  if (definition === undefined || field.selectionSet === undefined || FREE_FIELDS.has(field.name.value)) return 0
  const returned = getNamedType(definition.type)
  if (!isCompositeType(returned)) return 0
  if (mutation) return MUTATION_COST + selectionCost(costing, returned, field.selectionSet)
  if (returned.name.endsWith('Connection')) {
    const nodeCost = connectionNodeCost(costing, returned, field.selectionSet)
    return CONNECTION_COST + Math.ceil(Math.log2(Math.max(2, pageSize(costing, field)))) * nodeCost
  }
  return 1 + selectionCost(costing, returned, field.selectionSet)
}

/** `nodes { … }` and `edges { node { … } }` both cost what one node costs. */
function connectionNodeCost(costing: Costing, connection: GraphQLNamedType, set: SelectionSetNode): number {
  const cost = selectionCost(costing, connection, set)
  const throughEdges = set.selections.some(
    (selection) => selection.kind === Kind.FIELD && selection.name.value === 'edges',
  )
  return throughEdges ? Math.max(1, cost - 1) : cost
}

function pageSize(costing: Costing, field: FieldNode): number {
  const argument = field.arguments?.find(({ name }) => name.value === 'first' || name.value === 'last')
  if (argument?.value.kind === Kind.INT) return Number(argument.value.value)
  if (argument?.value.kind === Kind.VARIABLE) return Number(costing.variables[argument.value.name.value] ?? 1)
  return 1
}
