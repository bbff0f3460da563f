/** Arguments and environment (config.md, "Process"). */
import { create, defineCase, output, remove, sh, start, wait } from '../../harness/define.ts'

/** Arguments and environment. */
export const argumentCases = [
  defineCase({
    id: 'process.args-exact',
    title: 'arguments reach the program unchanged',
    stands:
      'config.md, Process: "args (array of strings) with similar semantics to IEEE Std 1003.1-2008 execvp\'s argv"',
    mark: 'any-runtime',
    config: {
      process: {
        args: ['/bin/sh', '-c', 'for a; do echo "<$a>"; done', 'name', 'a b', '', '$HOME', '*', '"q"', 'ü'],
      },
    },
    output: '<a b>\n<>\n<$HOME>\n<*>\n<"q">\n<ü>',
  }),
  defineCase({
    id: 'process.large',
    title: 'arguments and environment of 100 kB reach the program',
    stands: 'execve(2): ARG_MAX is 512 kB on FreeBSD; nothing between create and the program may be shorter',
    mark: 'any-runtime',
    config: {
      process: {
        args: ['/bin/sh', '-c', 'expr "$1" : ".*"; expr "$BIG" : ".*"', 'sh', 'x'.repeat(50_000)],
        env: ['PATH=/bin', `BIG=${'y'.repeat(50_000)}`],
      },
    },
    output: '50000\n50000',
  }),
  defineCase({
    id: 'process.path-lookup',
    title: 'a program without a slash is looked up in the PATH of process.env',
    stands: 'config.md, Process: args has the semantics of execvp, which searches PATH',
    mark: 'any-runtime',
    notFor: { runj: 'no lookup known' },
    rootFiles: { 'opt/own/tool': { text: '#!/bin/sh\necho own tool\n', mode: 0o755 } },
    config: { process: { args: ['tool'], env: ['PATH=/bin:/opt/own'] } },
    output: 'own tool',
  }),
  defineCase({
    id: 'process.env',
    title: "the environment is what the config says, and has nothing of the caller's",
    stands:
      'config.md, Process: "env (array of strings, OPTIONAL) with the same semantics as IEEE Std 1003.1-2008\'s environ"',
    mark: 'any-runtime',
    config: {
      process: {
        args: [...sh('echo "$A|$B|$C|$LEAK"')],
        env: ['PATH=/bin', 'A=a b', 'B=', 'C=x=y'],
      },
    },
    steps: [
      create({ env: { LEAK: 'leaked' } }),
      start({ env: { LEAK: 'leaked' } }),
      wait('stopped'),
      output('a b||x=y|'),
      remove(),
    ],
  }),
]
