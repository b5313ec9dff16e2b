import { afterEach, beforeEach, expect, test } from 'vitest'
import { gid } from './ids.ts'
import { createBooks } from './books.ts'
import { createResolverTable } from './resolvers-roots.ts'
import { loadSchema } from './schema.ts'
import type { ShopifyStore } from './store.ts'
import { TOKEN, callGraphQL, openStore } from './test-kit.ts'

let store: ShopifyStore

beforeEach(async () => {
  store = await openStore()
})
afterEach(() => store.close())

test('the schema is the true one of 2026-10 and is opened once', () => {
  const schema = loadSchema()
  expect(schema.getQueryType()?.name).toBe('QueryRoot')
  expect(Object.keys(schema.getMutationType()?.getFields() ?? {}).length).toBeGreaterThan(300)
  expect(schema.getDirective('idempotent')?.args.map((argument) => argument.name)).toEqual(['key'])
  expect(loadSchema()).toBe(schema)
})

test('every row of the resolver table names a field of the schema', () => {
  const table = createResolverTable(
    createBooks(Date.now, () => {}),
    Date.now,
    { applied: () => {}, refused: () => {} },
  )
  const types = loadSchema().getTypeMap()
  const unknown = [...table.keys()].filter((place) => {
    const [type = '', field = ''] = place.split('.')
    const found = types[type]
    return found === undefined || !('getFields' in found) || !(field in found.getFields())
  })
  expect(unknown).toEqual([])
})

test('the shop, its locations and a node are answered', async () => {
  const reno = gid('Location', store.location('Reno').id)
  const reply = await callGraphQL(
    store,
    `query($id: ID!) { shop { name currencyCode } locations(first: 10) { nodes { id name address { countryCode } } pageInfo { hasNextPage } } node(id: $id) { __typename ... on Location { name } } }`,
    { id: reno },
  )
  expect(reply.errors).toEqual([])
  expect(reply.data?.['shop']).toEqual({ name: 'Crossdock Test Shop', currencyCode: 'USD' })
  expect(reply.data?.['node']).toEqual({ __typename: 'Location', name: 'Reno' })
  expect(reply.data?.['locations']).toMatchObject({
    nodes: [{ name: 'Newark' }, { name: 'Reno' }, { name: 'Store Brooklyn' }],
  })
})

test('a field that the schema does not know is refused by the schema', async () => {
  const reply = await callGraphQL(store, '{ shop { favouriteColour } }')
  expect(reply.status).toBe(200)
  expect(reply.data).toBeUndefined()
  expect(reply.errors[0]?.message).toMatch(/Cannot query field "favouriteColour" on type "Shop"/)
})

test('an input field that 2026-10 has dropped is refused', async () => {
  const input = { name: 'available', reason: 'correction', ignoreCompareQuantity: true, quantities: [] }
  const mutation =
    'mutation($input: InventorySetQuantitiesInput!) { inventorySetQuantities(input: $input) @idempotent(key: "k") { userErrors { code } } }'
  const reply = await callGraphQL(store, mutation, { input })
  expect(reply.errors[0]?.extensions['code']).toBe('INVALID_VARIABLE')
  expect(reply.errors[0]?.message).toMatch(/ignoreCompareQuantity/)
})

test.each([
  ['{ shop { name email } }', 'Shop.email'],
  ['{ products(first: 1) { nodes { id } } }', 'QueryRoot.products'],
  ['mutation { orderDelete(orderId: "gid://shopify/Order/1") { deletedId } }', 'Mutation.orderDelete'],
])('a true field that the simulator does not implement fails loudly: %s', async (query, place) => {
  const reply = await callGraphQL(store, query)
  expect(reply.errors.map((error) => error.message)).toEqual([`the simulator does not implement ${place}`])
})

test('an argument that the simulator does not honour fails loudly', async () => {
  const reply = await callGraphQL(store, '{ locations(first: 1, query: "name:Reno") { nodes { id } } }')
  expect(reply.errors[0]?.message).toBe('the simulator does not implement the argument query of QueryRoot.locations')
})

test('a connection without first or last is refused', async () => {
  const reply = await callGraphQL(store, '{ locations { nodes { id } } }')
  expect(reply.errors[0]?.message).toBe('you must provide one of first or last')
})

test('a cursor leads through all pages exactly once', async () => {
  const names: string[] = []
  let after: string | null = null
  for (;;) {
    const reply = await callGraphQL(
      store,
      'query($after: String) { locations(first: 2, after: $after) { edges { cursor node { name } } pageInfo { hasNextPage endCursor } } }',
      { after },
    )
    const page = reply.data?.['locations'] as {
      edges: { node: { name: string } }[]
      pageInfo: { hasNextPage: boolean; endCursor: string }
    }
    names.push(...page.edges.map((edge) => edge.node.name))
    if (!page.pageInfo.hasNextPage) break
    after = page.pageInfo.endCursor
  }
  expect(names).toEqual(['Newark', 'Reno', 'Store Brooklyn'])
})

test('a wrong token gets 401, another API version 404', async () => {
  expect((await callGraphQL(store, '{ shop { name } }', {}, 'shpat_wrong')).status).toBe(401)
  const other = await fetch(store.graphqlUrl.replace('2026-10', '2024-01'), {
    method: 'POST',
    headers: { 'X-Shopify-Access-Token': TOKEN },
    body: '{"query":"{ shop { name } }"}',
  })
  expect(other.status).toBe(404)
  expect(store.books().calls.unauthorized).toBe(1)
})

test('a granted token works for 24 hours', async () => {
  let nowMs = Date.parse('2026-11-22T10:00:00Z')
  const timed = await openStore({ now: () => nowMs })
  try {
    const grant = (secret: string) =>
      fetch(timed.tokenUrl, {
        method: 'POST',
        headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
        body: new URLSearchParams({ grant_type: 'client_credentials', client_id: 'client', client_secret: secret }),
      })
    expect((await grant('wrong')).status).toBe(401)
    const granted = (await (await grant('shpss_test')).json()) as { access_token: string; expires_in: number }
    expect(granted.expires_in).toBe(86_399)
    expect((await callGraphQL(timed, '{ shop { name } }', {}, granted.access_token)).status).toBe(200)
    nowMs += granted.expires_in * 1000
    expect((await callGraphQL(timed, '{ shop { name } }', {}, granted.access_token)).status).toBe(401)
  } finally {
    await timed.close()
  }
})

test('the books refuse a SKU twice and a location they do not have', () => {
  const books = createBooks(Date.now, () => {})
  books.addProduct({ sku: 'A', title: 'A' })
  expect(() => books.addProduct({ sku: 'A', title: 'A' })).toThrow('SKU A already')
  expect(() => books.locationNamed('Nowhere')).toThrow('no location named Nowhere')
})
