import { describe, expect, test } from 'vitest'
import { brokenImports, importCycles } from './check-imports.ts'
import { readText, type SourceFile, sourceFiles } from './files.ts'
import { importsOf } from './imports.ts'
import { importTable } from './import-table.ts'

const rules = importTable(readText('docs/architecture.md'))

test('every import of the tree is allowed by the table in docs/architecture.md', () => {
  expect(brokenImports(sourceFiles(), rules)).toEqual([])
})

test('no file imports itself over others', () => {
  expect(importCycles(sourceFiles())).toEqual([])
})

describe('the checker finds what is planted', () => {
  const others: SourceFile[] = [
    'core/model/order.ts',
    'core/routing/brute-force.ts',
    'store/unit.ts',
    'workers/pump.ts',
    'app/hub.ts',
    'test/kit/log.ts',
    'connectors/contract/connector.ts',
    'connectors/shopify/graphql.ts',
    'mappings/shopify/order.ts',
    'mappings/erp/order.ts',
    'simulators/erp/erp.ts',
  ].map((path) => ({ path, text: '' }))
  const planted = (path: string, ...lines: string[]): string[] =>
    brokenImports([{ path, text: lines.join('\n') }, ...others.filter((each) => each.path !== path)], rules)

  test.each([
    [
      'core/clock.ts',
      "import { readFileSync } from 'node:fs'",
      'core/clock.ts:1 imports "node:fs"; core/ may import only',
    ],
    ['core/clock.ts', "import { unit } from '#store/unit.ts'", 'imports "#store/unit.ts"; core/ may import only'],
    ['mappings/erp/x.ts', "import '#connectors/shopify/graphql.ts'", 'mappings/*/ may import only'],
    [
      'mappings/erp/x.ts',
      "import { order } from '../shopify/order.ts'",
      'imports "../shopify/order.ts"; mappings/*/ may',
    ],
    ['connectors/erp/x.ts', "export * from '../shopify/graphql.ts'", 'imports "../shopify/graphql.ts"'],
    [
      'connectors/erp/x.ts',
      "import { order } from '#mappings/shopify/order.ts'",
      'imports "#mappings/shopify/order.ts"',
    ],
    ['connectors/erp/x.ts', "import { connect } from 'node:net'", 'imports "node:net"'],
    ['connectors/erp/x.ts', "import axios from 'axios'", 'imports "axios"'],
    ['store/orders.ts', "import pg from 'pg'", 'imports "pg"'],
    ['store/orders.ts', "import type { Pump } from '#workers/pump.ts'", 'imports "#workers/pump.ts"'],
    ['workers/route.ts', "import { Queue } from 'bullmq'", 'imports "bullmq"'],
    [
      'workers/route.ts',
      "import { headerOf } from '#connectors/contract/connector.ts'",
      'may take only types from there',
    ],
    ['http/server.ts', "import { pump } from '#workers/pump.ts'", 'imports "#workers/pump.ts"'],
    ['http/server.ts', "const hub = await import('#app/hub.ts')", 'nobody imports app/'],
    ['simulators/shopify/x.ts', "import { erp } from '../erp/erp.ts'", 'imports "../erp/erp.ts"'],
    ['simulators/shopify/x.ts', "import { unit } from '#store/unit.ts'", 'imports "#store/unit.ts"'],
    ['app/x.ts', "import { silentLog } from '#test/kit/log.ts'", 'which is there for tests'],
    ['core/routing/x.ts', "import { best } from './brute-force.ts'", 'which is there for tests'],
    ['core/routing/x.ts', "import { Order } from '#core/model/order.ts'", 'write it relative'],
    ['store/orders.ts', "import { Order } from '../core/model/order.ts'", 'Cure: write "#core/model/order.ts"'],
    ['store/orders.ts', "import { Order } from '#core/model/ordre.ts'", 'which is not there'],
    ['store/orders.ts', 'const module = await import(name)', 'a name made at run time'],
    ['attic/x.ts', "import { z } from 'zod'", 'has no row in the import table'],
  ])('%s with %s', (path, line, complaint) => {
    expect(planted(path, line)).toEqual([expect.stringContaining(complaint)])
  })

  test('a statement over several lines is found, and the line named is the one with the module', () => {
    expect(planted('core/x.ts', 'import {', '  type Unit,', '  unit,', "} from '#store/unit.ts'")).toEqual([
      expect.stringMatching(/^core\/x\.ts:4 imports "#store\/unit\.ts"/),
    ])
  })

  test('what is allowed is left alone: own partner, own folder, types of the contract, tests', () => {
    expect([
      ...planted('connectors/erp/x.ts', "import { order } from '#mappings/erp/order.ts'", "import { z } from 'zod'"),
      ...planted('workers/x.ts', "import type { Connector } from '#connectors/contract/connector.ts'"),
      ...planted('core/x.test.ts', "import { expect } from 'vitest'", "import { hub } from '#app/hub.ts'"),
      ...planted('core/x.ts', "// import { hub } from '#app/hub.ts'", 'const text = "import from core"'),
    ]).toEqual([])
  })

  test('a cycle is told as its path, also when only types close it', () => {
    const files = [
      { path: 'core/a.ts', text: "import { b } from './b.ts'" },
      { path: 'core/b.ts', text: "import { c } from './c.ts'" },
      { path: 'core/c.ts', text: "import type { B } from './b.ts'" },
    ]
    expect(importCycles(files)).toEqual(['core/b.ts → core/c.ts → core/b.ts'])
  })
})

test('imports are read in each of their forms', () => {
  const text = [
    "import 'a'",
    "import b from 'b'",
    "import * as c from 'c'",
    "import type { D } from 'd'",
    "import { type E, e as f } from 'e'",
    "export { g } from 'g'",
    "export type { H } from 'h'",
    "export * from 'i'",
    "const j = await import('j')",
    "export const k = { from: 'k' }",
  ].join('\n')
  expect(importsOf(text).map((each) => each.specifier)).toEqual('a b c d e g h i j'.split(' '))
  expect(
    importsOf(text)
      .filter((each) => each.typeOnly)
      .map((each) => each.specifier),
  ).toEqual(['d', 'h'])
})
