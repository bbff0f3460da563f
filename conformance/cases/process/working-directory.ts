/** The working directory (config.md, "Process", cwd). */
import { check, create, defineCase, failsToStart } from '../../harness/define.ts'

/** The working directory. */
export const workingDirectoryCases = [
  defineCase({
    id: 'process.cwd',
    title: 'process.cwd is the working directory of the program',
    stands:
      'config.md, Process: "cwd (string, REQUIRED) is the working directory that will be set for the executable. This value MUST be an absolute path"',
    mark: 'any-runtime',
    config: { process: { cwd: '/var/tmp' } },
    program: 'pwd',
    output: '/var/tmp',
  }),
  defineCase({
    id: 'process.cwd-not-absolute',
    title: 'a relative working directory is refused',
    stands: 'config.md, Process: cwd "MUST be an absolute path"',
    mark: 'any-runtime',
    config: { process: { cwd: 'tmp' } },
    steps: failsToStart(/cwd/i),
  }),
  defineCase({
    id: 'process.cwd-is-a-file',
    title: 'a working directory that is a file is an error',
    stands: 'runtime.md, Errors: an operation that cannot be done must generate an error',
    mark: 'any-runtime',
    config: { process: { cwd: '/etc/passwd' } },
    steps: failsToStart(/not a directory|cwd/i),
  }),
  defineCase({
    id: 'process.cwd-inside',
    title: 'a working directory that is a link is resolved inside the container',
    stands: 'CVE-2024-21626 (runc) and its kin: the working directory must lie in the root',
    mark: 'any-runtime',
    files: { 'outside/secret': 'host file' },
    rootFiles: { 'var/link': { link: '%{dir}/outside' } },
    config: { process: { cwd: '/var/link' } },
    program: 'cat secret 2>/dev/null; echo end',
    steps: [
      create({ either: true }),
      check("the program did not see the host's file", async context => {
        const id = context.expand('%{id}')
        if ((await context.runtime('state', id)).status !== 0) return
        if ((await context.runtime('start', id)).status === 0)
          await context.until('did not end', () => /end/.test(context.read('out')))
        if (context.read('out').includes('host file')) context.fail('the program read a file of the host')
      }),
    ],
  }),
  defineCase({
    id: 'process.cwd-made',
    title: 'a working directory that the image lacks is made',
    stands:
      "crun's suite, test_cwd_not_exist, and runc: the directory is made in the root and belongs to root",
    mark: 'any-runtime',
    notFor: { ocijail: 'refuses it', runj: 'refuses it' },
    config: { process: { cwd: '/srv/new/dir' } },
    // The name root would be a line of pwd.db(5) on FreeBSD, which the container lacks.
    program: 'pwd; ls -ldn /srv/new/dir',
    output: [/^\/srv\/new\/dir$/m, /^drwxr-xr-x +\d+ +0 +0 /m],
  }),
  ...(['./tool', 'sub/tool', '../own/tool'] as const).map((name, n) =>
    defineCase({
      id: `process.relative-program-${n + 1}`,
      title: `the program ${name} is looked up from the working directory`,
      stands: "execvp(3): a name with a slash is no matter for PATH; crun's suite, test_cwd_relative",
      mark: 'any-runtime',
      notFor: { runj: 'not tried' },
      rootFiles: {
        'opt/own/tool': { text: '#!/bin/sh\necho own\n', mode: 0o755 },
        'opt/own/sub/tool': { text: '#!/bin/sh\necho own\n', mode: 0o755 },
      },
      config: { process: { args: [name], cwd: '/opt/own' } },
      output: 'own',
    }),
  ),
]
