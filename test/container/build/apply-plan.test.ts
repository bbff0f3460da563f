import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { applyPlan } from '../../../src/container/build/apply-plan.ts'
import { Journal } from '../../../src/container/journal/journal.ts'
import { layout } from '../../../src/container/state/paths.ts'
import { SyscallError } from '../../../src/errors.ts'
import type { Plan, Step } from '../../../src/translate/core/plan.ts'
import { fakeHost } from '../fake-host.ts'

function apply(host: ReturnType<typeof fakeHost>, steps: Step[]): void {
  const dir = tmp.dirSync({ unsafeCleanup: true }).name
  const journal = new Journal(join(dir, 'journal.jsonl'))
  const plan = { id: 'web', jailName: 'web', rootPath: dir, steps } as unknown as Plan
  applyPlan(host, journal, plan, { files: layout(dir, 'web') }, () => {})
}

it("the error of a tool has the step's property before it", () => {
  const host = fakeHost()
  const refuse = (line: string, stderr: string) => host.answers.set(line, { status: 1, stdout: '', stderr })
  host.jails.set('web', 7)
  host.refusals.set(
    'cpuset -l 0,1,2,99 -j 7',
    new SyscallError('cpuset_setaffinity', 'EINVAL', 'Invalid argument'),
  )
  refuse('ifconfig em9 vnet web', 'ifconfig: interface em9 does not exist\n')
  expect(() =>
    apply(host, [
      {
        kind: 'run',
        call: { tool: 'cpuset', args: ['-l', '0-2,99', '-j', 'web'] },
        undo: [],
        origin: 'linux.resources.cpu.cpus',
      },
    ]),
  ).toThrow(/^linux\.resources\.cpu\.cpus: cpuset: setaffinity: Invalid argument$/)
  expect(() =>
    apply(host, [
      { kind: 'move-interface', interface: 'em9', jail: 'web', origin: 'freebsd.jail.vnetInterfaces[0]' },
    ]),
  ).toThrow(/^freebsd\.jail\.vnetInterfaces\[0\]: ifconfig: interface em9 does not exist$/)
})
