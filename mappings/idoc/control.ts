/** The DOCNUM of an IDoc that the hub wrote. */
import { readXml } from '../formats/xml/reader.ts'
import { elementsOf } from '../formats/xml/tree.ts'
import { controlField } from './idoc.ts'

export function controlNumberOf(bytes: Uint8Array): string | undefined {
  const root = readXml(bytes)
  const idoc = root.ok ? elementsOf(root.value, 'IDOC')[0] : undefined
  return idoc === undefined ? undefined : controlField(idoc, 'DOCNUM')
}
