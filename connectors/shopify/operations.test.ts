import { parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { loadSchema } from '#simulators/shopify/schema.ts'
import * as operations from './operations.ts'

const { findItems, readLevels, ...fixed } = operations
const all = {
  ...fixed,
  findOne: findItems(1),
  findMany: findItems(25),
  readOne: readLevels(1),
  readMany: readLevels(25),
}

test.each(Object.entries(all))('%s is valid in Shopify’s own 2026-10 schema', (_, operation) => {
  expect(validate(loadSchema(), parse(operation))).toEqual([])
})
