/** A stock feed of about 35 MB: eight columns, product codes with leading zeros. */
export const ROWS = 400_000
const HEADER = 'sku,gtin,node,on_hand,name,price,currency,as_of\n'

export const FILES = ['plain', 'quoted'] as const
export type File = (typeof FILES)[number]

export function feed(kind: File): Uint8Array {
  const lines = Array.from({ length: ROWS }, (_, i) => line(i, kind))
  return Buffer.from(HEADER + lines.join(''))
}

function line(i: number, kind: File): string {
  const sku = `SKU-${String(i).padStart(8, '0')}`
  const gtin = `0012345${String(i).padStart(6, '0')}`
  const stock = `WH-${i % 40},${i % 977}`
  const rest = `${((i % 9000) / 100).toFixed(2)},EUR,2026-11-22T09:00:00Z\n`
  return kind === 'plain'
    ? `${sku},${gtin},${stock},Sneaker low red ${i % 50},${rest}`
    : `"${sku}",${gtin},${stock},"Sneaker, ""low"" red ${i % 50}",${rest}`
}
