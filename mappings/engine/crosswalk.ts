/** Crosswalks in maps: a code without a row is refused alone, and the cure is that one row. */
import type { NodeId, Sku } from '#core/model/ids.ts'
import { isAbsent } from './path.ts'
import { refuse } from './leaf.ts'
import type { Leaf, Refusal } from './leaf.ts'

/** What maps need of a connection's tables; the connector contract's Crosswalk has all of it. */
export type CrosswalkView = {
  version: string
  skuOf: (partnerCode: string) => Sku | undefined
  partnerSkuOf: (sku: Sku) => string
  nodeOf: (partnerCode: string) => NodeId | undefined
  partnerNodeOf: (nodeId: NodeId) => string | undefined
  code: (table: string, partnerCode: string) => string | undefined
  /** The way back: our word → the partner's code. */
  partnerCode: (table: string, word: string) => string | undefined
}

export type WithCrosswalk = { crosswalk: CrosswalkView }

/** One table to look up in: both directions and how a gap is reported. */
export type LookupTable<Value extends string, Scope> = {
  name: string
  /** Code of the issue, such as `order.sku-unknown`. */
  issueCode: string
  rule: string
  cure: string
  read: (code: string, scope: Scope) => Value | undefined
  write: (value: Value, scope: Scope) => string | undefined
}

/** A leaf over a crosswalk table. The unknown code is the issue's subject: one cure mends every document that has it. */
export function lookup<Value extends string, Scope>(table: LookupTable<Value, Scope>): Leaf<string, Value, Scope> {
  const gap = (subject: string): Refusal =>
    refuse({ rule: table.rule, cure: table.cure, code: table.issueCode, class: 'crosswalk', subject })
  return {
    name: table.name,
    read: (raw, scope) => {
      if (typeof raw !== 'string') return gap(String(raw))
      return table.read(raw, scope) ?? gap(raw)
    },
    write: (value, scope) => {
      const code = table.write(value, scope)
      return isAbsent(code) ? gap(value) : code
    },
  }
}

/** The partner's product code ↔ our SKU. `document` names the issue: `order` gives `order.sku-unknown`. */
export const skuLookup = (document: string): Leaf<string, Sku, WithCrosswalk> =>
  lookup({
    name: 'crosswalk sku',
    issueCode: `${document}.sku-unknown`,
    rule: 'must be a product code with a row in the crosswalk',
    cure: 'Add a crosswalk row from this product code to a SKU, then replay.',
    read: (code, { crosswalk }) => crosswalk.skuOf(code),
    write: (sku, { crosswalk }) => crosswalk.partnerSkuOf(sku),
  })

/** The partner's place code ↔ our node. */
export const nodeLookup = (document: string): Leaf<string, NodeId, WithCrosswalk> =>
  lookup({
    name: 'crosswalk node',
    issueCode: `${document}.node-unknown`,
    rule: 'must be a location code with a row in the crosswalk',
    cure: 'Add a crosswalk row from this location code to a node, then replay.',
    read: (code, { crosswalk }) => crosswalk.nodeOf(code),
    write: (nodeId, { crosswalk }) => crosswalk.partnerNodeOf(nodeId),
  })
