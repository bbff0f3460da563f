import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ToolResult } from '../../src/host/types.ts'
import { runFixture } from './run-fixture.ts'

const root = process.getuid?.() === 0

interface Outcome {
  good: ToolResult
  bad: ToolResult
  missing: { code: string; message: string }
  withInput: ToolResult
  withoutInput: ToolResult
  pid: number
}

let directory: string
let tool: string
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'tools-'))
  // This program prints everything that it gets. It is mounted over sysctl(8) in a mount namespace of the test's own.
  tool = join(directory, 'tool')
  writeFileSync(
    tool,
    '#!/bin/sh\necho "$#|$1|$2|$(pwd)"; cat; echo; env | grep -v -e ^PWD -e ^_ -e ^SHLVL -e ^OLDPWD; ls /proc/self/fd\nkill -TERM $$\n',
  )
  chmodSync(tool, 0o755)
})
afterAll(() => rmSync(directory, { recursive: true, force: true }))

describe('running tools', () => {
  it('run gives status, output and errors of a tool, and says when the tool is missing', () => {
    const outcome = JSON.parse(runFixture('tools').stdout) as Outcome
    expect(outcome.good.status).toBe(0)
    expect(Number(outcome.good.stdout)).toBe(outcome.pid)
    expect(outcome.bad.status).not.toBe(0)
    expect(outcome.bad.stderr).toContain('option')
    expect(outcome.missing).toEqual({
      code: 'UNSUPPORTED',
      message: '/usr/sbin/jls: this host has no such tool',
    })
  })

  it.runIf(root)('run passes a tool its arguments and its input, and nothing else', () => {
    const wrapper = ['unshare', '-m', '/bin/sh', '-c', `mount --bind ${tool} /sbin/sysctl && exec "$@"`, 'sh']
    const options = { wrapper, env: { SECRET: 'x' }, input: 'the caller’s own input' }
    const { withInput, withoutInput } = JSON.parse(runFixture('tools', [], options).stdout) as Outcome
    // Descriptor 3 is the one that ls opens for its listing. The status of a program that a signal ended is 128 plus the
    // signal.
    const rest = ['', 'PATH=/sbin:/bin:/usr/sbin:/usr/bin', 'LC_ALL=C', '0', '1', '2', '3', '']
    const lines = (result: ToolResult) => [result.status, ...result.stdout.split('\n').sort()]
    expect(lines(withInput)).toEqual([143, ...['2|one|two words|/', 'lines', 'of input', ...rest].sort()])
    expect(lines(withoutInput)).toEqual([143, ...['0|||/', ...rest].sort()])
  })

  it('ends a tool that has not ended in time, and says so', () => {
    const { stdout } = runFixture('endless-tool', [], { env: { JAILWRIGHT_TOOL_LIMIT: '200' } })
    expect(JSON.parse(stdout)).toEqual({
      told: { code: 'HOST', message: '/bin/sleep 54.321: no end after 0.2 s' },
      left: false,
    })
  })

  it('the calls of the host are written to the file that JAILWRIGHT_TRACE names', () => {
    const trace = join(directory, 'trace')
    const done = runFixture('tools', [], { env: { JAILWRIGHT_TRACE: trace } })
    const { pid } = JSON.parse(done.stdout) as Outcome
    const lines = readFileSync(trace, 'utf8').trim().split('\n')
    expect(lines.slice(0, 2).map(line => JSON.parse(line))).toEqual([
      { kind: 'process', call: 'dup2', args: [2, 30] },
      {
        kind: 'tool',
        tool: 'ps',
        args: ['-o', 'pid=', '-p', String(pid)],
        status: 0,
        ms: expect.any(Number),
      },
    ])
    expect(lines.some(line => line.includes('"stdin":"lines\\nof input\\n"'))).toBe(true)
  })
})
