/** pfctl(8): -e, -d, -f FILE, -F rules|all, -s rules|info. Rules are kept as they are written and filter nothing. */
import { CallError, type Json } from '../client.ts'
import { Exit, errx, getopt, strerror, type ToolContext } from './tool.ts'

function usage(t: ToolContext): never {
  t.err('usage: pfctl [-AdeghMNnOPqRrvz] [-a anchor] [-D macro=value] [-F modifier]\n')
  throw new Exit(1)
}

/** Makes a call; an error ends the tool as errc(3) does, with pfctl(8)'s own words for the errnos of `words`. */
function ask(
  t: ToolContext,
  what: string,
  words: Record<string, string>,
  name: string,
  ...args: Json[]
): Json {
  try {
    return t.call(name, ...args)
  } catch (error) {
    if (!(error instanceof CallError)) throw error
    errx(t, 1, words[error.errno] ?? `${what}: ${strerror(error.errno)}`)
  }
}

/** Runs the tool and returns its exit status. */
export function main(t: ToolContext): number {
  const { options } = getopt(t, 'a:AdD:eqf:F:ghi:k:K:mMnNOo:Pp:Rrs:t:T:vx:z', () => usage(t))
  if (options.length === 0) usage(t)
  ask(t, '/dev/pf', {}, 'lookup', '/dev/pf')
  const has = (letter: string) => options.some(([l]) => l === letter)
  const say = (text: string) => {
    if (!has('q')) t.err(text)
  }
  for (const [letter, value] of options) {
    if (letter === 'd') {
      ask(t, 'DIOCSTOP', { ENOENT: 'pf not enabled' }, 'pfStop')
      say('pf disabled\n')
    } else if (letter === 'F') {
      ask(t, 'DIOCXBEGIN', {}, 'pfSetRules', [])
      say('rules cleared\n')
    } else if (letter === 'f' && !has('n')) {
      const lines = t.readFile(value).split('\n')
      const rules = lines.map(line => line.replace(/#.*/, '').trim()).filter(line => line !== '')
      ask(t, 'DIOCXBEGIN', {}, 'pfSetRules', rules)
    } else if (letter === 's' && value.startsWith('i')) {
      t.out(`Status: ${ask(t, 'DIOCGETSTATUS', {}, 'pfEnabled') === true ? 'Enabled' : 'Disabled'}\n`)
    } else if (letter === 's') {
      for (const rule of ask(t, 'DIOCGETRULES', {}, 'pfRules') as string[]) t.out(`${rule}\n`)
    }
  }
  if (has('e')) {
    ask(t, 'DIOCSTART', { EEXIST: 'pf already enabled' }, 'pfStart')
    say('pf enabled\n')
  }
  return 0
}
