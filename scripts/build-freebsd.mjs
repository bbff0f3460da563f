// dist/jailwright-freebsd-{x64,arm64}: what is copied to a FreeBSD host, and the conformance harness beside them.
import { existsSync, mkdirSync, statSync } from 'node:fs'
import path from 'node:path'
import { compile, root } from './bundle.mjs'

const programs = [
  ['jailwright', 'src/main.ts', true],
  ['jailwright-conformance', 'conformance/main.ts', false],
]

mkdirSync(path.join(root, 'dist'), { recursive: true })
for (const [name, entry, inParts] of programs) {
  if (!existsSync(path.join(root, entry))) {
    console.error(`build: ${entry} is not there: no ${name}`)
    continue
  }
  for (const machine of ['x64', 'arm64']) {
    const file = path.join('dist', `${name}-freebsd-${machine}`)
    // The compiler fetches the target from the npm registry the first time.
    await compile(entry, file, { target: `bun-freebsd-${machine}`, inParts })
    console.log(`${file}  ${(statSync(path.join(root, file)).size / 2 ** 20).toFixed(0)} MiB`)
  }
}
