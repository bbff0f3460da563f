import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type CommandName, commands, optionsOf, specOf } from '../../src/cli/commands.ts'
import { asksForVersion, fastParse } from '../../src/cli/fast-parse.ts'
import { slowParse } from '../../src/cli/slow-parse.ts'
import { globalOptions } from '../../src/cli/table/global.ts'
import type { OptionSpec } from '../../src/cli/table/types.ts'
import { toInvocation } from '../../src/cli/values.ts'
import { JailwrightError } from '../../src/errors.ts'

const names = (Object.keys(commands) as CommandName[]).filter(name => name !== 'help')

const word = fc.stringMatching(/^[A-Za-z0-9_./:,+@%=-]{1,12}$/).filter(text => !text.startsWith('-'))
/** Values may hold anything but what only looks like an option. */
const value = fc.oneof(
  word,
  fc.constantFrom('a=b', 'x y', '', 'ä', '-', '1', '010', '1e3', 'true', '--x', '-1'),
)

/** One option in one of the spellings that people and programs use, as the arguments it makes. */
function spelled(options: Readonly<Record<string, OptionSpec>>): fc.Arbitrary<string[]> {
  const entries = Object.entries(options).filter(([name]) => name !== 'help' && name !== 'version')
  return fc
    .record({ entry: fc.constantFrom(...entries), value, number: fc.integer(), form: fc.nat(2) })
    .map(({ entry: [name, { type, alias, choices }], value, number, form }) => {
      const short = alias !== undefined && form === 2
      if (type === 'flag') return [short ? `-${alias}` : `--${name}`]
      const text = choices
        ? choices[Math.abs(number) % choices.length]!
        : type === 'integer'
          ? String(number)
          : value
      if (short) return [`-${alias}`, text]
      return form === 0 ? [`--${name}=${text}`] : [`--${name}`, text]
    })
}

const commandLine = fc.constantFrom(...names).chain(command =>
  fc
    .record({
      before: fc.array(spelled(globalOptions), { maxLength: 3 }),
      options: fc.array(spelled(optionsOf(command)), { maxLength: 5 }),
      words: fc.array(word, { maxLength: 3 }),
      cuts: fc.array(fc.nat(5), { maxLength: 3 }),
    })
    .map(({ before, options, words, cuts }) => {
      const after = options.slice()
      if (specOf(command).passThrough) after.push(words)
      else for (const [index, text] of words.entries()) after.splice(cuts[index] ?? after.length, 0, [text])
      return { command, argv: [...before.flat(), command, ...after.flat()], options: [...before, ...options] }
    }),
)

/** What a parser makes of a line, complaints included. */
async function outcome(parse: () => Promise<ReturnType<typeof fastParse>>): Promise<unknown> {
  try {
    const parsed = (await parse())!
    return toInvocation(parsed.command!, parsed.raw, parsed.words)
  } catch (error) {
    if (error instanceof JailwrightError) return error.message
    throw error
  }
}

describe('the quick parser', () => {
  test('the quick parser reads a line as yargs does', async () => {
    let quick = 0
    let all = 0
    await fc.assert(
      fc.asyncProperty(commandLine, async ({ argv }) => {
        all++
        const fast = fastParse(argv)
        if (fast === undefined) return
        quick++
        const slow = await outcome(async () => {
          const result = await slowParse(argv, 'jailwright')
          if ('text' in result) throw new Error('help was not asked for')
          return result
        })
        expect(await outcome(async () => fast)).toEqual(slow)
      }),
      { numRuns: 600 },
    )
    // Else the property would say nothing.
    expect(quick / all).toBeGreaterThan(0.5)
  })

  test("the quick parser reads a line as node:util's parseArgs does", () => {
    fc.assert(
      fc.property(commandLine, ({ command, argv }) => {
        const fast = fastParse(argv)
        if (fast === undefined || specOf(command).passThrough) return
        const table = optionsOf(command)
        // parseArgs knows one form of an option for the whole line.
        if (Object.keys(specOf(command).options).some(name => name in globalOptions)) return
        const options = Object.fromEntries(
          Object.entries(table).map(([name, { type, alias }]) => [
            name,
            {
              type: type === 'flag' ? ('boolean' as const) : ('string' as const),
              multiple: type === 'list',
              ...(alias && { short: alias }),
            },
          ]),
        )
        const { values, positionals } = parseArgs({ args: argv, options, allowPositionals: true })
        expect({ ...values }).toEqual(fast.raw)
        expect(positionals).toEqual([command, ...fast.words])
      }),
      { numRuns: 600 },
    )
  })

  test.each([
    [['--root', '/r', 'state', 'web'], { root: '/r' }, ['web']],
    [['state', '--root=/r', 'web'], { root: '/r' }, ['web']],
    [['exec', '-t', 'web', 'ls', '-la', '--root', 'x'], { tty: true }, ['web', 'ls', '-la', '--root', 'x']],
    [['exec', 'web', '--', 'ls', '--'], {}, ['web', 'ls', '--']],
    [['ps', 'web', '--', '-o', 'pid'], {}, ['web', '-o', 'pid']],
    [['exec', '-e', 'A=1', '-e', 'B=x=y', 'web', 'env'], { env: ['A=1', 'B=x=y'] }, ['web', 'env']],
    [['update', '-r', '-', 'web'], { resources: '-' }, ['web']],
  ])('the quick parser reads %j as options %j and words %j', (argv, raw, words) => {
    expect(fastParse(argv)).toMatchObject({ command: argv.find(name => name in commands), raw, words })
  })

  test.each([
    ['state --help'],
    ['--version'],
    ['state -h x'],
    ['create --bundle'],
    ['create --bundle --pid-file x y'],
    ['create --bogus x'],
    ['create -z x'],
    ['delete --force=true x'],
    ['delete -- x'],
    ['kill -ab x'],
    ['nosuch'],
    [''],
    ['--root'],
  ])('the quick parser leaves "%s" to yargs', line => {
    expect(fastParse(line.split(' ').filter(Boolean))).toBeUndefined()
  })
})

