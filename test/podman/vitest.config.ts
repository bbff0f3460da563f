import { defineConfig } from 'vitest/config'

/** The settings of the suites with podman, which main.mjs starts inside a simulated host. */
export default defineConfig({
  test: {
    root: import.meta.dirname,
    include: ['*.podman.ts'],
    globalSetup: ['setup.ts'],
    // The files run one after the other, because they share one storage of podman.
    fileParallelism: false,
    // The limits end a case that hangs; on a machine under load each command takes ten times as long.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    cache: false,
  },
})
