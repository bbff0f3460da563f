import { existsSync, readFileSync } from 'node:fs'
import { describe, expect } from 'vitest'
import { freebsdOnly, fresh, leavesNothing } from './cases.ts'
import { call, IMAGE, machine, must, podman, tool } from './machine.ts'

leavesNothing()

/** The setting names a link with the name ocijail that leads to jailwright. */
describe("in ocijail's place", () => {
  freebsdOnly(
    'a hook that was written for ocijail finds state.json and the jid where ocijail keeps them',
    async () => {
      const name = fresh()
      await must('--runtime', 'ocijail', 'run', '-d', '--name', name, IMAGE, 'sleep', '300')
      const id = await must('inspect', '--format', '{{.Id}}', name)
      const state = JSON.parse(readFileSync(`/var/run/ocijail/${id}/state.json`, 'utf8'))
      expect(tool('jls', '-j', String(state.jid), 'name')).toBe(id)
      const answer = await call(`${machine.dir}/bin/ocijail`, ['state', id])
      expect(JSON.parse(answer.stdout).annotations['org.freebsd.jail.jid']).toBe(String(state.jid))
      await must('rm', '-f', '-t', '0', name)
      expect(existsSync(`/var/run/ocijail/${id}`)).toBe(false)
    },
  )

  freebsdOnly(
    'under the name ocijail, podman run gives the status and the errors of the program',
    async () => {
      const run = (...words: string[]) => podman(['--runtime', 'ocijail', 'run', '--rm', IMAGE, ...words])
      expect(await run('sh', '-c', 'echo out; exit 3')).toMatchObject({ status: 3, stdout: 'out\n' })
      expect((await run('/no/such/program')).status).toBe(127)
      expect((await run('/etc/not-executable')).status).toBe(126)
    },
  )

  freebsdOnly('under the name ocijail, warnings in the log do not hide the error after them', async () => {
    const warning = ['--annotation', 'org.freebsd.jail.allow.nosuch=true']
    const run = (word: string) =>
      podman(['--runtime', 'ocijail', 'run', '--rm', ...warning, ...warning, IMAGE, word])
    expect(await run('/no/such/program')).toMatchObject({
      status: 127,
      stderr: expect.stringMatching(/^Error: .*"\/no\/such\/program": no such file or directory/m),
    })
    expect((await run('/etc/not-executable')).status).toBe(126)
  })

  freebsdOnly('under the name ocijail, podman exec and podman stop work', async () => {
    const name = fresh()
    await must('--runtime', 'ocijail', 'run', '-d', '--name', name, IMAGE, 'sleep', '300')
    expect(await must('exec', name, 'echo', 'inside')).toBe('inside')
    await must('stop', '-t', '1', name)
    await must('rm', name)
  })
})
