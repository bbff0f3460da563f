/** kill(1) as a program; the kernel decides what it reaches (`kill -9 -1` stays in the jail). */
import { CallError } from '../client.ts'
import { signalNames, signalNumber } from './signals.ts'
import { Exit, strerror, type ToolContext } from './tool.ts'

function usage(t: ToolContext): never {
  t.err(
    'usage: kill [-s signal_name] pid ...\n       kill -l [exit_status]\n       kill -signal_name pid ...\n       kill -signal_number pid ...\n',
  )
  throw new Exit(2)
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const args = [...t.args]
  let signal = 15
  if (args[0] === '-l') {
    const names = signalNames()
    const asked = args[1]
    if (asked === undefined) t.out(`${names.slice(1, 17).join(' ')}\n${names.slice(17).join(' ')}\n`)
    else t.out(`${names[Number(asked) % 128] ?? asked}\n`)
    return 0
  }
  const first = args[0]
  if (first === '-s') signal = named(t, args.splice(0, 2)[1])
  else if (first === '--') args.shift()
  else if (first !== undefined && /^-./.test(first)) signal = named(t, args.shift()?.slice(1))
  if (args[0] === '--') args.shift()
  if (args.length === 0) usage(t)
  let status = 0
  for (const word of args) {
    if (!/^-?[0-9]+$/.test(word)) {
      t.err(`${t.name}: illegal process id: ${word}\n`)
      return 2
    }
    try {
      t.call('kill', Number(word), signal)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      t.err(`${t.name}: ${word}: ${strerror(error.errno)}\n`)
      status = 1
    }
  }
  return status
}

function named(t: ToolContext, name: string | undefined): number {
  if (name === undefined) usage(t)
  const number = name === '0' ? 0 : signalNumber(name)
  if (number !== undefined) return number
  t.err(`${t.name}: unknown signal ${name}; valid signals:\n${signalNames().filter(Boolean).join(' ')}\n`)
  throw new Exit(2)
}
