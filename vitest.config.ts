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

const testsIn = (folders: string): string[] => [`{${folders}}/**/*.test.ts`]

export default defineConfig({
  test: {
    projects: [
      // Nothing here changes what its process has in common: files share one, and the modules that it has read, which takes a third less time.
      {
        extends: true,
        test: { name: 'shared', include: testsIn('core,http,mappings,simulators,store,workers'), isolate: false },
      },
      // Recorded exchanges, environments, whole processes.
      { extends: true, test: { name: 'own', include: testsIn('app,bench,conformance,connectors,test') } },
    ],
    setupFiles: ['test/kit/seed.ts'],
    sequence: { sequencer: LongFirst },
    // Against what hangs, not against what is slow: a busy machine takes five times as long as a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    // On two cores: what waits for a timer or a partner, two fifths of the time, leaves them to another file.
    maxWorkers: 4,
  },
})
