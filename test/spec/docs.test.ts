import { execFileSync } from 'node:child_process'
import { test } from 'vitest'

test('docs/config.md is what the schemas and the table say (npm run docs)', () => {
  execFileSync(process.execPath, ['scripts/generate-docs.mjs', '--check'], { stdio: 'pipe' })
})
