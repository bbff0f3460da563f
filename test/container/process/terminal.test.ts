/** A terminal of its own for a program; the fixture is bundled, because Node cannot read its source. */
import { spawn } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { buildSync } from 'esbuild'
import { afterEach, beforeAll, describe, expect, it } from 'vitest'
import { endSessions, onTerminal, output, type Session, settings, until } from './pty.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
/** The bundle is inside the repository because it looks for koffi in the directories above. */
const fixture = at('../../../node_modules/.cache/terminal-test/fixture.mjs')

beforeAll(() => {
  buildSync({
    entryPoints: [at('terminal-fixture.ts')],
    outfile: fixture,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  })
})

afterEach(endSessions)

function session(command: string, size?: string, options: { output?: 'pipe' } = {}): Session {
  return onTerminal([process.execPath, fixture, command, ...(size === undefined ? [] : [size])], options)
}

describe.runIf(process.platform === 'linux')('a terminal of its own', () => {
  it("a relayed terminal gives the program the caller's size, and passes every change on", async () => {
    const { resize, shows, type, status } = session(
      'stty size; trap "stty size" WINCH; trap "exit 5" INT; echo ready; while :; do sleep 0.05; done',
    )
    await shows('33 101')
    await shows('ready')
    resize(40, 140)
    await shows('40 140')
    type('\x03')
    expect(await status()).toBe(5)
  })

  it('a relayed terminal has the size of the configuration where there is one', async () => {
    const { shows, status } = session('stty size', '50x132')
    await shows('50 132')
    expect(await status()).toBe(0)
  })

  it("the caller's terminal is raw while the program runs, and restored when it has ended", async () => {
    const terminal = session('echo ready; read -r x; exit 3')
    await terminal.shows('ready')
    expect(settings(terminal)).not.toBe(terminal.before)
    terminal.type('end\r')
    expect(await terminal.status()).toBe(3)
    expect(settings(terminal)).toBe(terminal.before)
  })

  it('a relayed terminal gives ^C to the program, not to this process', async () => {
    const { shows, type, status } = session(
      'trap "echo caught; exit 4" INT; echo ready; while :; do sleep 0.05; done',
    )
    await shows('ready')
    type('\x03')
    await shows('caught')
    expect(await status()).toBe(4)
  })

  it("the caller's terminal is restored when a signal ends the program, and when one is sent to this process", async () => {
    const killed = session('echo ready; kill -KILL $$')
    expect(await killed.status()).toBe(137)
    expect(settings(killed)).toBe(killed.before)

    const asked = session('trap "exit 6" TERM; echo ready; while :; do sleep 0.05; done')
    await asked.shows('ready')
    expect(settings(asked)).not.toBe(asked.before)
    asked.child.kill('SIGTERM')
    expect(await asked.status()).toBe(6)
    expect(settings(asked)).toBe(asked.before)
  })

  it('a relayed terminal loses nothing of the last output, however slow its reader', async () => {
    const { child, status } = session('seq 1 60000; echo the end', undefined, { output: 'pipe' })
    let size = 0
    let tail = ''
    // Nothing is read for longer than any pause that the end of the program waits for.
    await new Promise(resolve => setTimeout(resolve, 600))
    child.stdout?.on('data', (chunk: Buffer) => {
      size += chunk.length
      tail = (tail + chunk.toString()).slice(-20)
    })
    expect(await status()).toBe(0)
    await until(
      () => 'the end of the output',
      () => tail.endsWith('the end\r\n'),
    )
    const lines = Array.from({ length: 60_000 }, (_, n) => `${n + 1}\r\n`).join('')
    expect(size).toBe(lines.length + 'the end\r\n'.length)
  })

  it('a relayed terminal takes a large paste in order', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join('')
    const { shows, type, status } = session(`stty raw -echo; echo ready; head -c ${lines.length} | cksum`)
    await shows('ready')
    for (let from = 0; from < lines.length; from += 4096) {
      type(lines.slice(from, from + 4096))
      await new Promise(resolve => setTimeout(resolve, 1))
    }
    expect(await status()).toBe(0)
    const sum = await output(['sh', '-c', 'seq -f "line %g" 0 19999 | cksum'])
    await shows(sum)
  })

  it('a relayed terminal hangs up when the reader of the output is gone', async () => {
    const { child, status } = session('trap "exit 9" HUP; while :; do echo y; done', undefined, {
      output: 'pipe',
    })
    await new Promise<void>(resolve =>
      child.stdout?.once('data', () => {
        child.stdout?.destroy()
        resolve()
      }),
    )
    expect(await status()).toBe(9)
  })
})

describe.runIf(process.platform === 'linux')('a terminal for a caller without one', () => {
  function piped(command: string, input: string | undefined, env: Record<string, string> = {}) {
    const child = spawn(process.execPath, [fixture, command], {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    })
    let text = ''
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString()
    })
    if (input !== undefined) child.stdin?.end(input)
    return new Promise<{ status: number | null; text: string }>(resolve =>
      child.once('close', status => resolve({ status, text })),
    )
  }

  it('a relayed terminal loses nothing of the last output when its reader has stood still meanwhile', async () => {
    const { status, text } = await piped('echo one; echo two; exit 3', undefined, { LATE: '1' })
    expect(text).toBe('one\r\ntwo\r\n')
    expect(status).toBe(3)
  })

  it("a pipe's end becomes the end of a relayed terminal's input, also in the middle of a line", async () => {
    expect(await piped('stty -echo; sleep 0.3; cat; echo "[end]"', 'a\nb')).toEqual({
      status: 0,
      text: expect.stringMatching(/a\r\nb\[end\]\r\n$/),
    })
    expect((await piped('cat; echo "[end]"', undefined)).text).toContain('[end]')
  })

  it('a relayed terminal does not wait for the input when the program has ended', async () => {
    const child = spawn(process.execPath, [fixture, 'exit 8'], { stdio: ['pipe', 'ignore', 'inherit'] })
    expect(await new Promise(resolve => child.once('exit', resolve))).toBe(8)
  })
})
