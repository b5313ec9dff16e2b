/**
 * Arrays of values in PostgreSQL's binary form (array_send and each type's own send function in its source). As text every
 * element is escaped here and unescaped there; as bytes a batch of documents costs a copy. Both drivers send bytes as they are.
 */
import { epochMsOf, type Instant } from '#core/model/time.ts'

/** `json` keeps the order of fields, which `jsonb` does not. */
export type SqlType = 'text' | 'int4' | 'int8' | 'bool' | 'timestamptz' | 'json' | 'jsonb' | 'bytea'

/** The types' object ids (pg_type.dat): the receiver checks them. */
const OID: Readonly<Record<SqlType, number>> = {
  bool: 16,
  bytea: 17,
  int8: 20,
  int4: 23,
  text: 25,
  json: 114,
  timestamptz: 1184,
  jsonb: 3802,
}

const EPOCH_2000_MS = 946_684_800_000
const JSONB_VERSION = 1
const HEADER_BYTES = 20
const NULL_LENGTH = -1

/** One-dimensional, from 1. null and undefined are NULL; json and jsonb take any JSON value, bytea a Uint8Array, timestamptz an instant. */
export function binaryArray(type: SqlType, values: readonly unknown[]): Buffer {
  // What is written as text is made once; its length decides the size of the whole.
  const elements = type === 'json' || type === 'jsonb' ? values.map(jsonText) : values
  let size = HEADER_BYTES
  let hasNull = 0
  for (const element of elements) {
    size += 4
    if (element === null || element === undefined) hasNull = 1
    else size += lengthOf(type, element)
  }
  const bytes = Buffer.allocUnsafe(size)
  bytes.writeInt32BE(values.length === 0 ? 0 : 1, 0)
  bytes.writeInt32BE(hasNull, 4)
  bytes.writeInt32BE(OID[type], 8)
  if (values.length === 0) return bytes.subarray(0, 12)
  bytes.writeInt32BE(values.length, 12)
  bytes.writeInt32BE(1, 16)
  let at = HEADER_BYTES
  for (const element of elements) {
    if (element === null || element === undefined) {
      at = bytes.writeInt32BE(NULL_LENGTH, at)
      continue
    }
    const start = at + 4
    const end = write(bytes, type, element, start)
    bytes.writeInt32BE(end - start, at)
    at = end
  }
  return bytes
}

const jsonText = (value: unknown): string | null =>
  value === null || value === undefined ? null : JSON.stringify(value)

function lengthOf(type: SqlType, element: unknown): number {
  switch (type) {
    case 'text':
    case 'json':
      return Buffer.byteLength(element as string)
    case 'jsonb':
      return 1 + Buffer.byteLength(element as string)
    case 'bytea':
      return (element as Uint8Array).byteLength
    case 'int4':
      return 4
    case 'int8':
    case 'timestamptz':
      return 8
    case 'bool':
      return 1
  }
}

/** Returns where the next one begins. */
function write(bytes: Buffer, type: SqlType, element: unknown, at: number): number {
  switch (type) {
    case 'text':
    case 'json':
      return at + bytes.write(element as string, at)
    case 'jsonb':
      bytes.writeUInt8(JSONB_VERSION, at)
      return at + 1 + bytes.write(element as string, at + 1)
    case 'bytea':
      bytes.set(element as Uint8Array, at)
      return at + (element as Uint8Array).byteLength
    case 'int4':
      return bytes.writeInt32BE(element as number, at)
    case 'int8':
      return bytes.writeBigInt64BE(BigInt(element as number), at)
    case 'timestamptz':
      return bytes.writeBigInt64BE(BigInt(epochMsOf(element as Instant) - EPOCH_2000_MS) * 1000n, at)
    case 'bool':
      return bytes.writeUInt8(element === true ? 1 : 0, at)
  }
}
