import { expect, test } from 'vitest'
import { connectorOf, connectors } from './registry.ts'

test('each connector is found by its own id, and its ports have names of their own', () => {
  expect(connectors.length).toBeGreaterThan(12)
  expect(new Set(connectors.map(({ id }) => id)).size).toBe(connectors.length)
  for (const connector of connectors) {
    expect(connectorOf(connector.id)).toBe(connector)
    const names = connector.ports.map((port) => port.name)
    expect(new Set(names).size).toBe(names.length)
  }
})

test('an id that nobody registered is no connector', () => {
  expect(connectorOf('nope')).toBeUndefined()
  expect(connectorOf('constructor')).toBeUndefined()
})
