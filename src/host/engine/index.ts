/** The engine that runs this program: the native one where its global object is, else Node. */

import { nodeEngine } from '#development-engine'
import type { Engine } from './engine.ts'
import { type Native, nativeEngine } from './native.ts'

export type { Engine } from './engine.ts'

const { native } = globalThis as { native?: Native }

/** The running engine. */
export const engine: Engine = native === undefined ? nodeEngine() : nativeEngine(native)
