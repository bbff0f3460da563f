/** The engine that runs this program: the native one when its global object `native` exists, otherwise Node. */

import { nodeEngine } from '#development-engine'
import type { Engine } from './engine.ts'
import { type Native, nativeEngine } from './native.ts'

export type { Engine } from './engine.ts'

const { native } = globalThis as { native?: Native }

/** The running engine. */
export const engine: Engine = native === undefined ? nodeEngine() : nativeEngine(native)
