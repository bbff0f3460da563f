// The parts of the program, and the plugin for yargs with which they are bundled.
import { readdirSync } from 'node:fs'
import path from 'node:path'
import { root } from './root.mjs'

/** The file with the units of the product, from which scripts/build makes the executable. */
export const UNITS = 'native/generated/units.js'

/** Gives the source file of each part by the part's name: src/main.ts is `main`, and each file of src/cli/parts/ is a part. */
export function parts() {
  const files = readdirSync(path.join(root, 'src/cli/parts')).filter(name => name.endsWith('.ts'))
  const others = files.map(name => [name.replace(/\.ts$/, ''), `src/cli/parts/${name}`])
  return Object.fromEntries([['main', 'src/main.ts'], ...others])
}

/**
 * A plugin of esbuild that takes the browser build of yargs, which needs no module of Node. That build imports its two
 * dependencies from web addresses; the plugin takes them from node_modules. It also replaces the packages that measure and wrap
 * text by older versions of them, because the present ones use Intl and Array.prototype.at, which QuickJS lacks.
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
