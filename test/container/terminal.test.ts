/**
 * A terminal of one's own, on a real pseudo terminal: Bun runs the fixture (Node cannot read its sources), setsid(1)
 * gives it the controlling terminal that a shell would.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { read, writeSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterEach, describe, expect, it } from 'vitest'
import { processCalls as calls } from '../../src/host/process.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))
const bun = at('../../node_modules/.bin/bun')
const fixture = at('terminal-fixture.ts')

interface Session {
  child: ChildProcess
  master: number
  slave: number
  shown(): string
  type(text: string): void
  expect(what: string | RegExp): Promise<void>
  status(): Promise<number | string>
}

const sessions: Session[] = []
afterEach(() => {
  for (const { child, slave } of sessions.splice(0)) {
    child.kill('SIGKILL')
    // The reader of the master ends by itself with the last slave.
    calls.close(slave)
  }
})

async function until(what: string, done: () => boolean): Promise<void> {
  const end = Date.now() + 10_000
  while (!done()) {
    if (Date.now() > end) throw new Error(`not seen: ${what}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

/** `stty -g`: all settings as one word. */
async function settings(slave: number): Promise<string> {
  const child = spawn('stty', ['-g'], { stdio: [slave, 'pipe', 'ignore'] })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await new Promise(resolve => child.once('close', resolve))
  return text.trim()
}

/** Runs the fixture on a fresh terminal of 33 rows and 101 columns. */
function session(command: string, size?: string, options: { output?: 'pipe' } = {}): Session {
  const { master, slave } = calls.openPty()
  calls.setWindowSize(master, 33, 101)
  const words = ['-c', '-w', bun, fixture, command, ...(size === undefined ? [] : [size])]
  const child = spawn('setsid', words, { stdio: [slave, options.output ?? slave, slave] })
  let text = ''
  const buffer = Buffer.alloc(65_536)
  const next = () => {
    read(master, buffer, 0, buffer.length, null, (error, count) => {
      if (error || count === 0) return
      text += buffer.toString('latin1', 0, count)
      next()
    })
  }
  next()
  const ended = new Promise<number | string>(resolve =>
    child.once('exit', (code, signal) => resolve(code ?? String(signal))),
  )
  const made: Session = {
    child,
    master,
    slave,
    shown: () => text,
    type: typed => void writeSync(master, typed),
    expect: what => until(`${what} in ${JSON.stringify(text)}`, () => text.search(what) >= 0),
    status: () => ended,
  }
  sessions.push(made)
  return made
}

describe.runIf(process.platform === 'linux')('a terminal of its own', () => {
  it("gives the program the caller's size, and tells it of every change", async () => {
    const {
      master,
      expect: shows,
      type,
      status,
    } = session(
      'stty size; trap "stty size" WINCH; echo ready; while :; do sleep 0.05; read -r x && exit 5; done',
    )
    await shows('33 101')
    await shows('ready')
    calls.setWindowSize(master, 40, 140)
    await shows('40 140')
    type('x\r')
    expect(await status()).toBe(5)
  })

  it('gives it the size of the configuration instead', async () => {
    const { expect: shows, status } = session('stty size', '50x132')
    await shows('50 132')
    expect(await status()).toBe(0)
  })

  it('is raw while the program runs, and restored when it has ended', async () => {
    const { slave, expect: shows, type, status } = session('echo ready; read -r x; exit 3')
    const before = await settings(slave)
    await shows('ready')
    expect(await settings(slave)).not.toBe(before)
    type('end\r')
    expect(await status()).toBe(3)
    expect(await settings(slave)).toBe(before)
  })

  it('hands ^C to the program, not to us', async () => {
    const {
      expect: shows,
      type,
      status,
    } = session('trap "echo caught; exit 4" INT; echo ready; while :; do sleep 0.05; done')
    await shows('ready')
    type('\x03')
    await shows('caught')
    expect(await status()).toBe(4)
  })

  it('is restored when a signal ends the program, and when one is sent to us', async () => {
    const killed = session('echo ready; kill -KILL $$')
    const before = await settings(killed.slave)
    expect(await killed.status()).toBe(137)
    expect(await settings(killed.slave)).toBe(before)

    const {
      slave,
      expect: shows,
      child,
      status,
    } = session('trap "exit 6" TERM; echo ready; while :; do sleep 0.05; done')
    await shows('ready')
    // setsid -w waits: the fixture is its child.
    const pids = await new Promise<string>(resolve => {
      const pgrep = spawn('pgrep', ['-P', String(child.pid)], { stdio: ['ignore', 'pipe', 'ignore'] })
      pgrep.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString()))
    })
    process.kill(Number(pids.trim().split('\n')[0]), 'SIGTERM')
    expect(await status()).toBe(6)
    expect(await settings(slave)).toBe(before)
  })

  it('loses nothing of the last output, however slow its reader', async () => {
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
    await until('the end of the output', () => tail.endsWith('the end\r\n'))
    const lines = Array.from({ length: 60_000 }, (_, n) => `${n + 1}\r\n`).join('')
    expect(size).toBe(lines.length + 'the end\r\n'.length)
  })

  it('takes a large paste in order', async () => {
    const lines = Array.from({ length: 20_000 }, (_, n) => `line ${n}\n`).join('')
    const {
      expect: shows,
      type,
      status,
    } = session('stty raw -echo; echo ready; head -c %SIZE% | cksum'.replace('%SIZE%', String(lines.length)))
    await shows('ready')
    for (let from = 0; from < lines.length; from += 4096) {
      type(lines.slice(from, from + 4096))
      await new Promise(resolve => setTimeout(resolve, 1))
    }
    expect(await status()).toBe(0)
    const sum = spawn('cksum', { stdio: ['pipe', 'pipe', 'ignore'] })
    sum.stdin?.end(lines)
    const expected = await new Promise<string>(resolve =>
      sum.stdout?.once('data', (chunk: Buffer) => resolve(chunk.toString().trim())),
    )
    await shows(expected)
  })

  it('hangs up when the reader of the output is gone', async () => {
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
  function piped(command: string, input: string | undefined) {
    const child = spawn(bun, [fixture, command], {
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
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

  it('ends the input with the end of the pipe, also in the middle of a line', async () => {
    expect(await piped('stty -echo; sleep 0.3; cat; echo "[end]"', 'a\nb')).toEqual({
      status: 0,
      text: expect.stringMatching(/a\r\nb\[end\]\r\n$/),
    })
    expect((await piped('cat; echo "[end]"', undefined)).text).toContain('[end]')
  })

  it('does not wait for the input when the program has ended', async () => {
    const child = spawn(bun, [fixture, 'exit 8'], { stdio: ['pipe', 'ignore', 'inherit'] })
    expect(await new Promise(resolve => child.once('exit', resolve))).toBe(8)
  })
})