/** Parses as the program does. */
function parse(line: string): Promise<unknown> {
  const argv = line.split(' ').filter(Boolean)
  const fast = argv[0] === 'help' ? undefined : fastParse(argv)
  return outcome(async () => fast ?? ((await slowParse(argv, 'jailwright')) as ReturnType<typeof fastParse>))
}

describe('unusual spellings', () => {
  test.each([
    ['create -b=/x y', { bundle: '/x' }, { id: 'y' }],
    ['create -- y /x', {}, { id: 'y', bundle: '/x' }],
    ['update --cpu-quota -1 web', { 'cpu-quota': -1 }, { id: 'web' }],
    ['delete --force=true a b', { force: true }, { ids: ['a', 'b'] }],
    ['exec -td web sh -c x', { tty: true, detach: true }, { id: 'web', command: ['sh', '-c', 'x'] }],
    ['exec -- web sh -t', { tty: false }, { id: 'web', command: ['sh', '-t'] }],
    ['--systemd-cgroup=true --rootless auto state x', { rootless: 'auto' }, { id: 'x' }],
    ['spec --rootless', { rootless: true, linux: false }, {}],
    ['--rootless auto spec --linux', { rootless: false, linux: true }, {}],
    ['--rootless auto spec --linux=true', { rootless: false, linux: true }, {}],
    ['--rootless=auto --root /r spec --rootless --linux=true', { root: '/r', rootless: true }, {}],
  ])('the unusual spelling "%s" is read as %j and %j', async (line, options, words) => {
    expect(await parse(line)).toMatchObject({ options, words })
  })
})

describe('complaints', () => {
  test.each([
    ['nosuch', 'unknown command "nosuch"'],
    ['strat x', 'unknown command "strat", did you mean "start"?'],
    ['del x', 'unknown command "del", did you mean "delete"?'],
    ['crate x', 'unknown command "crate", did you mean "create"?'],
    ['lsit', 'unknown command "lsit", did you mean "list"?'],
    ['pduate x', 'unknown command "pduate", did you mean "update"?'],
    ['rnu x', 'unknown command "rnu", did you mean "run"?'],
    ['--debug false list', 'unknown command "false"'],
    ['--debug true list', 'unknown command "true"'],
    ['help nosuch', 'unknown command "nosuch"'],
    ['start', 'start: CONTAINER-ID is missing'],
    ['delete --force', 'delete: CONTAINER-ID is missing'],
    ['start a b', 'start: unexpected argument "b"'],
    ['create --bogus x', 'create: unknown option --bogus'],
    ['create -z x', 'create: unknown option -z'],
    ['--bogus state x', 'state: unknown option --bogus'],
    ['create x --bundle', 'create: option --bundle needs a value (DIR)'],
    ['create x -b', 'create: option --bundle needs a value (DIR)'],
    ['create --preserve-fds x y', 'create: --preserve-fds must be a whole number, 0 or more, not "x"'],
    ['create --preserve-fds 1.5 y', 'create: --preserve-fds must be a whole number, 0 or more, not "1.5"'],
    ['create --preserve-fds= y', 'create: --preserve-fds must be a whole number, 0 or more, not ""'],
    ['create --limits maybe y', 'create: --limits must be strict or best-effort, not "maybe"'],
    ['create --preserve-fds=-1 y', 'create: --preserve-fds must be a whole number, 0 or more, not "-1"'],
    ['exec --preserve-fds=-1 y', 'exec: --preserve-fds must be a whole number, 0 or more, not "-1"'],
    ['update --pids-limit=-7 y', 'update: --pids-limit must be a whole number, -1 or more, not "-7"'],
    ['update --cpu-quota=-5 y', 'update: --cpu-quota must be a whole number, -1 or more, not "-5"'],
    ['update --cpu-period=-5 y', 'update: --cpu-period must be a whole number, 0 or more, not "-5"'],
    ['update --read-iops=-2 y', 'update: --read-iops must be a whole number, -1 or more, not "-2"'],
    ['update --write-iops=-2 y', 'update: --write-iops must be a whole number, -1 or more, not "-2"'],
    ['--log-format xml list', 'list: --log-format must be text or json, not "xml"'],
  ])('the command line "%s" is refused with "%s"', async (line, message) => {
    expect(await parse(line)).toBe(message)
  })
})

test('the quick parser recognises a line that only asks for the version', () => {
  for (const line of ['--version', '-v', '--root /r --version', '--version --log-format=json'])
    expect([line, asksForVersion(line.split(' '))]).toEqual([line, true])
  for (const line of [
    '',
    '--help --version',
    'state --version',
    '--version x',
    '--nosuch --version',
    '--root',
  ])
    expect([line, asksForVersion(line.split(' ').filter(Boolean))]).toEqual([line, false])
})
