/** Steps that cases of the network share. */
import { check, config } from '../../harness/define.ts'
import type { CheckContext, Step } from '../../harness/types.ts'

/** Makes a bridge for the case; %{switch} holds its name. */
export const makeBridge: Step = check('a bridge is made', async context => {
  const name = `cb${context.expand('%{unique}')}`.slice(0, 15)
  const answer = await context.tool('ifconfig', 'bridge', 'create', 'name', name)
  if (answer.status !== 0) context.fail(answer.stderr)
  await context.tool('ifconfig', name, 'inet', '10.77.0.254/24', 'alias')
  await context.tool('ifconfig', name, 'up')
  context.memory.set('switch', name)
})

/** Destroys the case's bridge. */
export const dropBridge: Step = check('the bridge goes', async context => {
  await context.tool('ifconfig', context.expand('%{switch}'), 'destroy')
})

/** Names of the members of the case's bridge. */
export async function members(context: CheckContext): Promise<string[]> {
  const { stdout } = await context.tool('ifconfig', context.expand('%{switch}'))
  return [...stdout.matchAll(/member: (\S+)/g)].map(match => match[1] ?? '')
}

/** Checks that the case's bridge has no member. */
export const noMembers = check('the bridge has no member', async context => {
  await context.until('members stay', async () => (await members(context)).length === 0)
})

/** Puts the container on the bridge, with address .n. */
export function onBridge(n: number, more: Record<string, string> = {}): Step {
  return config(
    {
      annotations: {
        'org.freebsd.jail.vnet': 'new',
        'org.jailwright.net.0.bridge': '%{switch}',
        'org.jailwright.net.0.address': `10.77.0.${n}/24`,
        ...more,
      },
    },
    n,
  )
}
