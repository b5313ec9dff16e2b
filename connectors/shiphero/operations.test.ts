import { parse, validate } from 'graphql'
import { expect, test } from 'vitest'
import { SHIPHERO_SCHEMA } from '#simulators/shiphero/schema.ts'
import * as operations from './operations.ts'

test.each(Object.entries(operations))(
  '%s is valid in ShipHero’s schema, as far as it is written down',
  (_, operation) => {
    expect(validate(SHIPHERO_SCHEMA, parse(operation))).toEqual([])
  },
)
