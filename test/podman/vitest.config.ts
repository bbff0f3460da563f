import { defineConfig } from 'vitest/config'

/** The settings of the suites with podman, which main.mjs starts inside a simulated host. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.podman.ts'],
    globalSetup: ['setup.ts'],
    // The files run one after the other, because they share one storage of podman.
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    cache: false,
  },
})
