import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { freebsdOnly, fresh, leavesNothing, nothingLeft } from './cases.ts'
import { IMAGE, machine, must, podman, podmanWithThird, present, tool, until } from './machine.ts'

/** Runs `podman run --rm` with options, and then the words of the program. */
const run = (options: string[], ...words: string[]) => podman(['run', '--rm', ...options, IMAGE, ...words])

/** Runs `podman run --rm` with options and a shell script. */
const shell = (options: string[], script: string) => run(options, '/bin/sh', '-c', script)

leavesNothing()

describe('podman run', () => {
  test('podman run gives the output, the errors and the exit status of the program', async () => {
    expect(await shell([], 'echo out; echo err >&2; exit 7')).toEqual({
      status: 7,
      stdout: 'out\n',
      stderr: 'err\n',
    })
  })

  test('a program without output ends with 0', async () => {
    expect(await run([], '/bin/true')).toEqual({ status: 0, stdout: '', stderr: '' })
  })

  test("a program is found by PATH, and the image's command is the default", async () => {
    expect(await run([], 'echo', 'a  b', '$HOME')).toMatchObject({ status: 0, stdout: 'a  b $HOME\n' })
    expect(await podman(['run', '--rm', '-i', IMAGE], { input: 'echo from the shell\n' })).toMatchObject({
      status: 0,
      stdout: 'from the shell\n',
    })
  })

  test('podman run -i passes standard input on', async () => {
    const lines = 'one\ntwo\n'.repeat(2000)
    expect(await podman(['run', '--rm', '-i', IMAGE, 'cat'], { input: lines })).toMatchObject({
      status: 0,
      stdout: lines,
    })
  })

  // The case is not for runc, because on Linux process 1 of a pid namespace cannot kill itself.
  freebsdOnly('podman run ends with 128 plus the number of the signal that ended the program', async () => {
    expect((await shell([], 'kill -KILL $$')).status).toBe(137)
    expect((await shell([], 'kill -TERM $$')).status).toBe(143)
  })

  test('podman run --rm leaves no mount, jail, state or process', async () => {
    const before = present()
    const during = await shell(['--tmpfs', '/t', '-v', 'kept:/kept'], 'mount; echo ok')
    expect(during.stdout).toContain('ok')
    await must('volume', 'rm', 'kept')
    await nothingLeft(before)
    expect(await must('ps', '-a', '-q')).toBe('')
  })

  freebsdOnly('a running container has a jail with its name, and a state', async () => {
    const id = await must('run', '-d', '--rm', IMAGE, 'sleep', '100')
    expect(tool('jls', '-j', id, 'name')).toBe(id)
    const state = JSON.parse(readFileSync(`/var/run/jailwright/${id}/state.json`, 'utf8'))
    expect(state.pid).toBe(Number(await must('inspect', '--format', '{{.State.Pid}}', id)))
    expect(tool('jls', '-j', String(state.jid), 'name')).toBe(id)
    await must('rm', '-f', '-t', '0', id)
    expect(tool('jls', 'name')).not.toContain(id)
  })
})

describe('a container that cannot start', () => {
  test.each([
    ['no such program in PATH', 'no-such-program', 127],
    ['no such program at a path', '/bin/no-such-program', 127],
    ['a file that may not be executed', '/etc/not-executable', 126],
    ['a directory', '/etc', 126],
  ])('the status is right for a container that cannot start: %s', async (_name, program, status) => {
    const answer = await run([], program)
    expect(answer.status).toBe(status)
    expect(answer.stdout).toBe('')
    expect(answer.stderr).toContain(program)
  })

  test('the statuses are the same for a runtime without JSON errors', async () => {
    const answer = await podman(['--runtime', 'without-json', 'run', '--rm', IMAGE, '/bin/no-such-program'])
    expect(answer.status).toBe(127)
    const not = await podman(['--runtime', 'without-json', 'run', '--rm', IMAGE, '/etc/not-executable'])
    expect(not.status).toBe(126)
  })

  test('podman run refuses a name that another container has', async () => {
    const name = fresh()
    await must('create', '--name', name, IMAGE)
    expect((await podman(['run', '--name', name, IMAGE, 'true'])).status).toBe(125)
  })

  test('a container that failed can be removed, and its name used again', async () => {
    const name = fresh()
    expect((await podman(['run', '--name', name, IMAGE, '/no/program'])).status).toBe(127)
    await must('rm', name)
    expect((await podman(['run', '--rm', '--name', name, IMAGE, 'true'])).status).toBe(0)
  })
})

