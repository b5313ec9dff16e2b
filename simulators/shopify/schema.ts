/**
 * The true Admin GraphQL schema of API version 2026-10 (schema/README.md says where it comes from).
 * Opening it costs about a quarter of a second, so it is done once per process and only when asked for.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { buildClientSchema } from 'graphql'
import type { GraphQLSchema, IntrospectionQuery } from 'graphql'

export const API_VERSION = '2026-10'

const SCHEMA_FILE = new URL(`./schema/admin_${API_VERSION}.json.gz`, import.meta.url)
const SCHEMA_SHA256 = 'f3b522f264556925eada700e795e4a002a9cba83444ebcc6c0d724254a0c6593'

let opened: GraphQLSchema | undefined

/** The schema, opened on the first call. Throws when the file is not the one its README describes. */
export function loadSchema(): GraphQLSchema {
  opened ??= openSchema()
  return opened
}

function openSchema(): GraphQLSchema {
  const packed = readFileSync(SCHEMA_FILE)
  if (createHash('sha256').update(packed).digest('hex') !== SCHEMA_SHA256) {
    throw new Error(`${SCHEMA_FILE.pathname} is not the file that schema/README.md describes`)
  }
  const { data } = JSON.parse(gunzipSync(packed).toString('utf8')) as { data: IntrospectionQuery }
  // The introspection was written by Shopify's own server: checking it again would only cost time.
  return buildClientSchema(data, { assumeValid: true })
}
