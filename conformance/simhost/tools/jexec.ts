/** jexec(8) */
import { attach, CallError } from '../client.ts'
import { become, execvp, findUser, groupsOf, type User } from './process.ts'
import { Exit, errx, getopt, strerror, type ToolContext } from './tool.ts'

function usage(t: ToolContext): never {
  t.err('usage: jexec [-l] [-d working-directory] [-u username | -U username] jail\n       [command ...]\n')
  throw new Exit(1)
}

function user(t: ToolContext, name: string): User {
  return findUser(name) ?? errx(t, 1, `${name}: no such user`)
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  // jail(8) uses this program for commands inside a jail; then the first argument is the beginning of its messages.
  const before = t.name === 'jail-exec' ? (t.args.shift() ?? '') : undefined
  const spec = before === undefined ? 'd:ln:u:U:' : 'd:F:ln:u:U:'
  const { options, rest } = getopt(t, spec, () => usage(t))
  const get = (letter: string) => options.findLast(([l]) => l === letter)?.[1]
  const clean = get('l') !== undefined
  const hostUser = get('u')
  const jailUser = get('U')
  if (rest.length < 1 || (hostUser !== undefined && jailUser !== undefined)) usage(t)
  const name = rest[0] ?? ''
  let who = hostUser === undefined ? undefined : user(t, hostUser)
  let groups = who === undefined ? [] : groupsOf(who)
  // jail_getid(3) gives 0 for the host; jail_attach(2) refuses it.
  if (/^0+$/.test(name)) errx(t, 1, `jail_attach(0): ${strerror('EINVAL')}`)
  const jid = t.call('jailId', name)
  if (typeof jid !== 'number')
    errx(t, 1, /^[0-9]+$/.test(name) ? `jail ${name} not found` : `jail "${name}" not found`)
  const fib = get('F')
  try {
    if (fib !== undefined) t.call('setfib', Number(fib))
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    t.err(`${before}setfib: ${strerror(error.errno)}\n`)
    return 1
  }
  try {
    attach(jid)
  } catch (error) {
    if (error instanceof CallError) errx(t, 1, `jail_attach(${jid}): ${strerror(error.errno)}`)
    throw error
  }
  const dir = get('d')
  if (dir !== undefined) changeDirectory(t, dir)
  if (jailUser !== undefined) {
    who = user(t, jailUser)
    groups = groupsOf(who)
  }
  const env = { ...t.env }
  if (clean) cleanEnvironment(t, env, who ?? findUser('root'), dir)
  if (who !== undefined) become(who, groups)
  const shell = (!clean && t.env.SHELL) || who?.shell || '/bin/sh'
  const argv = rest.length > 1 ? rest.slice(1) : [shell, '-i']
  const errno = execvp(argv, env)
  if (before !== undefined) {
    t.err(`${before}exec ${argv[0]}: ${strerror(errno)}\n`)
    return 1
  }
  errx(t, 1, `execvp: ${argv[0]}: ${strerror(errno)}`)
}

function changeDirectory(t: ToolContext, dir: string): void {
  try {
    process.chdir(dir)
  } catch (error) {
    errx(t, 1, `chdir(): ${dir}: ${strerror((error as NodeJS.ErrnoException).code ?? 'ENOENT')}`)
  }
}

/** -l: the environment that setusercontext(3) leaves, with the default path of login.conf(5). */
function cleanEnvironment(
  t: ToolContext,
  env: Record<string, string | undefined>,
  who: User | undefined,
  dir: string | undefined,
): void {
  const term = env.TERM
  for (const name of Object.keys(env)) delete env[name]
  const home = who?.home ?? '/'
  Object.assign(env, {
    PATH: `/sbin:/bin:/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:${home}/bin`,
    HOME: home,
    USER: who?.name ?? 'root',
    SHELL: who?.shell ?? '/bin/sh',
  })
  if (term !== undefined) env.TERM = term
  if (dir !== undefined) return
  try {
    process.chdir(home)
  } catch {
    t.err('')
  }
}
