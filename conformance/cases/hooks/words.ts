/** What several modules of hooks need. */
import { bind } from '../../harness/entries.ts'
import type { Json } from '../../harness/types.ts'

/** The directory to which hooks of the host and of the container both write. */
export const sharedVolume: Json = [bind('vol', '/mnt', 'rw')]
