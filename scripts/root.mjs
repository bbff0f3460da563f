// The root directory of the project.
import { fileURLToPath } from 'node:url'

/** The absolute path of the root directory. */
export const root = fileURLToPath(new URL('..', import.meta.url))
