import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { connectorOf } from '#connectors/registry.ts'
import { parseNetwork } from './network-file.ts'

const example = readFileSync('docs/examples/network.json', 'utf8')

test('the example of the docs is a network file', () => {
  const network = parseNetwork(example, 'network.json')
  expect(network.nodes.map((node) => node.id)).toEqual(['lyon-dc', 'paris-store'])
  expect(network.products[1]?.sku).toBe('0012345')
})

test('the example of shops and ERPs that are asked adds to it', () => {
  const network = parseNetwork(
    readFileSync('docs/examples/network-square-odoo.json', 'utf8'),
    'network-square-odoo.json',
  )
  expect(network.connections.map((connection) => connection.connector)).toEqual(['odoo', 'square'])
})

test('the example of SAP and ShipHero adds to it', () => {
  const network = parseNetwork(
    readFileSync('docs/examples/network-sap-shiphero.json', 'utf8'),
    'network-sap-shiphero.json',
  )
  expect(network.connections.map((connection) => connection.connector)).toEqual(['sap-idoc', 'erp', 'shiphero'])
  for (const { connector, config } of network.connections)
    expect(connectorOf(connector)?.config.safeParse(config).success).toBe(true)
})

test('a mistake is told by its place in the file', () => {
  const wrong = example.replace('"Europe/Paris"', '"Europe/Pari"')
  expect(() => parseNetwork(wrong, 'network.json')).toThrow(
    'network.json: nodes.0.calendar.timeZone: must be an IANA time zone',
  )
})

test('a node that names a connection which is not there is told by name', () => {
  const wrong = example.replace('"connection": "erp"', '"connection": "sap"')
  expect(() => parseNetwork(wrong, 'network.json')).toThrow(
    'node lyon-dc names the connection "sap", which is not in the file',
  )
})

test('a file that is no JSON says so', () => {
  expect(() => parseNetwork('{"nodes": [', 'network.json')).toThrow('network.json is not JSON')
})

test('the stock policy of the docs is one, and may stand in a network file', () => {
  const stockPolicy = readFileSync('docs/examples/stock-policy.json', 'utf8')
  const network = parseNetwork(`{"stockPolicy": ${stockPolicy}}`, 'network.json')
  const kinds = ['safetyStock', 'safetyStock', 'threshold', 'freshness', 'exclude', 'share']
  expect(network.stockPolicy?.rules.map((rule) => rule.kind)).toEqual(kinds)
})

test('a misspelt name is refused at any depth and told with its place', () => {
  expect(() => parseNetwork('{"node": []}', 'network.json')).toThrow('network.json: the file: Unrecognized key: "node"')
  const wrong = '{"nodes": [{"id": "n", "name": "N", "kind": "warehouse", "calender": {}}]}'
  expect(() => parseNetwork(wrong, 'network.json')).toThrow('network.json: nodes.0: Unrecognized key: "calender"')
})
