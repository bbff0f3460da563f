/** Classes of vulnerabilities that other runtimes have had, one case for each that no other case holds. */
import {
  call,
  check,
  create,
  defineCase,
  file,
  finish,
  gone,
  output,
  remove,
  removeForce,
  start,
  startReady,
  wait,
  waitText,
} from '../../harness/define.ts'
import type { CheckContext, Step } from '../../harness/types.ts'

/** `create`, called with a directory of the host open as this descriptor. */
async function createWithDirectory(
  context: CheckContext,
  descriptor: number,
  flags: readonly string[],
): Promise<{ status: number; said: string }> {
  const words = ['%{runtime}', '--root', '%{state}', 'create', ...flags, '--bundle', '%{bundle}', '%{id}']
  const script = `exec ${descriptor}<"$0"; exec "$@" </dev/null >"$0/out" 2>"$0/err"`
  const { status } = await context.tool(
    'sh',
    '-c',
    script,
    context.expand('%{dir}'),
    ...words.map(word => context.expand(word)),
  )
  return { status, said: context.read('err') }
}

/** A name of the root becomes a link to a directory of the host; `create` must not mount there. */
function mountAtLink(name: string): readonly Step[] {
  return [
    check(`the root's ${name} becomes a link to the host`, async context => {
      const path = context.expand(`%{root}/${name}`)
      await context.tool('rmdir', path)
      await context.tool('ln', '-s', context.expand('%{dir}/outside'), path)
    }),
    create({ either: true }),
    check("the host's directory shows what it showed", async context => {
      const { stdout } = await context.tool('ls', context.expand('%{dir}/outside'))
      if (stdout.trim() !== 'f') context.fail(stdout)
    }),
    removeForce({ either: true }),
    file('outside/f', 'host file'),
  ]
}

/** Classes of vulnerabilities that other runtimes have had. */
export const knownClassCases = [
  defineCase({
    id: 'security.cwd-by-descriptor',
    title: "a working directory named by a descriptor of the caller's is not the host's directory",
    stands:
      'CVE-2024-21626 (runc), GHSA-xr7r-f8xq-vfvv (youki): process.cwd /proc/self/fd/N led out through a leaked directory',
    mark: 'jails',
    needs: ['native'],
    files: { 'host-only': 'x' },
    config: { process: { cwd: '/dev/fd/7' } },
    program: 'if test -e host-only; then echo seen; else echo hidden; fi',
    steps: [
      check('create, with a directory of the host as descriptor 7', async context => {
        const { status } = await createWithDirectory(context, 7, [])
        if (status !== 0) return
        const id = context.expand('%{id}')
        await context.runtime('start', id)
        await context.until('did not end', () => /seen|hidden/.test(context.read('out')))
        if (context.read('out').includes('seen'))
          context.fail('the directory of the host is the working directory')
      }),
      removeForce({ either: true }),
      gone(),
    ],
  }),
  defineCase({
    id: 'security.directory-descriptor',
    title: "--preserve-fds hands no directory of the host's into the container",
    stands:
      'CVE-2024-21626 (runc), CVE-2025-15576 (FreeBSD-SA-26:04): a process leaves its root by the descriptor of a directory',
    mark: 'jailwright',
    needs: ['native'],
    program: 'echo never',
    steps: [
      check('create is refused', async context => {
        const { status, said } = await createWithDirectory(context, 3, ['--preserve-fds', '1'])
        if (status === 0) context.fail('it was accepted')
        if (!/descriptor 3 is a directory/.test(said)) context.fail(said)
      }),
      gone(),
    ],
  }),
  defineCase({
    id: 'security.console-link',
    title: 'an image whose /dev/console is a link to a file of the host gets nothing of it',
    stands:
      "CVE-2025-52565 (runc): the bind mount of the terminal on /dev/console followed a link in the container's /dev",
    mark: 'any-runtime',
    needs: ['native'],
    files: { victim: 'host file' },
    rootFiles: { 'dev/console': { link: '%{dir}/victim' } },
    config: { process: { terminal: true, user: { uid: 1001, gid: 1001 } } },
    // A runtime may give the terminal this name, and reading a terminal waits for input, so that only a file is read.
    program: 'echo through >/dev/console 2>/dev/null; [ -f /dev/console ] && cat /dev/console; echo end',
    steps: [
      check('whose it is', async context => {
        const { stdout } = await context.tool('ls', '-ln', context.expand('%{dir}/victim'))
        context.memory.set('before', stdout)
      }),
      create({ console: true }),
      start(),
      waitText(/end/),
      wait('stopped'),
      output({ not: /host file/ }),
      remove(),
      file('victim', 'host file'),
      check('it is whose it was', async context => {
        const { stdout } = await context.tool('ls', '-ln', context.expand('%{dir}/victim'))
        if (stdout !== context.memory.get('before')) context.fail(stdout)
      }),
    ],
  }),
  defineCase({
    id: 'security.devfs-covered',
    title: 'update applies no devfs rule where the container has covered its /dev',
    stands:
      'CVE-2025-52881 (runc): a write was redirected; devfs(8) is applied to a path, which must be the devfs of this container',
    mark: 'jailwright',
    needs: ['bpf'],
    config: {
      annotations: {
        'org.freebsd.jail.allow.mount': 'true',
        'org.freebsd.jail.allow.mount.tmpfs': 'true',
        'org.freebsd.jail.enforce_statfs': '1',
      },
    },
    program: 'mount -t tmpfs tmpfs /dev && echo ready; exec sleep %{nap}',
    steps: [
      ...startReady(),
      call(['update', '--device-add', '/dev/bpf', '%{id}'], { fails: /no devfs/ }),
      ...finish,
    ],
  }),
  defineCase({
    id: 'security.state-modes',
    title: "the state of a container is read by root alone, whatever the caller's umask",
    stands: 'plan.json and the journal hold environment and paths of the config, which may be secrets',
    mark: 'jailwright',
    program: 'sleep %{nap}',
    steps: [
      check('create under umask 0', async context => {
        const words = ['%{runtime}', '--root', '%{state}', 'create', '--bundle', '%{bundle}', '%{id}']
        const { status, stderr } = await context.tool(
          'sh',
          '-c',
          'umask 0; "$@" </dev/null >/dev/null 2>&1',
          'sh',
          ...words.map(word => context.expand(word)),
        )
        if (status !== 0) context.fail(stderr)
      }),
      check('the modes', async context => {
        const dir = context.expand('%{state}/%{id}')
        const { stdout } = await context.tool('ls', '-ldn', dir, `${dir}/plan.json`, `${dir}/journal.jsonl`)
        const modes = stdout
          .trim()
          .split('\n')
          .map(line => line.slice(0, 10))
        if (modes.sort().join(' ') !== '-rw------- -rw------- drwx------') context.fail(stdout)
      }),
      removeForce(),
    ],
  }),
  ...['proc', 'sys'].map(name =>
    defineCase({
      id: `security.${name}-is-a-link`,
      title: `an image whose /${name} is a link to the host gets nothing mounted there`,
      stands:
        'CVE-2019-16884, CVE-2019-19921, CVE-2023-27561, CVE-2023-28642 (runc): /proc as a link of the image misled the mounts',
      mark: 'jails',
      files: { 'outside/f': 'host file' },
      rootFiles: { [name]: { dir: true } },
      config: { mounts: [{ destination: `/${name}`, type: 'tmpfs', source: 'tmpfs' }] },
      steps: mountAtLink(name),
    }),
  ),
]
