import { afterAll, beforeAll, expect, test } from 'vitest'
import { allRoutes } from './app.ts'
import { createShared } from './shared.ts'
import { openTestHub, type TestHub } from './test-kit.ts'

type Operation = {
  operationId: string
  parameters?: { name: string; in: string; required?: boolean }[]
  requestBody?: { content: Record<string, { schema: unknown }> }
  responses: Record<string, { description: string; content?: Record<string, { schema: unknown }> }>
  security: Record<string, string[]>[]
}
type Document = {
  openapi: string
  paths: Record<string, Record<string, Operation>>
  components: { schemas: Record<string, unknown>; securitySchemes: Record<string, unknown> }
}

let hub: TestHub
let document: Document
beforeAll(async () => {
  hub = await openTestHub()
  document = (await hub.ask('GET', '/openapi.json')).json as unknown as Document
})
afterAll(() => hub.stop())

const operations = (): [path: string, method: string, operation: Operation][] =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]): [string, string, Operation] => [path, method, operation]),
  )

test('every route that the app serves is in the document, and nothing else', () => {
  const served = hub.app.routes.map((each) => `${each.method} ${each.path.replaceAll(/:(\w+)/g, '{$1}')}`)
  const documented = operations().map(([path, method]) => `${method.toUpperCase()} ${path}`)
  expect(documented.sort()).toEqual(served.sort())
  expect(served).toHaveLength(allRoutes(createShared(hub.deps)).length)
})

test('it is OpenAPI 3.1 and each operation has a name of its own, described answers and known keys', () => {
  expect(document.openapi).toBe('3.1.0')
  const names = operations().map(([, , operation]) => operation.operationId)
  expect(new Set(names).size).toBe(names.length)
  for (const [path, , operation] of operations()) {
    expect(Object.keys(operation.responses).length, path).toBeGreaterThan(0)
    for (const [status, answer] of Object.entries(operation.responses)) {
      expect(status).toMatch(/^[2-5]\d\d$/)
      expect(answer.description, `${path} ${status}`).not.toBe('')
    }
    for (const each of operation.security) expect(Object.keys(each)).toEqual(['apiKey'])
  }
  expect(Object.keys(document.components.securitySchemes)).toEqual(['apiKey'])
})

test('each part in braces of an address is a declared, required path parameter', () => {
  for (const [path, method, operation] of operations()) {
    const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1])
    const declared = (operation.parameters ?? []).filter((each) => each.in === 'path')
    expect(declared.map((each) => each.name).sort(), `${method} ${path}`).toEqual(inPath.map(String).sort())
    expect(declared.every((each) => each.required === true)).toBe(true)
  }
})

test('every reference leads to a schema, and every schema says what it is', () => {
  const text = JSON.stringify(document)
  const references = [...text.matchAll(/"\$ref":"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1] ?? '')
  expect(references.length).toBeGreaterThan(20)
  for (const name of references) expect(Object.keys(document.components.schemas)).toContain(name)
  for (const [name, schema] of Object.entries(document.components.schemas))
    expect(
      Object.keys(schema as object).some((key) => ['type', 'anyOf', 'oneOf', 'allOf'].includes(key)),
      name,
    ).toBe(true)
})

test('an order in the document has its fields, limits and required names from the model', () => {
  const order = document.components.schemas['OrderRequest'] as {
    properties: Record<string, Record<string, unknown>>
    required: string[]
    additionalProperties: boolean
  }
  expect(order.additionalProperties).toBe(false)
  expect(order.required).toEqual(expect.arrayContaining(['channelId', 'externalId', 'placedAt', 'currency', 'lines']))
  expect(order.required).not.toContain('revisedAt')
  expect(order.properties['currency']).toMatchObject({ type: 'string', pattern: '^[A-Z]{3}$' })
  expect(order.properties['lines']).toMatchObject({ type: 'array', minItems: 1, maxItems: 1000 })
})

test('the docs page names every address and every problem type', async () => {
  const { text } = await hub.ask('GET', '/docs')
  for (const path of Object.keys(document.paths)) expect(text).toContain(path)
  expect(text).toContain('id="unknown-sku"')
})
