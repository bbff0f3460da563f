import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { freebsdOnly, fresh, leavesNothing } from './cases.ts'
import { IMAGE, machine, must, podman, tool, until } from './machine.ts'

/** Starts a container in the background that runs a shell script, and gives its name. */
async function background(script: string, ...options: string[]): Promise<string> {
  const name = fresh()
  await must('run', '-d', '--name', name, ...options, IMAGE, '/bin/sh', '-c', script)
  return name
}

const inspect = (name: string, what: string) => must('inspect', '--format', `{{${what}}}`, name)
const status = (name: string) => inspect(name, '.State.Status')

/** A script that says when it is ready, and ends with status 3 at TERM. */
const POLITE = 'trap "echo bye; exit 3" TERM; echo ready; while :; do sleep 0.1; done'
/** A script that ignores TERM. */
const STUBBORN = 'trap "" TERM; echo ready; while :; do sleep 0.1; done'

/** Waits for a line in a container's log. */
const said = (name: string, line: string) =>
  until(`${name} to say ${line}`, async () => (await must('logs', name)).split('\n').includes(line))

/** Waits until no process of the machine has these words. The kernel ends a killed process in its own time. */
const ended = (words: string) =>
  until(`the end of ${words}`, async () => {
    const { stdout } = await execa('sh', ['-c', 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "'], {
      reject: false,
    })
    return !stdout.includes(words)
  })

leavesNothing()

describe('detached', () => {
  test('a detached container goes through podman run, logs, stop and rm', async () => {
    const name = await background(POLITE)
    await said(name, 'ready')
    expect(await status(name)).toBe('running')
    expect(await must('ps', '--format', '{{.Names}}')).toBe(name)
    await must('stop', '-t', '60', name)
    expect(await must('logs', name)).toBe('ready\nbye')
    expect(await status(name)).toBe('exited')
    expect(await inspect(name, '.State.ExitCode')).toBe('3')
    await must('rm', name)
    expect((await podman(['container', 'exists', name])).status).toBe(1)
  })

  test('podman create makes a container that podman start runs', async () => {
    const name = fresh()
    await must('create', '--name', name, IMAGE, 'echo', 'started')
    expect(await status(name)).toBe('created')
    await must('start', name)
    expect(await must('wait', name)).toBe('0')
    expect(await must('logs', name)).toBe('started')
    expect(await must('start', '-a', name)).toBe('started')
  })

  test('podman init makes a container that waits for podman start', async () => {
    const name = fresh()
    await must('create', '--name', name, IMAGE, 'echo', 'started')
    await must('init', name)
    expect(await status(name)).toBe('initialized')
    expect(await must('logs', name)).toBe('')
    await must('start', name)
    expect(await must('wait', name)).toBe('0')
    expect(await must('logs', name)).toBe('started')
  })

  test('a container that podman rm removes after podman init never runs', async () => {
    const name = fresh()
    await must('create', '--name', name, IMAGE, 'echo', 'started')
    await must('init', name)
    await must('rm', '-f', name)
  })

  test('podman wait gives the status of a container that ends by itself', async () => {
    const name = await background('sleep 0.3; exit 9')
    expect(await must('wait', name)).toBe('9')
  })

  freebsdOnly('a container that has ended leaves no jail and no mount, before it is removed', async () => {
    const name = await background('exit 0', '--tmpfs', '/t')
    const id = await inspect(name, '.Id')
    await must('wait', name)
    await until('the end of the jail', () => !tool('jls', 'name').includes(id))
    await until('the end of the state', () => !existsSync(`/var/run/jailwright/${id}`))
    expect(tool('mount', '-v')).not.toContain(id)
  })

  test('a container that outlives podman is found again', async () => {
    const name = await background(POLITE)
    await said(name, 'ready')
    const pid = await inspect(name, '.State.Pid')
    expect(readFileSync(`/proc/${pid}/comm`, 'utf8')).toBe('sh\n')
    expect(await must('exec', name, 'echo', 'again')).toBe('again')
  })
})

