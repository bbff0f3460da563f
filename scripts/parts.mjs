// The parts that the program is cut into, and how each is bundled, for the product and for Node.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { root } from './root.mjs'

/** Directory of the parts for the product, from which scripts/build makes the executable. */
export const PARTS = 'native/generated/parts'

/** Source files by the names of the parts: `main`, and each file of src/cli/parts/. */
export function parts() {
  const files = readdirSync(path.join(root, 'src/cli/parts')).filter(name => name.endsWith('.ts'))
  const others = files.map(name => [name.replace(/\.ts$/, ''), `src/cli/parts/${name}`])
  return Object.fromEntries([['main', 'src/main.ts'], ...others])
}

/**
 * yargs without node's modules: its build for browsers names its two dependencies by addresses; they are taken from npm.
 * What they measure and wrap text with asks for Intl and for Array.at, which QuickJS has not: older versions of the same
 * packages do without.
 */
export const yargsWithoutNode = {
  name: 'yargs-without-node',
  setup(build) {
    const inPackage = file => () => ({ path: path.join(root, 'node_modules', file) })
    build.onResolve({ filter: /^yargs$/ }, inPackage('yargs/browser.mjs'))
    build.onResolve({ filter: /^https:.*\/cliui@/ }, inPackage('cliui/index.mjs'))
    build.onResolve({ filter: /^https:.*\/yargs-parser@/ }, inPackage('yargs-parser/browser.js'))
    build.onResolve({ filter: /^wrap-ansi$/ }, inPackage('wrap-ansi-es2020/index.js'))
    build.onResolve({ filter: /^string-width$/ }, inPackage('string-width-without-intl/index.js'))
  },
}
