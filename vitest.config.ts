import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: 'test/temporary.ts',
    // Tests of the simulated host make mounts and namespaces: one file at a time keeps two cores honest.
    fileParallelism: false,
    // The limits end a test that hangs. A test of some seconds takes ten times as long on a machine under load.
    testTimeout: 300_000,
    hookTimeout: 300_000,
  },
})