describe('the process', () => {
  test('the environment is that of the options and of the image', async () => {
    const { stdout } = await run(['-e', 'A=b c', '-e', 'EMPTY=', '--env', 'PATH=/bin:/x'], '/bin/env')
    const lines = stdout.split('\n')
    expect(lines).toContain('A=b c')
    expect(lines).toContain('EMPTY=')
    expect(lines).toContain('PATH=/bin:/x')
    expect(lines).toContain('container=podman')
    expect(lines).toContain('HOME=/root')
    expect(lines.filter(line => /JAILWRIGHT|CONTAINERS_CONF/.test(line))).toEqual([])
  })

  test('-w sets the working directory, and a missing one is an error', async () => {
    expect((await run(['-w', '/home/user'], 'pwd')).stdout).toBe('/home/user\n')
    const missing = await run(['-w', '/no/such/place'], 'pwd')
    expect(missing.status).not.toBe(0)
    expect(missing.stderr).toContain('/no/such/place')
  })

  test('--user takes numbers of user and group, and --group-add adds groups', async () => {
    const { stdout } = await run(['--user', '1001:1002', '--group-add', '44', '--group-add', '1003'], 'id')
    expect(stdout).toMatch(/^uid=1001\S* gid=1002\S* groups=/)
    expect(
      /groups=(.*)/
        .exec(stdout)?.[1]
        ?.replace(/\([^)]*\)/g, '')
        .split(',')
        .sort(),
    ).toEqual(['1002', '1003', '44'].sort())
  })

  test('--user by name takes group, home and groups from the image', async () => {
    const { stdout } = await shell(['--user', 'user'], 'id -u; id -g; echo $HOME; touch /etc/x; echo $?')
    expect(stdout).toBe('1001\n1002\n/home/user\n1\n')
  })

  test('--umask sets the umask, which is 0022 without it', async () => {
    expect((await shell([], 'umask')).stdout).toBe('0022\n')
    expect((await shell(['--umask', '0077'], 'umask')).stdout).toBe('0077\n')
  })

  test('--ulimit sets soft and hard limits', async () => {
    const limits = ['--ulimit', 'nofile=512:600', '--ulimit', 'core=0:0', '--ulimit', 'nproc=500:500']
    const { stdout } = await shell(limits, 'ulimit -n; ulimit -H -n; ulimit -c')
    expect(stdout).toBe('512\n600\n0\n')
  })

  test('--hostname sets the host name', async () => {
    expect((await run(['--hostname', 'h.example'], 'hostname')).stdout).toBe('h.example\n')
  })

  test('signals have their default actions, so that a broken pipe ends the writer', async () => {
    const script = '(yes; echo "yes ended with $?" >&2) | head -n 1'
    expect((await shell([], script)).stderr).toContain('yes ended with 141')
  })

  test('the program has no descriptors but the standard streams', async () => {
    const { stdout } = await shell(
      [],
      'for n in 3 4 5 6 7 8 9; do (: <&$n) 2>/dev/null && echo open $n; done; true',
    )
    expect(stdout).toBe('')
  })

  test('podman run --preserve-fds hands one more descriptor to the program', async () => {
    const dir = mkdtempSync(path.join(machine.dir, 'work/fd-'))
    writeFileSync(path.join(dir, 'text'), 'through descriptor 3\n')
    const args = ['run', '--rm', '--preserve-fds', '1', IMAGE, 'sh', '-c', 'cat <&3']
    const answer = await podmanWithThird(path.join(dir, 'text'), args)
    expect(answer).toMatchObject({ status: 0, stdout: 'through descriptor 3\n' })
  })

  test('--entrypoint replaces the first words of the program', async () => {
    expect((await run(['--entrypoint', '["/bin/sh","-c"]'], 'echo "a b"')).stdout).toBe('a b\n')
  })

  test('with --init, catatonit is the first process and passes the status on', async () => {
    const answer = await shell(['--init'], 'exit 5')
    expect(answer.status).toBe(5)
    const id = await must('run', '-d', '--init', IMAGE, 'sleep', '100')
    const pid = await must('inspect', '--format', '{{.State.Pid}}', id)
    await until('the first program', () => readFileSync(`/proc/${pid}/comm`, 'utf8') === 'podman-init\n')
    await must('stop', '-t', '60', id)
    expect(await must('inspect', '--format', '{{.State.ExitCode}}', id)).toBe('143')
  })

  test('--pidfile and inspect name the program itself', async () => {
    const file = path.join(machine.dir, 'work', fresh('pid'))
    const id = await must('run', '-d', '--pidfile', file, IMAGE, 'sleep', '98765')
    const pid = readFileSync(file, 'utf8')
    expect(readFileSync(`/proc/${pid}/cmdline`, 'utf8')).toBe('sleep\x0098765\0')
    expect(await must('inspect', '--format', '{{.State.Pid}}', id)).toBe(pid)
    await must('rm', '-f', '-t', '0', id)
  })

  test('options without a meaning in a jail have no effect', async () => {
    const options = ['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--oom-score-adj', '100']
    expect(await run([...options, '--network', 'host'], 'echo', 'ran')).toMatchObject({
      status: 0,
      stdout: 'ran\n',
    })
  })

  test('podman run --privileged runs the program', async () => {
    expect(await run(['--privileged'], 'echo', 'ran')).toMatchObject({ status: 0, stdout: 'ran\n' })
  })

  test('containers that run at the same time do not disturb each other', async () => {
    const answers = await Promise.all([1, 2, 3, 4].map(n => shell([], `echo ${n}; exit ${n}`)))
    expect(answers.map(({ status, stdout }) => [status, stdout])).toEqual(
      [1, 2, 3, 4].map(n => [n, `${n}\n`]),
    )
  })
})

