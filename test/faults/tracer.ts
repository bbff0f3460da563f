/** Runs the runtime with system calls on files, descriptors and processes that fail, by ptrace(2) (tracer.c). */
import { cc, ptr } from 'bun:ffi'
import { closeSync, openSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { errnoNumber } from './errnos.ts'
import type { Done } from './runtime.ts'

/** What is looked at before a call counts: nothing, a path that is not Linux's own, a descriptor of a file or directory. */
type Look = readonly [kind: 'any' | 'path' | 'descriptor', argument?: number]

/** Linux's calls on x86-64 by the page of FreeBSD's manual that they stand for. */
const CALLS: Readonly<Record<string, readonly (readonly [number: number, look: Look])[]>> = {
  open: [
    [2, ['path', 0]],
    [257, ['path', 1]],
  ],
  read: [
    [0, ['descriptor', 0]],
    [17, ['descriptor', 0]],
  ],
  write: [
    [1, ['descriptor', 0]],
    [18, ['descriptor', 0]],
  ],
  close: [[3, ['descriptor', 0]]],
  stat: [
    [4, ['path', 0]],
    [6, ['path', 0]],
    [5, ['descriptor', 0]],
    [262, ['path', 1]],
  ],
  access: [
    [21, ['path', 0]],
    [269, ['path', 1]],
  ],
  mkdir: [
    [83, ['path', 0]],
    [258, ['path', 1]],
  ],
  rmdir: [[84, ['path', 0]]],
  unlink: [
    [87, ['path', 0]],
    [263, ['path', 1]],
  ],
  rename: [
    [82, ['path', 0]],
    [264, ['path', 1]],
  ],
  link: [
    [86, ['path', 0]],
    [265, ['path', 1]],
  ],
  symlink: [
    [88, ['path', 1]],
    [266, ['path', 2]],
  ],
  readlink: [
    [89, ['path', 0]],
    [267, ['path', 1]],
  ],
  mkfifo: [
    [133, ['path', 0]],
    [259, ['path', 1]],
  ],
  chmod: [
    [90, ['path', 0]],
    [91, ['descriptor', 0]],
    [268, ['path', 1]],
  ],
  chown: [
    [92, ['path', 0]],
    [93, ['descriptor', 0]],
    [94, ['path', 0]],
    [260, ['path', 1]],
  ],
  chdir: [
    [80, ['path', 0]],
    [81, ['descriptor', 0]],
  ],
  getdirentries: [[217, ['descriptor', 0]]],
  getcwd: [[79, ['any']]],
  flock: [[73, ['any']]],
  fcntl: [[72, ['any']]],
  pipe: [[293, ['any']]],
  dup2: [
    [33, ['any']],
    [292, ['any']],
  ],
  fork: [
    [56, ['any']],
    [58, ['any']],
  ],
  execve: [[59, ['path', 0]]],
  wait: [[61, ['any']]],
  poll: [[271, ['any']]],
  setsid: [[112, ['any']]],
  setrlimit: [[160, ['any']]],
  setgroups: [[116, ['any']]],
  setgid: [[106, ['any']]],
  setuid: [[105, ['any']]],
  kill: [[62, ['any']]],
}

/**
 * Which calls need room on a disk. rename(2) is none of them: the program renames within one directory, which then holds as
 * many entries as before.
 */
const WRITING = ['open', 'write', 'mkdir', 'link', 'symlink', 'mkfifo'] as const

/** The names of all calls that can be made to fail; `room` stands for every call that needs room on a disk. */
const CALL_NAMES = [...Object.keys(CALLS), 'room']

/** Which call fails, how often and with what. */
export interface CallFault {
  /** One of `CALL_NAMES`. */
  call: string
  /** Which of the calls of this name, from 1. */
  nth: number
  errno: string
  /** The work is done all the same. */
  after?: boolean
  /** All that come later fail, too. */
  forever?: boolean
}

/** How a traced command ended. */
export interface Traced extends Done {
  /** Calls by name. */
  counts: Readonly<Record<string, number>>
  /** Whether the fault has come. */
  struck: boolean
}

const KINDS = { any: 0, path: 1, descriptor: 2 }

/**
 * Which argument of a call that needs room holds the new name, of link(2) the second one. write(2) has none.
 */
const NEW_NAMES: Readonly<Record<number, number>> = {
  2: 0,
  257: 1,
  83: 0,
  258: 1,
  86: 1,
  265: 3,
  88: 1,
  266: 2,
  133: 0,
  259: 1,
}

/** Rows of `struct rule` in tracer.c. */
function rulesFor(room: boolean): Int32Array {
  const row = (group: number, [number, [kind, argument = 0]]: readonly [number, Look], name = -1) => [
    number,
    group,
    argument,
    KINDS[kind],
    name,
  ]
  if (!room)
    return Int32Array.from(
      Object.values(CALLS).flatMap((calls, group) => calls.flatMap(call => row(group, call))),
    )
  const group = CALL_NAMES.indexOf('room')
  return Int32Array.from(
    WRITING.flatMap(name => CALLS[name]!.flatMap(call => row(group, call, NEW_NAMES[call[0]]))),
  )
}

const block = (texts: readonly string[]) => Buffer.from(`${texts.join('\0')}\0`)

type RunTraced = (...args: readonly unknown[]) => number
let compiled: RunTraced | undefined

function runTraced(): RunTraced {
  compiled ??= cc({
    source: join(import.meta.dirname, 'tracer.c'),
    symbols: {
      run_traced: {
        args: ['ptr', 'ptr', 'int', 'ptr', 'int', 'int', 'ptr', 'int', 'ptr', 'ptr', 'int'],
        returns: 'int',
      },
    },
  }).symbols.run_traced as unknown as RunTraced
  return compiled
}

/**
 * Runs `program` to its end with a fault, or only counts its calls; `limit` in seconds is for one that stands still.
 * `scratch` is a directory for its standard error. `room` counts what needs room on a disk, and nothing else.
 */
export function traced(
  program: string,
  args: readonly string[],
  scratch: string,
  { fault, room = false, limit = 300 }: { fault?: CallFault; room?: boolean; limit?: number } = {},
): Traced {
  const run = runTraced()
  const file = join(scratch, 'traced-stderr')
  const errors = openSync(file, 'w')
  const argv = [program, ...args]
  const variables = Object.entries(process.env).map(([name, value]) => `${name}=${value}`)
  const [argvBlock, environment, path] = [block(argv), block(variables), block([program])]
  const rules = rulesFor(room)
  const group = fault ? CALL_NAMES.indexOf(fault.call) : -1
  const plan = Int32Array.from([
    group,
    fault?.nth ?? 0,
    fault ? errnoNumber(fault.errno) : 0,
    fault?.after ? 1 : 0,
    fault?.forever ? 1 : 0,
    limit,
  ])
  const counted = new Int32Array(CALL_NAMES.length + 1)
  const status = run(
    ptr(path),
    ptr(argvBlock),
    argv.length,
    ptr(environment),
    variables.length,
    errors,
    ptr(rules),
    rules.length / 5,
    ptr(plan),
    ptr(counted),
    CALL_NAMES.length,
  )
  closeSync(errors)
  const text = readFileSync(file, 'utf8')
  rmSync(file)
  const signal = status & 0x7f
  return {
    status: signal === 0 ? status >> 8 : null,
    signal: signal === 0 ? null : `signal ${signal}`,
    text,
    counts: Object.fromEntries(CALL_NAMES.map((name, at) => [name, counted[at]!])),
    struck: counted[CALL_NAMES.length] === 1,
  }
}
