import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { HookProcess } from '../../../src/container/process/hook-process.ts'
import { openHost } from '../../../src/host/index.ts'

const host = openHost()
let dir: string
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'hook-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** Runs a line of sh(1) as a hook to its end; gives what is wrong with it, and what it has written. */
function ran(
  line: string,
  { told = '', env = [], args = ['sh', '-c', line] }: Partial<Options> = {},
): { why: string | undefined; said: string } {
  const path = '/bin/sh'
  const hook = new HookProcess(host, { origin: 'hooks.poststop[0]', path, args, env }, dir)
  try {
    hook.tell(told)
    const why = hook.wait(undefined)
    return { why, said: hook.output }
  } finally {
    hook.close()
  }
}

/** The letter for the state of a process by proc_pid_stat(5), or `gone`. */
function stateOf(pid: number): string {
  try {
    return /\) (\S)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8'))?.[1] ?? 'gone'
  } catch {
    return 'gone'
  }
}

interface Options {
  told: string
  env: readonly string[]
  args: readonly string[]
}

describe('the process of a hook', () => {
  it('a hook gets a text and the end of file on its standard input, and both of its outputs are kept', () => {
    expect(ran('cat; echo error >&2', { told: 'the state\n' })).toEqual({
      why: undefined,
      said: 'the state\nerror\n',
    })
  })

  it('a hook runs in the given directory with its own environment alone', () => {
    const { said } = ran('pwd; printf "%s,%s,%s\\n" "$A" "$B" "$HOME"', {
      env: ['A=1', 'A=2=3', 'B='],
    })
    expect(said).toBe(`${dir}\n2=3,,\n`)
  })

  it('a hook that exits with a status has failed, also with one by which a shell reports a signal', () => {
    expect(ran('exit 3').why).toBe('exit status 3')
    expect(ran('exit 137').why).toBe('exit status 137')
    expect(ran('exit 143').why).toBe('exit status 143')
  })

  it('a hook that a signal has ended is reported as killed by it', () => {
    expect(ran('kill -TERM $$').why).toBe('killed by SIGTERM')
    expect(ran('kill -KILL $$').why).toBe('killed by SIGKILL')
  })

  it('a hook is killed at its timeout with all processes that it has started', async () => {
    const path = '/bin/sh'
    const args = ['sh', '-c', 'sleep 1000 & echo $! >child.new; mv child.new child; wait']
    const hook = new HookProcess(host, { origin: 'hooks.poststop[0]', path, args, env: [] }, dir)
    // The timeout begins when the hook has started the child.
    await vi.waitFor(() => expect(existsSync(join(dir, 'child'))).toBe(true), { timeout: 30_000 })
    expect(hook.wait(300)).toBe('timed out after 0.3 s')
    hook.close()
    const child = Number(readFileSync(join(dir, 'child'), 'utf8'))
    // The kernel ends the killed child in its own time, because the runtime waits for the hook alone.
    await vi.waitFor(() => expect(stateOf(child)).toMatch(/gone|Z/), { timeout: 30_000 })
  })

  it('a hook that ended by itself before the signal of its timeout has not timed out', () => {
    const path = '/bin/sh'
    const args = ['sh', '-c', 'until test -e go; do sleep 0.05; done; exit 3']
    const hook = new HookProcess(host, { origin: 'hooks.poststop[0]', path, args, env: [] }, dir)
    const now = performance.now.bind(performance)
    let looks = 0
    // The runtime stands still between its look for the end of the hook and its look at the clock.
    const clock = vi.spyOn(performance, 'now').mockImplementation(() => {
      looks += 1
      if (looks < 4) return now()
      writeFileSync(join(dir, 'go'), '')
      while (!/gone|Z/.test(stateOf(hook.pid))) {}
      return now() + 1000
    })
    try {
      expect(hook.wait(500)).toBe('exit status 3')
      expect(looks).toBeGreaterThanOrEqual(4)
    } finally {
      clock.mockRestore()
      hook.close()
    }
  })

  it('a hook succeeds without reading its standard input, however long the text is', () => {
    expect(ran('exec <&-; exit 0', { told: 'x'.repeat(1_000_000) }).why).toBeUndefined()
  })

  it('a hook that writes more than is kept runs to its end', () => {
    const { why, said } = ran('head -c 200000 /dev/zero | tr "\\0" a; echo >done')
    expect(why).toBeUndefined()
    expect(said).toBe('a'.repeat(4096))
    expect(readFileSync(join(dir, 'done'), 'utf8')).toBe('\n')
  })

  it('a hook that left behind a daemon with its output open is not waited for any longer', () => {
    const { why, said } = ran('sleep 3 & echo started')
    expect({ why, said }).toEqual({ why: undefined, said: 'started\n' })
  })

  it('a function is called meanwhile as long as a hook runs', () => {
    const path = '/bin/sh'
    const args = ['sh', '-c', 'until [ -e go ]; do sleep 0.01; done']
    const hook = new HookProcess(host, { origin: 'hooks.poststop[0]', path, args, env: [] }, dir)
    let called = 0
    const meanwhile = () => {
      called += 1
      if (called === 3) ran('echo >go')
    }
    expect(hook.wait(undefined, meanwhile)).toBeUndefined()
    hook.close()
    expect(called).toBeGreaterThanOrEqual(3)
  })

  it('a hook that cannot be started is an error at once', () => {
    const hook = { origin: 'hooks.poststop[0]', path: join(dir, 'nosuch'), args: [], env: [] }
    expect(() => new HookProcess(host, hook, dir)).toThrow(expect.objectContaining({ errno: 'ENOENT' }))
  })
})
