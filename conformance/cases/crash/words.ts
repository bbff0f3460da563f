/** What the cases of crashes have in common: two mounts, and the look that none is left. */
import { bind } from '../../harness/entries.ts'
import type { CheckContext, Json } from '../../harness/types.ts'

/** A directory of the host in the container. */
export const vol = bind('vol', '/mnt')

/** A tmpfs beside it. */
export const tmp: Json = { destination: '/t', type: 'tmpfs', source: 'tmpfs' }

/** Fails the case when a mount below its directory is left. */
export async function noMounts(context: CheckContext): Promise<void> {
  const { stdout } = await context.tool('mount', '-v')
  const lines = stdout.split('\n').filter(line => line.includes(context.expand('%{dir}/')))
  if (lines.length > 0) context.fail(`still mounted: ${lines.join('; ')}`)
}
