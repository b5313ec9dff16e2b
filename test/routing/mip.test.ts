import { expect, test } from 'vitest'
import { disagreements } from '#bench/cover/agreement.ts'
import { randomFrom } from '#bench/cover/instances.ts'
import { loadMipSolver } from '#bench/cover/mip.ts'

/** `npm run bench -- cover` holds 10,000 against HiGHS. */
test('plans cost what HiGHS finds for 210 random orders with splits, tariffs and package limits', async () => {
  expect(disagreements(await loadMipSolver(), randomFrom(2026), 210)).toEqual([])
}, 300_000)
