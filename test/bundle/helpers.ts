/** Bundles for tests: a temporary directory with a config.json. */
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { afterAll } from 'vitest'

const made: string[] = []
afterAll(() => {
  for (const dir of made) fs.rmSync(dir, { recursive: true, force: true })
})

/** Makes a new directory, which is removed at the end of the test file. */
export function temporaryDirectory(): string {
  const dir = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'jailwright-bundle-')))
  made.push(dir)
  return dir
}

/** Makes a bundle. A text is written as config.json unchanged, any other value as JSON. */
export function makeBundle(config: unknown): string {
  const dir = temporaryDirectory()
  fs.writeFileSync(
    path.join(dir, 'config.json'),
    typeof config === 'string' ? config : JSON.stringify(config),
  )
  return dir
}

/** The smallest config that has a process. */
export const minimal = {
  ociVersion: '1.3.0',
  root: { path: 'rootfs' },
  process: { cwd: '/', args: ['sh'] },
}
