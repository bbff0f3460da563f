/** What the cases of crashes share: two mounts, and a check that no mount is left. */
import { bind } from '../../harness/entries.ts'
import type { CheckContext, Json } from '../../harness/types.ts'

/** A directory of the host in the container. */
export const vol = bind('vol', '/mnt')

/** A tmpfs beside that directory. */
export const tmp: Json = { destination: '/t', type: 'tmpfs', source: 'tmpfs' }

/** Fails the case when a mount is left below the directory of the case. */
export async function noMounts(context: CheckContext): Promise<void> {
  const { stdout } = await context.tool('mount', '-v')
  const lines = stdout.split('\n').filter(line => line.includes(context.expand('%{dir}/')))
  if (lines.length > 0) context.fail(`still mounted: ${lines.join('; ')}`)
}
