/** The log of an error and its level. */
import { call, create, defineCase, file, output, remove, start, wait } from '../../harness/define.ts'

/** The log of an error and its level. */
export const logErrorCases = [
  ...['panic', 'fatal', 'error', 'warning', 'info', 'debug', 'trace'].map(level =>
    defineCase({
      id: `errors.log-level-${level}`,
      title: `--log-level ${level} is accepted`,
      stands: 'ocijail (main.cpp) refuses --log-level error; podman and people pass it',
      mark: 'jails',
      notFor: { ocijail: 'refuses --log-level error', runj: 'has none' },
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
        'podman reads level, msg and time from the JSON log (libpod/oci_conmon_common.go); standard error has the error in one line',
      mark: 'jailwright',
      steps: [
        call(words, { globals: ['--log', '%{dir}/own-log', '--log-format', 'json'], fails: /unknown/ }),
        file('own-log', /^\{"level":"error","msg":"(create: )?unknown /),
      ],
    }),
  ),
]
