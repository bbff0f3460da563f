/** killall(1): signals to processes by the name of their command (usr.bin/killall/killall.c). */
import { CallError } from '../client.ts'
import type { ProcessRow } from './ps.ts'
import { signalNames, signalNumber } from './signals.ts'
import { Exit, errx, strerror, type ToolContext } from './tool.ts'

/** As many characters of a command's name as the kernel keeps (MAXCOMLEN). */
const COMMAND_LENGTH = 19

/** What the options ask for. */
interface Asked {
  flags: Set<string>
  /** Values of -j, -u, -t and -c. */
  values: Map<string, string>
  signal: string
  names: string[]
}

function usage(t: ToolContext): never {
  t.err(
    'usage: killall [-delmsvz] [-help] [-j jail]\n               [-u user] [-t tty] [-c cmd] [-SIGNAL] [cmd]...\nAt least one option or argument to specify processes must be given.\n',
  )
  throw new Exit(1)
}

/** The names of the signals, in lines of about 75 characters. */
function signalTable(): string {
  let text = ''
  let width = 0
  const names = signalNames().slice(1)
  names.forEach((name, index) => {
    text += `${name} `
    width += (name?.length ?? 0) + 1
    if (width < 75 || index === names.length - 1) return
    text += '\n'
    width = 0
  })
  return `${text}\n`
}

const MISSING: Readonly<Record<string, string>> = { j: 'jail', u: 'user', t: 'tty', c: 'procname' }

function read(t: ToolContext): Asked {
  const asked: Asked = { flags: new Set(), values: new Map(), signal: 'TERM', names: [] }
  const words = [...t.args]
  while (words[0]?.startsWith('-')) {
    const word = (words.shift() ?? '').slice(1)
    const letter = word[0] ?? ''
    if (word === 'l') {
      t.out(signalTable())
      throw new Exit(0)
    }
    if (word === 'help') usage(t)
    const missing = MISSING[letter]
    if (missing !== undefined) {
      const value = word.length > 1 ? word.slice(1) : words.shift()
      if (value === undefined) errx(t, 1, `must specify ${missing}`)
      asked.values.set(letter, value)
    } else if ('vsdemz'.includes(letter) && letter !== '') asked.flags.add(letter)
    else if (signalNumber(word) !== undefined) asked.signal = word
    else {
      if (/^[0-9]+[^0-9]/.test(word)) errx(t, 1, `illegal signal number: ${word}`)
      t.err(`${t.name}: unknown signal ${word.replace(/^sig/i, '')}; valid signals:\n${signalTable()}`)
      throw new Exit(1)
    }
  }
  return { ...asked, names: words }
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const { flags, values, signal, names } = read(t)
  const [jail, user, tty, command] = ['j', 'u', 't', 'c'].map(letter => values.get(letter))
  if ([jail, user, tty, command].every(value => value === undefined) && names.length === 0) usage(t)
  const jid = jail === undefined ? undefined : t.call('jailId', jail)
  if (jail !== undefined && typeof jid !== 'number') errx(t, 1, `jail "${jail}" not found`)
  const uid = user === undefined ? undefined : userId(t, user)
  const isNamed = nameTest(t, flags.has('m'))
  const self = (t.call('ping') as { pid: number }).pid
  const chosen = (t.call('processes') as unknown as ProcessRow[]).filter(
    p =>
      p.pid !== self &&
      (p.letter !== 'Z' || flags.has('z')) &&
      // With -j the tool is in the jail, and sees its processes alone.
      (jid === undefined || p.jid === jid) &&
      (uid === undefined || (flags.has('e') ? p.euid : p.uid) === uid) &&
      (tty === undefined || p.tt === tty.replace(/^(\/dev\/)?(tty)?/, '')) &&
      (command === undefined || isNamed(p.comm, command.slice(0, COMMAND_LENGTH))) &&
      (names.length === 0 || names.some(name => isNamed(p.comm, name))),
  )
  const number = signalNumber(signal) ?? 15
  const shown = /^[0-9]+$/.test(signal)
    ? (signalNames()[Number(signal)] ?? signal)
    : signal.toUpperCase().replace(/^SIG/, '')
  let status = 0
  for (const { pid } of chosen) {
    if (flags.has('v') || flags.has('s')) t.out(`kill -${shown} ${pid}\n`)
    if (flags.has('s') || flags.has('d')) continue
    try {
      t.call('kill', pid, number)
    } catch (error) {
      if (!(error instanceof CallError)) throw error
      t.err(`${t.name}: warning: kill -${shown} ${pid}: ${strerror(error.errno)}\n`)
      status = 1
    }
  }
  if (chosen.length > 0) return status
  t.err('No matching processes were found\n')
  return 1
}

function userId(t: ToolContext, user: string): number {
  if (/^[0-9]+$/.test(user)) return Number(user)
  const line = t
    .readFile('/etc/passwd')
    .split('\n')
    .find(entry => entry.startsWith(`${user}:`))
  if (line === undefined) errx(t, 1, `user ${user} does not exist`)
  return Number(line.split(':')[2])
}

/** Compares a command's name with a word, which -m makes an expression. */
function nameTest(t: ToolContext, isExpression: boolean): (command: string, word: string) => boolean {
  let expressions = isExpression
  return (command, word) => {
    if (!expressions) return command === word
    try {
      return new RegExp(word).test(command)
    } catch {
      expressions = false
      t.err(`${t.name}: ${word}: illegal regexp\n`)
      return command === word
    }
  }
}
