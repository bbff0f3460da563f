/** service(8): only `service devfs restart`, which loads the default rulesets again. */
import type { ToolContext } from './tool.ts'

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const words = t.args.filter(word => !word.startsWith('-'))
  const [name, action] = words
  if (name === undefined) {
    t.err('service [-j <jail name or id>] -e\n')
    return 1
  }
  if (name !== 'devfs') {
    t.err(
      `${name} does not exist in /etc/rc.d or the local startup\ndirectories (/usr/local/etc/rc.d), or is not executable\n`,
    )
    return 1
  }
  if (action !== undefined && /^(one|force|quiet)?(re)?start$|^(one|force)?reload$/.test(action))
    t.call('devfsReload')
  return 0
}
