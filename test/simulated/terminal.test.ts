/** Bundles of `spec`, run on a pseudo terminal as a person at a shell does it, with both engines. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { endSessions, onTerminal, settings } from '../container/process/pty.ts'
import { destroyHost, freshHost, hostCommand, makeRoot, onHost, simulationPossible } from './host.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const executable = at('../../dist/jailwright')
const engines = [
  ['executable', executable],
  ['Node bundle', at('../../bin/jailwright')],
] as const

const host = freshHost('terminal')
const work = mkdtempSync(join(tmpdir(), 'terminal-'))
const bundle = (name: string) => join(work, name)
const jailwright = (...args: string[]) => onHost(host, [executable, ...args])

/** Makes a bundle with a root file system and a config.json from `spec`. */
function specBundle(
  name: string,
  options: readonly string[],
  change: (config: string) => string = c => c,
): void {
  mkdirSync(bundle(name))
  makeRoot(host, join(bundle(name), 'rootfs'))
  jailwright('spec', '--bundle', bundle(name), ...options)
  const file = join(bundle(name), 'config.json')
  writeFileSync(file, change(readFileSync(file, 'utf8')))
}

/** Whether a process has a handler for a signal, by proc_pid_status(5). */
function catches(pid: number, signal: number): boolean {
  const mask = /^SigCgt:\s*(\w+)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]
  return ((BigInt(`0x${mask}`) >> BigInt(signal - 1)) & 1n) === 1n
}

describe.runIf(simulationPossible())('a bundle made by spec', () => {
  beforeAll(() => {
    specBundle('freebsd', [])
    specBundle('linux', ['--linux'])
    specBundle('sleeper', [], config =>
      config.replace('"terminal": true', '"terminal": false').replace('"/bin/sh"', '"/bin/sleep", "1000"'),
    )
  })
  afterEach(endSessions)
  afterAll(() => {
    destroyHost(host)
    rmSync(work, { recursive: true, force: true })
  })

  it.each(engines)(
    'a bundle made by spec gives an interactive shell that ends as it should (%s)',
    async (name, runtime) => {
      const id = `shell-${name.length}`
      const terminal = onTerminal(hostCommand(host, [runtime, 'run', '--bundle', bundle('freebsd'), id]))
      await terminal.shows(/# $/)
      terminal.type('stty size\r')
      await terminal.shows('33 101')
      terminal.resize(40, 140)
      // The relaying program has to pass the new size on.
      terminal.type('until [ "$(stty size)" = "40 140" ]; do sleep 0.1; done; stty size; hostname\r')
      await terminal.shows('40 140')
      await terminal.shows(/^jailwright\r$/m)
      // ^C interrupts the program inside, and nothing else.
      terminal.type("sh -c 'echo be$((1))gun; exec sleep 1000'\r")
      await terminal.shows('be1gun')
      terminal.type('\x03')
      await terminal.shows(/be1gun[\s\S]*# $/)
      terminal.type('echo still $((40 + 2)); exit 5\r')
      await terminal.shows('still 42')
      expect(await terminal.status()).toBe(5)
      expect(settings(terminal)).toBe(terminal.before)
      expect(jailwright('list', '-q').stdout).toBe('')
    },
  )

  it('a bundle made by spec runs with the file systems of Linux', async () => {
    const terminal = onTerminal(hostCommand(host, [executable, 'run', '--bundle', bundle('linux'), 'linux']))
    await terminal.shows(/# $/)
    terminal.type('cat /proc/version; exit\r')
    await terminal.shows('Linux version')
    expect(await terminal.status()).toBe(0)
  })

  it.each(engines)(
    'a bundle made by spec runs in the background, with a shell beside its program (%s)',
    async (name, runtime) => {
      const id = `beside-${name.length}`
      // The container keeps the streams that it is given.
      const detached = '"$@" >/dev/null 2>&1'
      onHost(host, [
        '/bin/sh',
        '-c',
        detached,
        'sh',
        runtime,
        'run',
        '--detach',
        '--bundle',
        bundle('sleeper'),
        id,
      ])
      try {
        const terminal = onTerminal(hostCommand(host, [runtime, 'exec', '--tty', id, '/bin/sh']))
        await terminal.shows(/# $/)
        terminal.type('stty size; test -t 0 && echo is a terminal\r')
        await terminal.shows('33 101')
        await terminal.shows(/^is a terminal\r$/m)
        terminal.type('exit 6\r')
        expect(await terminal.status()).toBe(6)
        expect(settings(terminal)).toBe(terminal.before)
      } finally {
        jailwright('delete', '--force', id)
      }
    },
  )

  it('run hands signals on to the program, and leaves nothing when one ends it', async () => {
    const id = 'signalled'
    const terminal = onTerminal(hostCommand(host, [executable, 'run', '--bundle', bundle('sleeper'), id]))
    await expect
      .poll(() => jailwright('list').stdout, { timeout: 30_000 })
      .toMatch(new RegExp(`^${id} +\\d+ +running`, 'm'))
    // simhost begins to pass signals on only when it has started the command.
    await expect.poll(() => catches(terminal.child.pid!, 15), { timeout: 30_000 }).toBe(true)
    terminal.child.kill('SIGTERM')
    expect(await terminal.status()).toBe(143)
    expect(jailwright('list', '-q').stdout).toBe('')
  })
})
