/** Stopping a jail: exec.prestop, exec.stop, SIGTERM and a wait, removal, exec.poststop, unmounts, aliases. */
import { CallError } from '../../client.ts'
import { strerror } from '../tool.ts'
import { aliases, unalias } from './addresses.ts'
import { command, tool } from './commands.ts'
import { checkMounted, mounts } from './mounts.ts'
import { type Conf, complain, Failed, one, prefix, type Run, values } from './run.ts'
import { quietly } from './start.ts'

/** Stops a jail: exec.prestop, exec.stop, SIGTERM and a wait, removal, exec.poststop, unmounts, aliases. */
export function stopJail(run: Run, conf: Conf, jid: number, say = true): void {
  try {
    for (const text of values(conf, 'exec.prestop')) command(run, conf, text, jid, false)
    for (const text of values(conf, 'exec.stop')) command(run, conf, text, jid, true)
  } catch (error) {
    if (error instanceof Failed) return
    throw error
  }
  terminate(run, jid, Number(one(conf, 'stop.timeout') ?? 10))
  try {
    run.t.call('jailRemove', jid)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    if (error.errno === 'EPERM') {
      complain(run, conf, `jail_remove: ${strerror('EPERM')}`)
      return
    }
  }
  if (say && !run.quiet) run.t.out(`${prefix(conf)}removed\n`)
  for (const text of values(conf, 'exec.poststop')) quietly(() => command(run, conf, text, undefined, false))
  if (conf.configured !== false) {
    for (const prepare of mounts(run, conf).reverse())
      quietly(() => {
        const mount = prepare()
        if (mount === undefined) return
        checkMounted(run, conf, mount)
        tool(run, conf, mount.down)
      })
    for (const words of aliases(conf).reverse()) quietly(() => tool(run, conf, unalias(words)))
  }
  for (const text of values(conf, 'exec.release')) quietly(() => command(run, conf, text, undefined, false))
}

/** SIGTERM to the jail's own processes, then a wait for their end. */
function terminate(run: Run, jid: number, seconds: number): void {
  if (seconds <= 0) return
  let pids = ownProcesses(run, jid)
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGTERM')
    } catch {
      // The process ended by itself.
    }
  }
  const until = Date.now() + seconds * 1000
  while (pids.length > 0 && Date.now() < until) {
    Bun.sleepSync(20)
    pids = ownProcesses(run, jid)
  }
}

function ownProcesses(run: Run, jid: number): number[] {
  const list = run.t.call('jailProcesses', jid) as number[]
  return list.filter(pid => {
    const p = run.t.call('processInfo', pid) as { jid: number; zombie: boolean } | null
    return p !== null && p.jid === jid && !p.zombie
  })
}