describe('annotations', () => {
  test('a foreign annotation is kept', async () => {
    const id = await must('create', '--annotation', 'custom.example=1', IMAGE)
    expect(await must('inspect', '--format', '{{index .Config.Annotations "custom.example"}}', id)).toBe('1')
  })

  freebsdOnly('an annotation sets a jail parameter', async () => {
    const id = await must(
      'run',
      '-d',
      '--annotation',
      'org.freebsd.jail.allow.mlock=true',
      IMAGE,
      'sleep',
      '99',
    )
    expect(tool('jls', '-j', id, 'allow.mlock')).toBe('true')
    const other = await must('run', '-d', IMAGE, 'sleep', '99')
    expect(tool('jls', '-j', other, 'allow.mlock')).toBe('false')
  })

  freebsdOnly(
    'an annotation that would run a command on the host is refused, and nothing is left',
    async () => {
      const answer = await run(['--annotation', 'org.freebsd.jail.exec.prestart=touch /tmp/no'], 'true')
      expect(answer.status).not.toBe(0)
      expect(answer.stderr).toContain('org.freebsd.jail.exec.prestart')
    },
  )

  freebsdOnly("a network stack of the container's own has lo0 up", async () => {
    const id = await must('run', '-d', '--annotation', 'org.freebsd.jail.vnet=new', IMAGE, 'sleep', '99')
    expect(tool('jls', '-j', id, 'vnet')).toBe('new')
    await until(
      'lo0 up',
      () =>
        /lo0: flags=\S*<UP/.test(tool('jexec', id, '/sbin/ifconfig', 'lo0')) ||
        /lo0: flags=\S*<UP/.test(tool('ifconfig', '-j', id, 'lo0')),
    )
  })
})

describe('limits (rctl)', () => {
  freebsdOnly('--memory and --pids-limit become rules that end with the container', async () => {
    const id = await must('run', '-d', '--memory', '64m', '--pids-limit', '50', IMAGE, 'sleep', '99')
    const rules = tool('rctl', `jail:${id}`)
    expect(rules).toContain(`jail:${id}:memoryuse:deny=67108864`)
    expect(rules).toContain(`jail:${id}:maxproc:deny=50`)
    await must('rm', '-f', '-t', '0', id)
    expect(tool('rctl')).not.toContain(id)
  })
})
