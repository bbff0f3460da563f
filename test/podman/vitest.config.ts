import { defineConfig } from 'vitest/config'

/** podman end to end; started by main.mjs inside a simulated host. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.podman.ts'],
    globalSetup: ['setup.ts'],
    // One machine, one podman storage.
    fileParallelism: false,
    testTimeout: 90_000,
    hookTimeout: 120_000,
    cache: false,
  },
})
