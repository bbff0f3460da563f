/** Starting a process with posix_spawn(3), with exactly the descriptors, the environment and the signals that are asked for. */
import { abi } from '../abi/index.ts'
import { call, check, cString, errnoName, failure, stringArray } from '../ffi/index.ts'
import { type Memory, memory } from '../ffi/memory.ts'
import { closeFile } from '../files.ts'
import { closeOnExecFrom } from './descriptors.ts'
import { signalSet } from './signal-set.ts'

/** How a process is started. */
export interface StartOptions {
  /** The file to execute. Its path contains a slash, because posix_spawn(3) does not search PATH. */
  path: string
  /** The whole argument vector, argv[0] included. */
  argv: readonly string[]
  /** The whole environment: entries `NAME=value`, or values by name. */
  env: readonly string[] | Readonly<Record<string, string | undefined>>
  /** Working directory; that of this process when absent. */
  cwd?: string
  /** The descriptors of this process that become 0, 1, 2 and so on; undefined leaves one closed. All others are closed. */
  descriptors: readonly (number | undefined)[]
  /**
   * Gives the process a session of its own. FreeBSD's posix_spawn(3) cannot do that, so there the started program calls
   * setsid(2) itself. setsid(2) fails for the leader of a process group, so `group` is not given together with `session`.
   */
  session?: boolean
  /**
   * Gives the process a group of its own, with its pid as number: a signal to the group also reaches the children of the
   * process.
   */
  group?: boolean
}

/** Gives the set of all signals but KILL and STOP, whose disposition is always the default one. */
function defaults(): Memory {
  const all = memory(abi.sigsetSize)
  for (let signal = 1; signal <= abi.lastSignal; signal++)
    if (signal !== abi.signals.KILL && signal !== abi.signals.STOP) all.setBit(signal - 1, abi.sigsetWord)
  return all
}

/** Throws when a function of the posix_spawn family has failed; these functions return the errno. */
function sure(call: number, subject: string): void {
  if (call !== 0) throw failure('posix_spawn', errnoName(call), subject)
}

function environmentOf(env: StartOptions['env']): readonly string[] {
  if (Array.isArray(env)) return env as readonly string[]
  const entries = Object.entries(env as Readonly<Record<string, string | undefined>>)
  return entries.filter(([, value]) => value !== undefined).map(([name, value]) => `${name}=${value}`)
}

/**
 * Starts a process with default dispositions and no blocked signal, and gives its pid. SyscallError (ENOENT, EACCES, ENOEXEC
 * and others) when the file cannot be executed or the working directory cannot be entered. `waitForEnd` waits for its end.
 */
export function startProcess(options: StartOptions): number {
  const { path, argv, descriptors } = options
  closeOnExecFrom(3)
  const copies: number[] = []
  const actions = memory(abi.spawn.actionsSize)
  const attributes = memory(abi.spawn.attributesSize)
  sure(call('posix_spawn_file_actions_init', actions), path)
  try {
    sure(call('posix_spawnattr_init', attributes), path)
    try {
      for (const [target, source] of sources(descriptors, copies).entries()) {
        if (source === undefined) sure(call('posix_spawn_file_actions_addclose', actions, target), path)
        else sure(call('posix_spawn_file_actions_adddup2', actions, source, target), path)
      }
      if (options.cwd !== undefined)
        sure(call('posix_spawn_file_actions_addchdir_np', actions, cString(options.cwd)), path)
      setAttributes(attributes, options)
      const pid = memory(4)
      const args = stringArray(argv)
      const env = stringArray(environmentOf(options.env))
      sure(call('posix_spawn', pid, cString(path), actions, attributes, args.array, env.array), path)
      // This use of the strings keeps the engine from collecting them before the call.
      void [args.keep, env.keep]
      return pid.readInt32()
    } finally {
      call('posix_spawnattr_destroy', attributes)
    }
  } finally {
    call('posix_spawn_file_actions_destroy', actions)
    for (const copy of copies) closeFile(copy)
  }
}

/**
 * Gives the descriptors from which 0, 1, 2 and so on are made. A descriptor whose number is among those targets is copied to a
 * higher number first, because an earlier dup2(2) would replace it, and dup2(2) onto itself leaves close-on-exec set.
 */
function sources(
  descriptors: StartOptions['descriptors'],
  copies: number[],
): readonly (number | undefined)[] {
  return descriptors.map(fd => {
    if (fd === undefined || fd >= descriptors.length) return fd
    const copy = check('fcntl', `descriptor ${fd}`, fd, abi.dupfdCloexec, Math.max(descriptors.length, 3))
    copies.push(copy)
    return copy
  })
}

function setAttributes(attributes: Memory, { path, session, group }: StartOptions): void {
  const { SETPGROUP, SETSIGDEF, SETSIGMASK, SETSID } = abi.spawn
  sure(call('posix_spawnattr_setsigdefault', attributes, defaults()), path)
  sure(call('posix_spawnattr_setsigmask', attributes, signalSet([])), path)
  if (group) sure(call('posix_spawnattr_setpgroup', attributes, 0), path)
  const flags = SETSIGDEF | SETSIGMASK | (group ? SETPGROUP : 0) | (session ? SETSID : 0)
  sure(call('posix_spawnattr_setflags', attributes, flags), path)
}