describe('signals', () => {
  test('podman kill sends KILL', async () => {
    const name = await background(STUBBORN)
    await said(name, 'ready')
    await must('kill', name)
    expect(await must('wait', name)).toBe('137')
  })

  test.each(['USR1', 'SIGUSR1', 'HUP', '2'])('podman kill -s %s reaches the program', async signal => {
    const traps = 'trap "echo got USR1" USR1; trap "echo got HUP" HUP; trap "echo got INT" INT'
    const name = await background(`${traps}; echo ready; while :; do sleep 0.1; done`)
    await said(name, 'ready')
    await must('kill', '-s', signal, name)
    const word = { USR1: 'USR1', SIGUSR1: 'USR1', HUP: 'HUP', 2: 'INT' }[signal]
    await said(name, `got ${word}`)
    expect(await status(name)).toBe('running')
  })

  test('podman run passes signals on to the program', async () => {
    const name = fresh()
    const script = `trap "echo got USR1" USR1; ${POLITE}`
    const args = [...machine.storage, 'run', '--rm', '--name', name, IMAGE, 'sh', '-c', script]
    const child = execa('podman', args, { env: machine.environment(), extendEnv: false, reject: false })
    await until('the program', async () => (await podman(['logs', name])).stdout.includes('ready'))
    // podman begins to pass signals on only when the program runs. Until then it ignores a USR1, but ends at a TERM.
    await until('a signal that was passed on', async () => {
      child.kill('SIGUSR1')
      return (await podman(['logs', name])).stdout.includes('got USR1')
    })
    child.kill('SIGTERM')
    expect(await child).toMatchObject({ exitCode: 3 })
  })

  test('podman stop waits, and then kills the program', async () => {
    const name = await background(STUBBORN)
    await said(name, 'ready')
    const begin = Date.now()
    await must('stop', '-t', '2', name)
    expect(Date.now() - begin).toBeGreaterThan(1800)
    expect(await inspect(name, '.State.ExitCode')).toBe('137')
  })

  test('podman stop sends the signal of --stop-signal', async () => {
    const name = await background(
      'trap "exit 4" USR2; echo ready; while :; do sleep 0.1; done',
      '--stop-signal',
      'USR2',
    )
    await said(name, 'ready')
    await must('stop', '-t', '60', name)
    expect(await inspect(name, '.State.ExitCode')).toBe('4')
  })

  test('podman kill of a container that does not run is an error', async () => {
    const name = await background('exit 0')
    await must('wait', name)
    expect((await podman(['kill', name])).status).not.toBe(0)
  })
})

describe('pause', () => {
  const counting = 'n=0; while :; do n=$((n+1)); echo $n; sleep 0.05; done'

  test('podman pause stops every process, and podman unpause lets them go on', async () => {
    const name = await background(counting)
    await said(name, '3')
    await must('pause', name)
    expect(await status(name)).toBe('paused')
    // conmon may still write what it has read; a program that goes on writes a line every 50 milliseconds.
    const first = await until('a log without new lines', async () => {
      const before = await must('logs', name)
      await new Promise(resolve => setTimeout(resolve, 400))
      return (await must('logs', name)) === before && before
    })
    await must('unpause', name)
    expect(await status(name)).toBe('running')
    await until('another line', async () => (await must('logs', name)) !== first)
  })

  test('podman exec in a paused container is refused', async () => {
    const name = await background(counting)
    await must('pause', name)
    expect((await podman(['exec', name, 'true'])).status).not.toBe(0)
    await must('unpause', name)
  })

  test('a paused container can be removed by force', async () => {
    const name = await background(counting)
    await must('pause', name)
    await must('rm', '-f', '-t', '1', name)
  })
})

describe('again and again', () => {
  test('podman restart ends the program and starts it again', async () => {
    const name = await background(POLITE)
    await said(name, 'ready')
    const pid = await inspect(name, '.State.Pid')
    await must('restart', '-t', '60', name)
    expect(await status(name)).toBe('running')
    expect(await inspect(name, '.State.Pid')).not.toBe(pid)
    await until('both runs in the log', async () =>
      (await must('logs', name)).startsWith('ready\nbye\nready'),
    )
  })

  test('the restart policy on-failure restarts a container that fails', async () => {
    const name = await background('echo run; exit 1', '--restart', 'on-failure:2')
    await until('three runs', async () => (await must('logs', name)) === 'run\nrun\nrun')
    expect(await inspect(name, '.RestartCount')).toBe('2')
    await until('its end', async () => (await status(name)) === 'exited')
  })

  test('a container is started ten times', async () => {
    const name = fresh()
    await must('create', '--name', name, IMAGE, 'sh', '-c', 'echo $(cat /n 2>/dev/null)x >> /n; wc -l < /n')
    for (let n = 1; n <= 10; n++) expect(await must('start', '-a', name)).toBe(String(n))
  })

  test('podman rm -f ends the program and its children', async () => {
    const name = await background('sleep 543210 & sleep 543210 & echo ready; wait')
    await said(name, 'ready')
    await must('rm', '-f', '-t', '0', name)
    await ended('sleep 543210')
  })

  test('processes that the first process leaves end with it', async () => {
    const name = await background('(trap "" HUP TERM; sleep 654321) & sleep 0.2')
    await must('wait', name)
    await must('rm', name)
    await ended('sleep 654321')
  })
})

