/** What stands in the product in the place of the engine of development. */
import type { Engine } from './engine.ts'

/** Throws: a program without the global `native` is none that the build has made. */
export function nodeEngine(): Engine {
  throw new Error('this program was built for the native engine')
}
