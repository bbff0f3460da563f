import { describe, expect, test } from 'vitest'
import { fresh, leavesNothing } from './cases.ts'
import { IMAGE, must, podman, until } from './machine.ts'
import { onTerminal } from './terminal.ts'

leavesNothing()

describe('run -it', () => {
  test('podman run -it gives a shell on a terminal, and its exit status', async () => {
    const terminal = onTerminal(['run', '--rm', '-it', IMAGE, 'sh'])
    await terminal.expect(/[#$] /)
    terminal.type('test -t 0 && test -t 1 && test -t 2 && echo on a $((20 + 1)) terminal\r')
    await terminal.expect('on a 21 terminal')
    terminal.type('exit 9\r')
    expect(await terminal.end()).toBe(9)
    expect(terminal.shown()).not.toContain('terminal differs')
  })

  test('the terminal of podman run -it has the size of the window, also after a change', async () => {
    const terminal = onTerminal(['run', '--rm', '-it', IMAGE, 'sh'], 33, 101)
    await terminal.expect(/[#$] /)
    terminal.type('echo size: $(stty size)\r')
    await terminal.expect('size: 33 101')
    await terminal.resize(44, 122)
    // podman and conmon pass the new size on, rows and columns one after the other.
    terminal.type('until [ "$(stty size)" = "44 122" ]; do sleep 0.1; done; echo size: $(stty size)\r')
    await terminal.expect('size: 44 122')
    terminal.type('exit\r')
    expect(await terminal.end()).toBe(0)
  })

  test('the terminal of podman run -it is the controlling one, so that control-C interrupts', async () => {
    const terminal = onTerminal([
      'run',
      '--rm',
      '-it',
      IMAGE,
      'sh',
      '-c',
      'trap "echo; echo interrupted; exit 12" INT; echo ready; while :; do sleep 0.1; done',
    ])
    await terminal.expect('ready')
    terminal.type('\x03')
    await terminal.expect('interrupted')
    expect(await terminal.end()).toBe(12)
  })

  test('job control works on the terminal of podman run -it', async () => {
    const terminal = onTerminal(['run', '--rm', '-it', IMAGE, 'sh'])
    await terminal.expect(/[#$] /)
    terminal.type("sh -c 'echo be$((1))gun; exec sleep 1000'\r")
    await terminal.expect('be1gun')
    terminal.type('\x1a')
    await terminal.expect('Stopped')
    terminal.type('kill -KILL %1; echo killed $?\r')
    await terminal.expect('killed 0')
    terminal.type('wait; exit 0\r')
    expect(await terminal.end()).toBe(0)
    expect(terminal.shown()).not.toContain('job control turned off')
  })

  test('end of file on the terminal ends the shell', async () => {
    const terminal = onTerminal(['run', '--rm', '-it', IMAGE, 'sh'])
    await terminal.expect(/[#$] /)
    terminal.type('\x04')
    expect(await terminal.end()).toBe(0)
  })

  test('an error of podman run -it is shown, and the terminal gets its settings back', async () => {
    const terminal = onTerminal(['run', '--rm', '-it', IMAGE, '/no/such/program'])
    expect(await terminal.end()).toBe(127)
    expect(terminal.shown()).toContain('/no/such/program')
    expect(terminal.shown()).not.toContain('terminal differs')
  })

  test('podman run -t without -i gives the program a terminal', async () => {
    const answer = await podman(['run', '--rm', '-t', IMAGE, 'sh', '-c', 'test -t 1 && echo terminal'])
    expect(answer).toMatchObject({ status: 0, stdout: 'terminal\r\n' })
  })

  test('a user other than root owns the terminal', async () => {
    const script = 'id -u; echo by name > $(tty)'
    const terminal = onTerminal(['run', '--rm', '-it', '--user', '1001', IMAGE, 'sh', '-c', script])
    await terminal.expect('1001')
    await terminal.expect('by name')
    expect(await terminal.end()).toBe(0)
  })
})

describe('attach and exec', () => {
  test('the detach keys leave the container running, and podman attach returns to it', async () => {
    const name = fresh()
    const first = onTerminal(['run', '-it', '--name', name, IMAGE, 'sh'])
    await first.expect(/[#$] /)
    const end = first.end()
    const detached = end.then(() => true)
    // podman recognises the detach keys only when it reads each by itself; both mean nothing to the shell.
    await until('the end of podman', async () => {
      first.type('\x10')
      await new Promise(resolve => setTimeout(resolve, 200))
      first.type('\x11')
      return Promise.race([detached, new Promise<false>(resolve => setTimeout(resolve, 3000, false))])
    })
    expect(await end).toBe(0)
    expect(await must('inspect', '--format', '{{.State.Status}}', name)).toBe('running')
    const second = onTerminal(['attach', name])
    second.type('\recho back $((40 + 2))\r')
    await second.expect('back 42')
    second.type('exit 4\r')
    await second.end()
    expect(await must('wait', name)).toBe('4')
  })

  test('podman exec -it has a terminal of its own with the size of the window', async () => {
    const name = fresh()
    await must('run', '-d', '--name', name, IMAGE, 'sleep', '300')
    const terminal = onTerminal(['exec', '-it', name, 'sh'], 27, 99)
    await terminal.expect(/[#$] /)
    terminal.type('test -t 0 && echo size: $(stty size)\r')
    await terminal.expect('size: 27 99')
    terminal.type('exit 8\r')
    expect(await terminal.end()).toBe(8)
    expect(terminal.shown()).not.toContain('terminal differs')
  })

  test('podman exec -t -u gives a user a terminal', async () => {
    const name = fresh()
    await must('run', '-d', '--name', name, IMAGE, 'sleep', '300')
    const answer = await podman(['exec', '-t', '-u', 'user', name, 'sh', '-c', 'test -t 1 && id -u'])
    expect(answer).toMatchObject({ status: 0, stdout: '1001\r\n' })
  })
})
