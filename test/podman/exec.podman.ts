import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { beforeEach, describe, expect, test } from 'vitest'
import { fresh, leavesNothing } from './cases.ts'
import { IMAGE, machine, must, podman, podmanWithThird, until } from './machine.ts'

leavesNothing()

describe('podman exec', () => {
  let name = ''
  beforeEach(async () => {
    name = fresh()
    await must('run', '-d', '--name', name, '-e', 'FROM=container', '--user', 'root', IMAGE, 'sleep', '300')
  })
  const exec = (options: string[], ...words: string[]) => podman(['exec', ...options, name, ...words])

  test('podman exec gives the output, the errors and the exit status of the program', async () => {
    expect(await exec([], 'sh', '-c', 'echo out; echo err >&2; exit 5')).toEqual({
      status: 5,
      stdout: 'out\n',
      stderr: expect.stringContaining('err\n'),
    })
  })

  test("podman exec gives the container's environment, and the variables of -e", async () => {
    const { stdout } = await exec(['-e', 'A=b', '-e', 'C=d e'], 'env')
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['FROM=container', 'A=b', 'C=d e']))
  })

  test("a variable of podman exec -e replaces the container's", async () => {
    const { stdout } = await exec(['-e', 'FROM=exec'], 'env')
    expect(stdout.split('\n').filter(line => line.startsWith('FROM='))).toEqual(['FROM=exec'])
  })

  test('podman exec -w sets the working directory', async () => {
    expect((await exec(['-w', '/home/user'], 'pwd')).stdout).toBe('/home/user\n')
  })

  test('podman exec -u takes a user by number and by name', async () => {
    expect((await exec(['-u', '1001:1002'], 'id')).stdout).toMatch(/^uid=1001\S* gid=1002/)
    expect((await exec(['-u', 'user'], 'sh', '-c', 'id -u; id -g; touch /etc/x')).stdout).toBe('1001\n1002\n')
  })

  test('podman exec -i passes standard input on', async () => {
    const input = 'some text\n'.repeat(3000)
    expect(await podman(['exec', '-i', name, 'cat'], { input })).toMatchObject({ status: 0, stdout: input })
  })

  test('podman exec -d returns at once, and the program goes on', async () => {
    await must(
      'exec',
      '-d',
      name,
      'sh',
      '-c',
      'until [ -e /tmp/go ]; do sleep 0.1; done; echo done > /tmp/done; sleep 99',
    )
    await must('exec', name, 'touch', '/tmp/go')
    await until(
      'the program',
      async () => (await podman(['exec', name, 'cat', '/tmp/done'])).stdout === 'done\n',
    )
  })

  test('podman exec ends with 127 for a missing program and with 126 for one that may not be executed', async () => {
    expect((await exec([], 'no-such-program')).status).toBe(127)
    expect((await exec([], '/no/such/program')).status).toBe(127)
    expect((await exec([], '/etc/not-executable')).status).toBe(126)
  })

  // With each version of conmon, podman has to learn that the exec has failed, and why.
  test('podman exec names a working directory that does not exist', async () => {
    const { status, stdout, stderr } = await exec(['-w', '/nosuch'], 'echo', 'never')
    expect(status).toBeGreaterThan(0)
    expect(stdout).not.toContain('never')
    expect(stderr).toContain('/nosuch')
  })

  test('podman exec names a program that does not exist, and the container goes on', async () => {
    const { status, stderr } = await exec([], '/nosuch')
    expect(status).toBe(127)
    expect(stderr).toContain('/nosuch')
    expect((await exec([], 'true')).status).toBe(0)
  })

  test('podman exec names a user that the container does not know', async () => {
    const { status, stderr } = await exec(['-u', 'nosuchid'], 'true')
    expect(status).toBeGreaterThan(0)
    expect(stderr).toContain('nosuchid')
  })

  test('podman exec accepts a user id that the container does not know', async () => {
    expect(await exec(['-u', '54321:54322'], 'sh', '-c', 'id -u; id -g')).toMatchObject({
      status: 0,
      stdout: '54321\n54322\n',
    })
  })

  test('podman exec ends with 128 plus the number of the signal that ended the program', async () => {
    expect((await exec([], 'sh', '-c', 'kill -KILL $$')).status).toBe(137)
  })

  test('podman exec sees the files and processes of the container, not those of the host', async () => {
    await exec([], 'sh', '-c', 'echo text > /tmp/f')
    expect((await exec([], 'cat', '/tmp/f')).stdout).toBe('text\n')
    expect((await exec([], 'ls', machine.dir)).status).not.toBe(0)
  })

  test('podman exec has the limits and the umask of the container', async () => {
    expect((await exec([], 'sh', '-c', 'ulimit -n; umask')).stdout).toBe('1024\n0022\n')
  })

  test('podman exec --preserve-fds hands descriptors to the program', async () => {
    const dir = mkdtempSync(path.join(machine.dir, 'work/fd-'))
    writeFileSync(path.join(dir, 'text'), 'through descriptor 3\n')
    const args = ['exec', '--preserve-fds', '1', name, 'sh', '-c', 'cat <&3']
    const answer = await podmanWithThird(path.join(dir, 'text'), args)
    expect(answer).toMatchObject({ status: 0, stdout: 'through descriptor 3\n' })
  })

  test('podman exec is refused in a container that has ended', async () => {
    await must('kill', name)
    await must('wait', name)
    expect((await exec([], 'true')).status).not.toBe(0)
  })

  test('twenty podman exec at the same time give their own statuses', async () => {
    const answers = await Promise.all(Array.from({ length: 20 }, (_, n) => exec([], 'sh', '-c', `exit ${n}`)))
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, (_, n) => n))
  })

  test('a program of podman exec ends with the container', async () => {
    await must('exec', '-d', name, 'sleep', '432109')
    const running = () =>
      readFileSync('/proc/1/status', 'utf8') !== '' &&
      podman(['exec', name, 'true']).then(({ status }) => status === 0)
    expect(await running()).toBe(true)
    await must('kill', name)
    await must('wait', name)
  })
})
