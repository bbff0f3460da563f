/** Programs on a fresh pseudo terminal, which setsid(1) makes the controlling one, as a person's shell would have it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { read, writeSync } from 'node:fs'
import { processCalls as calls } from '../../../src/host/process.ts'

export interface Session {
  /** The program itself: setsid(1) becomes it. */
  child: ChildProcess
  /** Descriptors of both ends. */
  master: number
  slave: number
  /** The settings of the terminal before the program was started. */
  before: string
  /** All that was shown until now. */
  shown(): string
  type(text: string): void
  /** Waits until `what` was shown. */
  shows(what: string | RegExp): Promise<void>
  /** Exit status, or the name of the signal. */
  status(): Promise<number | string>
  resize(rows: number, columns: number): void
}

const sessions: Session[] = []

/** Ends all sessions; for afterEach. */
export function endSessions(): void {
  for (const { child, slave } of sessions.splice(0)) {
    child.kill('SIGKILL')
    // The reader of the master ends by itself with the last slave.
    calls.close(slave)
  }
}

/** Waits until `done` gives true; an error that says what was not seen after `timeout` milliseconds. */
export async function until(what: () => string, done: () => boolean, timeout = 60_000): Promise<void> {
  const end = Date.now() + timeout
  while (!done()) {
    if (Date.now() > end) throw new Error(`not seen: ${what()}`)
    await new Promise(resolve => setTimeout(resolve, 10))
  }
}

/** Runs a program to its end and gives its standard output. */
export async function output(command: readonly string[]): Promise<string> {
  const child = spawn(command[0]!, command.slice(1), { stdio: ['ignore', 'pipe', 'ignore'] })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString()
  })
  await new Promise(resolve => child.once('close', resolve))
  return text.trim()
}

/** `stty -g`: all settings of a terminal as one word. */
export function settings({ slave }: Pick<Session, 'slave'>): string {
  return spawnSync('stty', ['-g'], { stdio: [slave, 'pipe', 'ignore'], encoding: 'utf8' }).stdout.trim()
}

/** Starts a program on a terminal of 33 rows and 101 columns; `output: 'pipe'` takes its standard output apart. */
export function onTerminal(argv: readonly string[], options: { output?: 'pipe' } = {}): Session {
  const { master, slave } = calls.openPty()
  calls.setWindowSize(master, 33, 101)
  const before = settings({ slave })
  const child = spawn('setsid', ['-c', ...argv], { stdio: [slave, options.output ?? slave, slave] })
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
    before,
    shown: () => text,
    type: typed => void writeSync(master, typed),
    shows: what =>
      until(
        () => `${what} in ${JSON.stringify(text)}`,
        () => text.search(what) >= 0,
      ),
    status: () => ended,
    resize: (rows, columns) => calls.setWindowSize(master, rows, columns),
  }
  sessions.push(made)
  return made
}
