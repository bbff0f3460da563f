/** Mounts that several modules of this folder write. */
import type { Json } from '../../harness/types.ts'

/** A tmpfs at a destination, with these options. */
export function tmpfs(destination: string, ...options: string[]): Json {
  return { destination, type: 'tmpfs', source: 'tmpfs', options }
}
