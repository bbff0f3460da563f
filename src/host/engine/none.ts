/** The product contains this module in place of `node.ts`. */
import type { Engine } from './engine.ts'

/** Throws, because the built program always has the global object `native`. */
export function nodeEngine(): Engine {
  throw new Error('this program was built for the native engine')
}
