import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['{app,bench,conformance,connectors,core,http,mappings,simulators,store,test,workers}/**/*.test.ts'],
    setupFiles: ['test/kit/seed.ts'],
    // Against what hangs, not against what is slow: a busy machine takes five times as long as a quiet one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    maxWorkers: 2,
  },
})
