import { mkdtempSync } from 'node:fs'
import path from 'node:path'
import { expect } from 'vitest'
import { freebsdOnly, leavesNothing } from './cases.ts'
import { call, machine } from './machine.ts'
import { programOnTerminal } from './terminal.ts'

leavesNothing()

/** The last three of the five commands in the README; the first two have made the host on which this test runs. */
freebsdOnly('from nothing to an interactive shell, without podman', async () => {
  const bundle = mkdtempSync(path.join(machine.dir, 'work/web-'))
  const simhost = path.resolve(import.meta.dirname, '../../conformance/simhost/simhost.mjs')
  const made = await call('node', [simhost, 'makeroot', `${bundle}/rootfs`])
  expect(made.status, made.stderr).toBe(0)
  expect(await call(machine.runtime, ['spec', '--bundle', bundle])).toMatchObject({ status: 0 })
  const terminal = programOnTerminal([machine.runtime, 'run', '--bundle', bundle, 'web'], 31, 97)
  await terminal.expect(/[#$] /)
  terminal.type('echo size $(stty size) of $(hostname)\r')
  await terminal.expect('size 31 97 of jailwright')
  terminal.type('exit 5\r')
  expect(await terminal.end()).toBe(5)
  expect(terminal.shown()).not.toContain('terminal differs')
  expect((await call(machine.runtime, ['list', '-q'])).stdout).toBe('')
})
