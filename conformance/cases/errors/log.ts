/** The log of an error and its level. */
import { call, create, defineCase, file, output, remove, start, wait } from '../../harness/define.ts'

/** The log of an error and its level. */
export const logErrorCases = [
  ...['panic', 'fatal', 'error', 'warning', 'info', 'debug', 'trace'].map(level =>
    defineCase({
      id: `errors.log-level-${level}`,
      title: `--log-level ${level} is accepted`,
      stands: 'ocijail refuses --log-level error (needs A3.11); podman and people pass it',
      mark: 'jails',
      notFor: { ocijail: 'needs A3.11', runj: 'has none' },
      program: 'echo fine',
      steps: [
        create({
          globals: [
            '--root',
            '%{state}',
            '--log',
            '%{dir}/own-log',
            '--log-format',
            'json',
            '--log-level',
            level,
          ],
        }),
        start(),
        wait('stopped'),
        output('fine'),
        remove(),
      ],
    }),
  ),
  ...(
    [
      ['unknown-option', ['create', '--bogus', '%{id}']],
      ['unknown-command', ['frobnicate']],
    ] as const
  ).map(([name, words]) =>
    defineCase({
      id: `errors.log-${name}`,
      title: `an ${name.replace('-', ' ')} is told in the log, in the form that podman reads`,
      stands:
        'design, Command line: "Errors go to the log (podman reads the JSON form: level, msg, time) and to standard error in one line"',
      mark: 'jailwright',
      steps: [
        call(words, { globals: ['--log', '%{dir}/own-log', '--log-format', 'json'], fails: /unknown/ }),
        file('own-log', /^\{"level":"error","msg":"(create: )?unknown /),
      ],
    }),
  ),
]
