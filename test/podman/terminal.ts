/** podman on a pseudo terminal. script(1) makes the terminal; a case types on it and reads from it. */
import { execa } from 'execa'
import { machine, until } from './machine.ts'

const quote = (word: string) => `'${word.replaceAll("'", "'\\''")}'`

export interface Terminal {
  /** Types a text unchanged. */
  type(text: string): void
  /** Gives all that the terminal has shown until now. */
  shown(): string
  /** Waits until `text` was shown. */
  expect(text: string | RegExp): Promise<void>
  /** Changes the size of the terminal, as a window does. */
  resize(rows: number, columns: number): Promise<void>
  /** Waits for the end of podman and gives its exit status. */
  end(): Promise<number>
}

/** Runs podman with these arguments on a terminal of `rows` by `columns`. */
export function onTerminal(args: readonly string[], rows = 33, columns = 101): Terminal {
  return programOnTerminal(['podman', ...machine.storage, ...args], rows, columns)
}

/** Runs any program on a terminal of `rows` by `columns`. */
export function programOnTerminal(argv: readonly string[], rows = 33, columns = 101): Terminal {
  const words = argv.map(quote).join(' ')
  // `tty` prints the terminal's name, by which the test resizes it; stty prints its settings before and after.
  const command = `stty rows ${rows} columns ${columns}; tty; before=$(stty -g); ${words}; s=$?; [ "$before" = "$(stty -g)" ] || echo terminal differs; exit $s`
  const child = execa('script', ['-qefc', command, '/dev/null'], {
    env: { ...machine.environment(), SHELL: '/bin/sh' },
    extendEnv: false,
    reject: false,
    timeout: 240_000,
    buffer: false,
  })
  let text = ''
  child.stdout?.on('data', (chunk: Buffer) => {
    text += chunk.toString('latin1')
  })
  const has = (what: string | RegExp) => (typeof what === 'string' ? text.includes(what) : what.test(text))
  return {
    type: typed => void child.stdin?.write(typed),
    shown: () => text,
    expect: async what => {
      await until(`${what} on the terminal`, () => has(what)).catch(error => {
        throw new Error(`${String(error)}; shown: ${JSON.stringify(text)}`)
      })
    },
    resize: async (newRows, newColumns) => {
      const device = /\/dev\/pts\/[0-9]+/.exec(text)?.[0]
      if (device === undefined) throw new Error(`no terminal in ${JSON.stringify(text)}`)
      await execa('stty', ['-F', device, 'rows', String(newRows), 'columns', String(newColumns)], {
        env: { PATH: '/bin:/usr/bin' },
      })
    },
    end: async () => {
      const { exitCode, timedOut } = await child
      if (timedOut) throw new Error(`podman did not end; shown: ${JSON.stringify(text)}`)
      return exitCode ?? -1
    },
  }
}
