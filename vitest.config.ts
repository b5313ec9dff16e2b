import { defineConfig } from 'vitest/config'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** Files that take minutes begin first, so that the last of them does not run alone when all others are done. */
const LONG = /test\/(?:simulation|processes)\//

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const isLong = (file: TestSpecification): boolean => LONG.test(file.moduleId)
    return [...sorted.filter(isLong), ...sorted.filter((file) => !isLong(file))]
  }
}

export default defineConfig({
  test: {
    include: ['{app,bench,conformance,connectors,core,http,mappings,simulators,store,test,workers}/**/*.test.ts'],
    setupFiles: ['test/kit/seed.ts'],
    sequence: { sequencer: LongFirst },
    // Against what hangs, not against what is slow: a busy machine takes five times as long as a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
