/** The container's program and what it finds (config.md, "Process"). */
import {
  check,
  create,
  defineCase,
  failsToStart,
  file,
  gone,
  output,
  remove,
  sh,
  start,
  wait,
} from '../../harness/define.ts'

/** Signals whose default is to end the process; each must end a shell that sends it to itself (busybox's survives QUIT). */
const deadly = 'HUP INT ILL TRAP ABRT FPE USR1 SEGV USR2 PIPE ALRM TERM'

const noSuch = /no such file or directory|executable file not found/i
const denied = /permission denied/i

export const processCases = [
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
    title: 'arguments and environment of 100 kB',
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
    title: "the environment is what the config says, nothing of the caller's",
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
  defineCase({
    id: 'process.cwd',
    title: 'the working directory',
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
    stands: 'CVE-2024-21626 and its kin (needs C.6): the working directory must lie in the root',
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
        await context.runtime('start', id)
        await context.sleep(300)
        if (context.read('out').includes('host file')) context.fail('the program read a file of the host')
      }),
    ],
  }),
  defineCase({
    id: 'process.umask-default',
    title: 'the umask is 0022 when the config names none',
    stands:
      'podman and runc: without process.user.umask the container gets 0022; ocijail gives 0077 (needs A3.8)',
    mark: 'any-runtime',
    program: 'umask; echo x >/tmp/f; ls -l /tmp/f',
    steps: [create(), start(), wait('stopped'), output([/^0?022$/m, /^-rw-r--r--/m]), remove()],
  }),
  defineCase({
    id: 'process.umask',
    title: 'process.user.umask is applied',
    stands:
      'config.md, POSIX-platform User: "umask (int, OPTIONAL) specifies the umask of the user. If unspecified, the umask should not be changed from the calling process\' umask" (needs A3.8)',
    mark: 'any-runtime',
    config: { process: { user: { umask: 0o077 } } },
    program: 'umask; echo x >/tmp/f; ls -l /tmp/f',
    steps: [create(), start(), wait('stopped'), output([/^0?077$/m, /^-rw-------/m]), remove()],
  }),
  defineCase({
    id: 'process.umask-zero',
    title: 'an umask of 0 is not taken for none',
    stands: 'config.md, POSIX-platform User: umask 0 is a value',
    mark: 'any-runtime',
    config: { process: { user: { umask: 0 } } },
    program: 'echo x >/tmp/f; ls -l /tmp/f',
    steps: [create(), start(), wait('stopped'), output(/^-rw-rw-rw-/m), remove()],
  }),
  defineCase({
    id: 'process.user',
    title: 'uid, gid and supplementary groups',
    stands:
      'config.md, POSIX-platform User: uid, gid, additionalGids "specify the user ID, group ID and additional group IDs in the container"',
    mark: 'any-runtime',
    config: { process: { user: { uid: 1001, gid: 1002, additionalGids: [1003, 44] } } },
    program: 'id -u; id -g; echo "groups $(id -G)"',
    steps: [
      create(),
      start(),
      wait('stopped'),
      output([/^1001\n1002\n/, /^groups .*\b1003\b/m, /^groups .*\b44\b/m, { not: /^groups (.* )?0\b/m }]),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.user-absent',
    title: 'without process.user the program is root, group 0',
    stands:
      "the specification's config-schema.json does not require process.user; runc takes 0:0, ocijail leaves it to chance (needs A3.8)",
    mark: 'any-runtime',
    config: { process: { user: null } },
    program: 'id -u; id -g; umask',
    output: /^0\n0\n0?022\n$/,
  }),
  defineCase({
    id: 'process.user-no-groups',
    title: 'without additionalGids no group of the caller is kept',
    stands: 'config.md, POSIX-platform User: additionalGids lists the additional groups; none are inherited',
    mark: 'any-runtime',
    config: { process: { user: { uid: 1001, gid: 1002 } } },
    program: 'id -u; id -g; id -G',
    output: '1001\n1002\n1002',
  }),
  defineCase({
    id: 'process.gid-only',
    title: 'root with another gid',
    stands:
      'config.md, POSIX-platform User: gid; setgroups does not set the egid on FreeBSD 15 (traps.md 46)',
    mark: 'any-runtime',
    config: { process: { user: { uid: 0, gid: 1002, additionalGids: [44] } } },
    program: 'id -u; id -g',
    output: '0\n1002',
  }),
  defineCase({
    id: 'process.not-root-cannot',
    title: "a user other than root has root's files closed to it",
    stands: "config.md, POSIX-platform User: the program runs with that user's rights",
    mark: 'any-runtime',
    rootFiles: { 'etc/secret': { text: 'secret', mode: 0o600 } },
    config: { process: { user: { uid: 1001, gid: 1002 } } },
    program: 'if cat /etc/secret 2>/dev/null; then echo read; else echo refused; fi',
    output: 'refused',
  }),
  defineCase({
    id: 'process.rlimits',
    title: 'resource limits, soft and hard',
    stands:
      'config.md, POSIX process: "rlimits ... allows setting resource limits for the process"; ignored by ocijail (needs A3.8)',
    mark: 'any-runtime',
    config: {
      process: {
        rlimits: [
          { type: 'RLIMIT_NOFILE', soft: 300, hard: 400 },
          { type: 'RLIMIT_CORE', soft: 0, hard: 0 },
        ],
      },
    },
    program: 'ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc',
    output: '300\n400\n0\n0',
  }),
  defineCase({
    id: 'process.rlimit-unknown',
    title: 'an unknown resource limit is an error',
    stands:
      'config.md, POSIX process: "type ... The runtime MUST generate an error for any values which cannot be mapped to a relevant kernel interface"',
    mark: 'any-runtime',
    config: { process: { rlimits: [{ type: 'RLIMIT_NOSUCH', soft: 1, hard: 1 }] } },
    steps: failsToStart(/RLIMIT_NOSUCH|rlimit/i),
  }),
  defineCase({
    id: 'process.rlimit-twice',
    title: 'the same resource limit twice is an error',
    stands:
      'config.md, POSIX process: "If rlimits contains duplicated entries with same type, the runtime MUST generate an error"',
    mark: 'any-runtime',
    notFor: { runc: '1.1 does not check', crun: 'does not check' },
    config: {
      process: {
        rlimits: [
          { type: 'RLIMIT_NOFILE', soft: 300, hard: 400 },
          { type: 'RLIMIT_NOFILE', soft: 310, hard: 410 },
        ],
      },
    },
    steps: failsToStart(/rlimit/i),
  }),
  defineCase({
    id: 'process.stdin',
    title: "standard input is the caller's",
    stands: "conmon hands the container's streams to `create` and the program keeps them",
    mark: 'any-runtime',
    program: 'cat; echo end',
    steps: [
      create({ stdin: 'first\nsecond\n' }),
      start(),
      wait('stopped'),
      output('first\nsecond\nend'),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.stdout-stderr',
    title: "standard output and error are the caller's, apart",
    stands: "conmon hands the container's streams to `create` and the program keeps them",
    mark: 'any-runtime',
    program: 'echo to out; echo to err >&2',
    steps: [
      create({ merge: false }),
      start(),
      wait('stopped'),
      output('to out'),
      file('err', 'to err'),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.preserve-fds',
    title: '--preserve-fds hands descriptors 3 and up to the program',
    stands: 'conmon: `create --preserve-fds N` (needs A2.1)',
    mark: 'any-runtime',
    notFor: { runj: 'has no --preserve-fds' },
    program:
      'echo three >&3; echo four >&4; if (echo five >&5) 2>/dev/null; then echo open; else echo closed; fi',
    steps: [
      create({ fds: ['fd3', 'fd4', 'fd5'], flags: ['--preserve-fds', '2'] }),
      start(),
      wait('stopped'),
      file('fd3', 'three'),
      file('fd4', 'four'),
      output('closed'),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.listen-fds',
    title: 'LISTEN_FDS of the caller reaches the program with its pid, when the descriptors are handed over',
    stands:
      'podman: "Pass down the LISTEN_* environment (see #10443)" (oci_conmon_common.go); sd_listen_fds(3): LISTEN_PID is the pid of the receiver',
    mark: 'jailwright',
    program: 'echo "$LISTEN_FDS $LISTEN_FDNAMES"; test "$LISTEN_PID" = $$ && echo mine; echo three >&3',
    steps: [
      create({
        fds: ['fd3'],
        flags: ['--preserve-fds', '1'],
        env: { LISTEN_FDS: '1', LISTEN_PID: '77', LISTEN_FDNAMES: 'web' },
      }),
      start(),
      wait('stopped'),
      output('1 web\nmine'),
      file('fd3', 'three'),
      remove(),
      // Without them the variable is the caller's own affair.
      create({ env: { LISTEN_FDS: '1', LISTEN_PID: '77' }, into: 'out2', n: 1 }),
      start(),
      wait('stopped'),
      output({ not: /^1 |mine/m }, 'out2'),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.no-other-fds',
    title: 'without --preserve-fds nothing but 0, 1 and 2 is open',
    stands: 'CVE-2024-21626 (needs C.6): no descriptor of the runtime may reach the program',
    mark: 'any-runtime',
    program:
      'for n in 3 4 5 6 7 8 9; do if (eval "echo x >&$n") 2>/dev/null || (eval "read a <&$n") 2>/dev/null; then echo "$n open"; fi; done; echo end',
    steps: [
      create({ fds: ['fd3', 'fd4'] }),
      start(),
      wait('stopped'),
      output('end'),
      file('fd3', ''),
      remove(),
    ],
  }),
  defineCase({
    id: 'process.signals-default',
    title: 'every deadly signal has its default action, SIGPIPE too',
    stands:
      'execve(2) keeps ignored signals ignored; a JavaScript engine ignores SIGPIPE (measured.md); programs rely on the default',
    mark: 'any-runtime',
    program: `for s in ${deadly}; do sh -c "kill -$s \\$\\$; echo $s survived" 2>/dev/null; done; echo end`,
    steps: [create(), start(), wait('stopped'), output([{ not: /survived/ }, /^end$/m]), remove()],
  }),
  defineCase({
    id: 'process.signals-of-the-caller',
    title: 'signals that the caller ignores have their default action in the program',
    stands:
      'design, The first process: "resets signal dispositions and mask"; execve(2) keeps ignored signals ignored: under nohup(1) no container could be stopped with HUP',
    mark: 'jailwright',
    program: `for s in HUP INT QUIT TERM USR1; do sh -c "kill -$s \\$\\$; echo $s survived" 2>/dev/null; done >/said; echo end >>/said`,
    steps: [
      check('create and start by a shell that ignores signals', async context => {
        const fill = (text: string) => context.expand(text)
        const ignoring = async (...words: string[]) => {
          const script = 'trap "" HUP INT QUIT TERM USR1; exec "$@"'
          const command = ['%{runtime}', '--root', '%{state}', ...words].map(fill)
          const answer = await context.tool('/bin/sh', '-c', script, 'sh', ...command)
          if (answer.status !== 0) context.fail(`${words[0]}: ${answer.stderr}`)
        }
        await ignoring('create', '--bundle', '%{bundle}', '--pid-file', '%{dir}/pid', '%{id}')
        await ignoring('start', '%{id}')
      }),
      wait('stopped'),
      file('b1/root/said', 'end'),
      remove(),
      gone(),
    ],
  }),
  defineCase({
    id: 'process.no-such-program',
    title: 'a program that does not exist: podman gets 127',
    stands:
      'podman (libpod/oci_util.go): "executable file not found in" and "no such file or directory" give exit status 127 (needs A2.3)',
    mark: 'any-runtime',
    config: { process: { args: ['/no/such/program'] } },
    steps: failsToStart(noSuch),
  }),
  defineCase({
    id: 'process.not-in-path',
    title: 'a program that PATH does not find: podman gets 127',
    stands: 'podman (libpod/oci_util.go): "executable file not found in" gives exit status 127 (needs A2.3)',
    mark: 'any-runtime',
    config: { process: { args: ['no-such-program'] } },
    steps: failsToStart(noSuch),
  }),
  defineCase({
    id: 'process.not-executable',
    title: 'a program that may not be executed: podman gets 126',
    stands: 'podman (libpod/oci_util.go): "permission denied" gives exit status 126 (needs A2.3)',
    mark: 'any-runtime',
    config: { process: { args: ['/etc/passwd'] } },
    steps: failsToStart(denied),
  }),
  defineCase({
    id: 'process.directory-as-program',
    title: 'a directory as program: podman gets 126',
    stands: 'podman (libpod/oci_util.go): "permission denied" gives exit status 126 (needs A2.3)',
    mark: 'any-runtime',
    config: { process: { args: ['/etc'] } },
    steps: failsToStart(/permission denied|operation not permitted|is a directory/i),
  }),
  defineCase({
    id: 'process.no-args',
    title: 'empty args are an error',
    stands:
      'config.md, Process: "args ... This specification extends the IEEE standard in that at least one entry is REQUIRED"',
    mark: 'any-runtime',
    config: { process: { args: [] } },
    steps: failsToStart(/args/i),
  }),
  defineCase({
    id: 'process.hostname',
    title: 'the hostname of the config is seen inside',
    stands:
      'config.md, Hostname: "hostname (string, OPTIONAL) specifies the container\'s hostname as seen by processes running inside the container"',
    mark: 'any-runtime',
    config: { hostname: 'box.example' },
    program: 'hostname',
    output: 'box.example',
  }),
  defineCase({
    id: 'process.script-interpreter',
    title: 'a script is run by its interpreter',
    stands: 'execve(2), interpreter files',
    mark: 'any-runtime',
    rootFiles: { 'opt/script': { text: '#!/bin/sh\necho "script $1"\n', mode: 0o755 } },
    config: { process: { args: ['/opt/script', 'ran'] } },
    output: 'script ran',
  }),
  defineCase({
    id: 'process.session-of-its-own',
    title: 'the program leads a session of its own',
    stands:
      "a signal typed at the caller's terminal must not reach the container; podman run and conmon rely on it",
    mark: 'any-runtime',
    program: 'echo ready; exec sleep %{nap}',
    steps: [
      create(),
      start(),
      check('the session leader is the program', async context => {
        const pid = context.expand('%{pid}')
        await context.until(
          'not a session leader',
          async () => {
            const stat = (await context.tool('ps', '-o', 'stat=', '-p', pid)).stdout
            return stat.includes('s')
          },
          1000,
        )
      }),
    ],
  }),
]
