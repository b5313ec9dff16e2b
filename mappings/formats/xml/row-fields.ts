/** The wanted fields of a record as a tree, so that each element asks one question: is anything wanted of me? */

export type FieldNode = {
  /** Names the node among those of its reader. */
  id: number
  children: Map<string, FieldNode>
  attributes: { name: string; field: number }[]
  /** Field that takes the element's text; -1 for none. */
  text: number
}

export function fieldTree(fields: readonly string[]): FieldNode {
  let count = 0
  const node = (): FieldNode => ({ id: count++, children: new Map(), attributes: [], text: -1 })
  const root = node()
  fields.forEach((path, field) => {
    const parts = path.split('/').filter((part) => part !== '.')
    const last = parts.at(-1)
    const attribute = last?.startsWith('@') === true ? last.slice(1) : undefined
    let at = root
    for (const name of attribute === undefined ? parts : parts.slice(0, -1)) {
      const inner = at.children.get(name) ?? node()
      at.children.set(name, inner)
      at = inner
    }
    if (attribute === undefined) at.text = field
    else at.attributes.push({ name: attribute, field })
  })
  return root
}