describe('looking at it', () => {
  test('podman logs -f follows the output to its end', async () => {
    const name = await background('for n in 1 2 3; do echo line $n; sleep 0.2; done')
    expect(await must('logs', '-f', name)).toBe('line 1\nline 2\nline 3')
  })

  test('podman attach shows the output', async () => {
    const name = fresh()
    // The program goes on when the lines that it repeats are seen by the podman that is attached.
    const script = 'until [ -e /go ]; do echo waiting; sleep 0.1; done; echo attached; exit 6'
    await must('create', '--name', name, IMAGE, 'sh', '-c', script)
    await must('start', name)
    const args = [...machine.storage, 'attach', '--no-stdin', name]
    const child = execa('podman', args, { env: machine.environment(), extendEnv: false, reject: false })
    await once(child.stdout!, 'data')
    await must('exec', name, 'touch', '/go')
    // podman ends the output of attach with an empty line.
    expect((await child).stdout.trim()).toMatch(/^(waiting\n)+attached$/)
    expect(await must('wait', name)).toBe('6')
  })

  test('podman attach passes standard input on', async () => {
    const name = fresh()
    await must('run', '-d', '-i', '--name', name, IMAGE, 'sh', '-c', 'read a; echo got $a')
    const answer = await podman(['attach', name], { input: 'word\n' })
    expect(answer.stdout.trim()).toBe('got word')
  })

  test('podman inspect shows the state and the runtime', async () => {
    const name = await background(POLITE)
    const [all] = JSON.parse(await must('inspect', name))
    expect(all).toMatchObject({
      State: { Status: 'running', Running: true },
      OCIRuntime: machine.runtimeName,
    })
    expect(existsSync(`/proc/${all.State.Pid}`)).toBe(true)
    expect(all.State.ConmonPid).toBeGreaterThan(0)
  })

  test('podman info names the runtime of its settings, with the path at which it is installed', async () => {
    const { name, path } = JSON.parse(await must('info', '--format', '{{json .Host.OCIRuntime}}'))
    expect({ name, path }).toEqual({ name: machine.runtimeName, path: machine.runtime })
  })

  test('a health check runs in the container', async () => {
    const options = ['--health-cmd', 'test -e /ok', '--health-interval', 'disable', '--health-retries', '1']
    const name = await background(POLITE, ...options)
    const first = await podman(['healthcheck', 'run', name])
    expect(first.status).toBe(1)
    await must('exec', name, 'touch', '/ok')
    expect((await podman(['healthcheck', 'run', name])).status).toBe(0)
    expect(await inspect(name, '.State.Healthcheck.Status')).toBe('healthy')
  })

  // For a running container, podman on Linux reads the files through its mount namespace, which a jail does not have.
  test('podman diff, cp and commit work on a container that has ended', async () => {
    const name = await background('echo made > /home/made')
    await must('wait', name)
    expect(await must('diff', name)).toContain('A /home/made')
    expect(await must('cp', `${name}:/home/made`, '-')).toContain('made')
    await must('commit', '-q', name, 'localhost/committed:1')
    expect(await must('run', '--rm', 'localhost/committed:1', 'cat', '/home/made')).toBe('made')
    await must('rmi', 'localhost/committed:1')
  })

  freebsdOnly('podman update changes the limits of a running container', async () => {
    const name = await background(POLITE)
    const id = await inspect(name, '.Id')
    await must('update', '--memory', '80m', name)
    expect(tool('rctl', `jail:${id}`)).toContain('memoryuse:deny=83886080')
  })
})
