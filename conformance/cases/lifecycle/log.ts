/** Where an error is told: log and standard error. */
import { call, check, defineCase, file } from '../../harness/define.ts'

/** Where an error is told: log and standard error. */
export const logCases = [
  defineCase({
    id: 'lifecycle.log-json',
    title: 'an error goes to the log as one JSON line with level, msg and time',
    stands:
      "podman reads the runtime's JSON log: `level`, `msg`, `time` (libpod/oci_conmon_common.go); time is RFC 3339, which that of ocijail (main.cpp) is not",
    mark: 'any-runtime',
    notFor: { runj: 'has no log' },
    steps: [
      call(['state', 'nosuch-%{unique}'], {
        fails: true,
        log: /^\{.*"level":"error".*\}\s*$/,
      }),
      check('the line is JSON with a time of RFC 3339', context => {
        const line = context.read('log1').trim().split('\n').at(-1) ?? ''
        const entry = JSON.parse(line) as Record<string, unknown>
        if (typeof entry.msg !== 'string' || entry.msg === '') context.fail(`no msg in ${line}`)
        if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/.test(String(entry.time))) {
          context.fail(`time is not RFC 3339: ${line}`)
        }
      }),
    ],
  }),
  defineCase({
    id: 'lifecycle.log-file-text',
    title: 'with --log alone the error is in that file, as text',
    stands: 'runc(8) and crun(1): --log FILE, "--log-format text" is the default',
    mark: 'any-runtime',
    notFor: { runj: 'has no --log' },
    steps: [
      call(['state', 'nosuch-%{unique}'], {
        globals: ['--root', '%{state}', '--log', '@LOG@'],
        fails: true,
        log: [/nosuch|exist|found/, { not: /^\s*\{/ }],
      }),
    ],
  }),
  defineCase({
    id: 'lifecycle.log-text',
    title: 'without --log-format an error is on standard error and in the log',
    stands:
      'runtime command line interface, Errors: "In cases where an error occurs, the runtime MUST exit with a nonzero code"; text for people',
    mark: 'any-runtime',
    notFor: { runj: 'has no --root' },
    steps: [
      call(['state', 'nosuch-%{unique}'], {
        globals: ['--root', '%{state}'],
        fails: true,
        stderr: /nosuch|exist|found/,
      }),
      file('nosuch', 'absent'),
    ],
  }),
]
