/** uname(1) and hostname(1). */
import { CallError } from '../client.ts'
import { Exit, errx, getopt, strerror, type ToolContext } from './tool.ts'

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  return t.name === 'hostname' ? hostname(t) : uname(t)
}

function uname(t: ToolContext): number {
  const { options, rest } = getopt(t, 'abiKmnoprsUv', () => {
    t.err('usage: uname [-abiKmnoprsUv]\n')
    throw new Exit(1)
  })
  if (rest.length > 0) {
    t.err('usage: uname [-abiKmnoprsUv]\n')
    return 1
  }
  const wanted = new Set(options.map(([l]) => l))
  if (wanted.size === 0) wanted.add('s')
  if (wanted.has('a')) for (const letter of 'mnrsv') wanted.add(letter)
  const sysctl = (name: string) => String(t.call('sysctl', name))
  const fields: [string, () => string][] = [
    ['s', () => sysctl('kern.ostype')],
    ['o', () => sysctl('kern.ostype')],
    ['n', () => sysctl('kern.hostname')],
    ['r', () => sysctl('kern.osrelease')],
    ['v', () => sysctl('kern.version')],
    ['m', () => sysctl('hw.machine')],
    ['p', () => sysctl('hw.machine_arch')],
    ['i', () => sysctl('kern.ident')],
    ['b', () => '0123456789abcdef'],
    ['K', () => sysctl('kern.osreldate')],
    ['U', () => '1501000'],
  ]
  t.out(
    `${fields
      .filter(([l]) => wanted.has(l))
      .map(([, get]) => get())
      .join(' ')}\n`,
  )
  return 0
}

function hostname(t: ToolContext): number {
  const { options, rest } = getopt(t, 'dfs', () => {
    t.err('usage: hostname [-f] [-s | -d] [name-of-host]\n')
    throw new Exit(1)
  })
  const has = (letter: string) => options.some(([l]) => l === letter)
  const wanted = rest[0]
  if (wanted !== undefined) {
    try {
      t.call('sethostname', wanted)
    } catch (error) {
      if (error instanceof CallError) errx(t, 1, `sethostname: ${strerror(error.errno)}`)
      throw error
    }
    return 0
  }
  const name = String(t.call('sysctl', 'kern.hostname'))
  const dot = name.indexOf('.')
  if (has('s')) t.out(`${dot < 0 ? name : name.slice(0, dot)}\n`)
  else if (has('d')) t.out(`${dot < 0 ? '' : name.slice(dot + 1)}\n`)
  else t.out(`${name}\n`)
  return 0
}
