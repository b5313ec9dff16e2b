/** Global ids as Shopify writes them: `gid://shopify/Order/123`, with a query for levels: `gid://shopify/InventoryLevel/1?inventory_item_id=2`. */
import type { LevelRecord } from './records.ts'

export function gid(type: string, id: number): string {
  return `gid://shopify/${type}/${id}`
}

/** The number in a gid of the given type, or undefined when it is another type or no gid at all. */
export function numberInGid(text: unknown, type: string): number | undefined {
  const parts = splitGid(text)
  return parts !== undefined && parts.type === type && parts.query === '' ? parts.id : undefined
}

export function splitGid(text: unknown): { type: string; id: number; query: string } | undefined {
  const match = /^gid:\/\/shopify\/([A-Za-z]+)\/(\d{1,15})(?:\?(.*))?$/.exec(String(text))
  if (match?.[1] === undefined || match[2] === undefined) return undefined
  return { type: match[1], id: Number(match[2]), query: match[3] ?? '' }
}

export function levelGid(level: LevelRecord): string {
  return `${gid('InventoryLevel', level.locationId)}?inventory_item_id=${level.itemId}`
}

export function partsOfLevelGid(text: unknown): { itemId: number; locationId: number } | undefined {
  const parts = splitGid(text)
  const itemId = Number(new URLSearchParams(parts?.query).get('inventory_item_id') ?? Number.NaN)
  if (parts?.type !== 'InventoryLevel' || !Number.isSafeInteger(itemId)) return undefined
  return { itemId, locationId: parts.id }
}

/** DateTime as Shopify's GraphQL writes it: whole seconds, UTC. */
export function dateTime(timeMs: number): string {
  return `${new Date(timeMs).toISOString().slice(0, 19)}Z`
}
