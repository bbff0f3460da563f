import { KernelError } from '../../text/errno.ts'
import { getopt } from '../../text/getopt.ts'
import { type Output, runTool, type ToolOutput } from '../../text/output.ts'
import type { DevfsKernel, DevfsMount } from './kernel.ts'
import { type DevfsRule, formatRule, needInteger, needNumber, parseRule, toNumber } from './rules.ts'

/** What devfs(8) needs from the host it runs on. */
export interface DevfsHost {
  kernel: DevfsKernel
  /**
   * Opens the path of `-m`, relative to the caller. Gives a devfs mount, `other` for anything else that exists,
   * undefined where nothing exists.
   */
  open(path: string): DevfsMount | 'other' | undefined
  /** PRIV_DEVFS_RULE: root on the host; false in every jail. */
  privileged: boolean
  /** Standard input, read when a command asks for it; undefined when it is closed. */
  stdin(): string | undefined
}

const USAGE = 'usage: \tdevfs [-m mount-point] rule [-s ruleset] ...\n\tdevfs [-m mount-point] ruleset ...\n'

function usage(out: Output): never {
  out.complain(USAGE)
  out.exit(1)
}

/** One run of the tool: its output, the open mount and the chosen set. */
interface Run {
  out: Output
  host: DevfsHost
  mount: DevfsMount | 'other'
  set: number
}

/** ioctl(2) on the mount: `name` is what err(3) prints before the error, `ioctl DEVFSIO_RADD`. */
function ioctl<T>(run: Run, name: string, call: (mount: DevfsMount) => T): T {
  try {
    if (run.mount === 'other') throw new KernelError('ENOTTY')
    if (!run.host.privileged) throw new KernelError('EPERM')
    return call(run.mount)
  } catch (error) {
    if (error instanceof KernelError) run.out.err(1, `${name}: ${error.message}`)
    throw error
  }
}

/** Reads rules from standard input, one on each line; an empty line ends them silently (efgetln). */
function fromStdin(run: Run, call: (mount: DevfsMount, rule: DevfsRule) => void): void {
  const input = run.host.stdin()
  if (input === undefined) run.out.err(1, 'stdin: Bad file descriptor')
  for (const line of input.split('\n')) {
    if (line === '') return
    const rule = parseRule(
      line.split(/[ \t]+/).filter(word => word !== ''),
      run.out,
    )
    ioctl(run, 'ioctl', mount => call(mount, rule))
  }
}

type Command = (run: Run, words: readonly string[]) => void

function add(run: Run, words: readonly string[]): void {
  if (words.length === 0) usage(run.out)
  const { kernel } = run.host
  if (words[0] === '-') fromStdin(run, (mount, parsed) => kernel.add(mount, run.set, parsed))
  else {
    const parsed = parseRule(words, run.out)
    ioctl(run, 'ioctl DEVFSIO_RADD', mount => kernel.add(mount, run.set, parsed))
  }
}

function apply(run: Run, words: readonly string[]): void {
  if (words.length === 0) usage(run.out)
  const { kernel } = run.host
  const number = toNumber(words[0]!)
  if (number !== undefined) {
    ioctl(run, 'ioctl DEVFSIO_RAPPLYID', mount => kernel.applyStored(mount, run.set, number))
  } else if (words[0] === '-') fromStdin(run, (mount, parsed) => kernel.apply(mount, parsed))
  else {
    const parsed = parseRule(words, run.out)
    ioctl(run, 'ioctl DEVFSIO_RAPPLY', mount => kernel.apply(mount, parsed))
  }
}

/** A command that takes no words. */
function bare(name: string, call: (run: Run, mount: DevfsMount) => void): Command {
  return (run, words) => {
    if (words.length > 0) usage(run.out)
    ioctl(run, `ioctl ${name}`, mount => call(run, mount))
  }
}

/** The subcommands of `devfs rule`. */
const COMMANDS: Readonly<Record<string, Command>> = {
  add,
  apply,
  applyset: bare('DEVFSIO_SAPPLY', (run, mount) => run.host.kernel.applySet(mount, run.set)),
  del: (run, words) => {
    if (words.length === 0) usage(run.out)
    const number = needInteger(words[0]!, run.out) & 0xffff
    ioctl(run, 'ioctl DEVFSIO_RDEL', mount => run.host.kernel.remove(mount, run.set, number))
  },
  delset: bare('DEVFSIO_RGETNEXT', (run, mount) => run.host.kernel.removeAll(mount, run.set)),
  show: (run, words) => show(run, words[0]),
  showsets: bare('DEVFSIO_SGETNEXT', run => {
    for (const number of run.host.kernel.numbers()) run.out.print(`${number}\n`)
  }),
}

function show(run: Run, which: string | undefined): void {
  const number = which === undefined ? undefined : needInteger(which, run.out) & 0xffff
  ioctl(run, 'ioctl DEVFSIO_RGETNEXT', mount => {
    const rules = run.host.kernel.rules(mount, run.set)
    // `show K` asks for the rule after K-1. No rule at all is the error; a rule of another number prints nothing.
    if (number !== undefined && !rules.some(found => found.number >= number)) throw new KernelError('ENOENT')
    for (const found of rules) {
      if (number === undefined || found.number === number) run.out.print(formatRule(found))
    }
  })
}

/** devfs(8): `argv` without the program's name. */
export function devfsTool(argv: readonly string[], host: DevfsHost): ToolOutput {
  return runTool('devfs', (out: Output) => {
    const { options, rest } = getopt(argv, 'm:', out)
    let path = '/dev'
    for (const option of options) {
      if (option.letter !== 'm') usage(out)
      path = option.value
    }
    if (rest.length === 0) usage(out)
    const mount = host.open(path)
    if (mount === undefined) out.err(1, `open: ${path}: No such file or directory`)
    const run: Run = { out, host, mount, set: 0 }
    if (rest[0] === 'rule') {
      out.progname = 'devfs rule'
      const inner = getopt(rest.slice(1), 's:', out)
      for (const option of inner.options) {
        if (option.letter !== 's') usage(out)
        run.set = needNumber(option.value, out)
      }
      if (inner.rest.length === 0) usage(out)
      const command = COMMANDS[inner.rest[0]!] ?? out.err(1, `unknown command: ${inner.rest[0]}`)
      command(run, inner.rest.slice(1))
    } else if (rest[0] === 'ruleset') {
      out.progname = 'devfs ruleset'
      if (rest.length < 2) usage(out)
      const number = needNumber(rest[1]!, out)
      ioctl(run, 'ioctl DEVFSIO_SUSE', opened => host.kernel.use(opened, number))
    } else out.err(1, `unknown command: ${rest[0]}`)
  })
}
