import { KernelError } from '../../text/errno.ts'
import { getopt } from '../../text/getopt.ts'
import { userId, userName } from '../../text/names.ts'
import { expandNumber, humanizeNumber } from '../../text/numbers.ts'
import { type Output, runTool, type ToolOutput } from '../../text/output.ts'
import type { RctlKernel } from './rctl-kernel.ts'
import type { Subject } from './rules.ts'

/** What rctl(8) uses of the kernel. */
export interface RctlHost {
  kernel: RctlKernel
  /** PRIV_RCTL_*: root on the host, never in a jail. */
  privileged: boolean
  /** The containers whose rules hold for a process, nearest first. */
  owners: (pid: number) => readonly (readonly [Subject, string])[]
}

const SHORT: Readonly<Record<string, string>> = {
  u: 'user',
  p: 'process',
  l: 'loginclass',
  c: 'loginclass',
  class: 'loginclass',
  j: 'jail',
}

function usage(out: Output): never {
  out.complain('usage: rctl [ -h ] [-a rule | -l filter | -r filter | -u filter | filter]\n')
  out.exit(1)
}

/** expand_rule: expands short subjects, user names and amounts with suffixes. Undefined after an error message. */
function expand(text: string, resolve: boolean, out: Output): string | undefined {
  const [first, ...others] = text.split(':')
  if (others.length === 0) {
    out.warn(`malformed rule '${text}': missing subject`)
    return undefined
  }
  const subject = SHORT[first!.toLowerCase()] ?? first!
  let id = others[0]!
  if (resolve && subject.toLowerCase() === 'user' && id !== '') {
    const uid = userId(id)
    if (uid !== undefined) id = String(uid)
    else if (!/^[0-9]/.test(id)) {
      out.warn(`malformed rule '${text}': unknown user '${id}'`)
      return undefined
    } else if (!/^[0-9]+$/.test(id)) {
      out.warn(`malformed rule '${text}': trailing characters after numerical id`)
      return undefined
    }
  }
  const rest = others.slice(1).join(':')
  const found = /^([^:]*:[^=/]*[=/])([^/]+)(\/.*)?$/s.exec(rest)
  if (found === null) return `${subject}:${id}:${rest}`
  const amount = expandNumber(found[2]!)
  if (amount === undefined) {
    out.warn(`malformed rule '${text}': invalid numeric value '${found[2]}'`)
    return undefined
  }
  return `${subject}:${id}:${found[1]}${amount}${found[3] ?? ''}`
}

function humanizeRule(rule: string, human: boolean, numeric: boolean): string {
  let [subject, id, ...rest] = rule.split(':')
  if (subject === 'user' && !numeric) id = userName(Number(id)) ?? id
  if (human)
    rest = rest.map(part =>
      part.replace(/=([0-9]+)/, (_, amount: string) => `=${humanizeNumber(BigInt(amount), 6)}`),
    )
  return [subject, id, ...rest].join(':')
}

/** rctl(8): `argv` without the program's name. The status is the number of arguments that failed. */
export function rctlTool(argv: readonly string[], host: RctlHost): ToolOutput {
  return runTool('rctl', (out: Output) => {
    const { options, rest } = getopt(argv, 'ahlnru', out)
    const has = (letter: string): boolean => options.some(option => option.letter === letter)
    if (has('?')) usage(out)
    const modes = ['a', 'l', 'r', 'u'].filter(has)
    if (modes.length > 1) out.err(1, 'at most one of -a, -l, -r, or -u may be specified')
    if (rest.length === 0 && modes.length === 1) usage(out)
    let failed = 0
    for (const text of rest.length === 0 ? ['::'] : rest) {
      const rule = expand(text, !(has('a') && has('n')), out)
      if (rule === undefined || !one(rule, text, modes[0], host, { human: has('h'), numeric: has('n') }, out))
        failed += 1
    }
    if (failed > 0) out.exit(failed)
  })
}

function one(
  rule: string,
  text: string,
  mode: string | undefined,
  host: RctlHost,
  how: { human: boolean; numeric: boolean },
  out: Output,
): boolean {
  const { kernel } = host
  const verbs: Readonly<Record<string, string>> = {
    a: 'add rule',
    l: 'get limits for',
    r: 'remove rule',
    u: 'show resource consumption for',
  }
  try {
    kernel.check(host.privileged)
    if (mode === 'a') kernel.add(rule)
    else if (mode === 'r') kernel.remove(rule)
    else if (mode === 'u') {
      for (const line of kernel.usage(rule)) {
        out.print(
          `${how.human ? line.replace(/=([0-9]+)$/, (_, n: string) => `=${humanizeNumber(BigInt(n), 6)}`) : line}\n`,
        )
      }
    } else {
      const lines = mode === 'l' ? kernel.limits(rule, host.owners) : kernel.rules(rule)
      for (const line of lines) out.print(`${humanizeRule(line, how.human, how.numeric)}\n`)
    }
    return true
  } catch (error) {
    if (!(error instanceof KernelError)) throw error
    if (error.errno === 'ENOSYS') {
      out.err(1, 'RACCT/RCTL present, but disabled; enable using kern.racct.enable=1 tunable')
    }
    out.warn(`failed to ${verbs[mode ?? ''] ?? 'show rules for'} '${text}': ${error.message}`)
    return false
  }
}
