/** `simhost-ping` says whether this is a simulated host and who the caller is; `simhost-reboot` reboots the host. */
import { CallError } from '../client.ts'
import { errx, strerror, type ToolContext } from './tool.ts'

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  try {
    const answer = t.name === 'simhost-reboot' ? t.call('reboot', ...t.args) : t.call('ping')
    if (t.name !== 'simhost-reboot') t.out(`${JSON.stringify(answer)}\n`)
  } catch (error) {
    if (error instanceof CallError) errx(t, 1, strerror(error.errno))
    throw error
  }
  return 0
}
