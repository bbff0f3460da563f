import { describe, expect, test } from 'vitest'
import type { Process } from '../../../src/bundle/generated/config.ts'
import { underRestrictions } from '../../../src/container/build/exec-program.ts'
import type { ProcessPlan } from '../../../src/translate/core/plan.ts'

const base: ProcessPlan = {
  args: ['/bin/sh'],
  env: [],
  cwd: '/',
  uid: 0,
  gid: 0,
  groups: [],
  umask: 0o022,
  rlimits: [],
  terminal: false,
  noNewPrivileges: false,
}
const own: ProcessPlan = {
  ...base,
  uid: 1001,
  groups: [44],
  umask: 0o027,
  rlimits: [{ resource: 'NOFILE', soft: '22', hard: '33' }],
  noNewPrivileges: true,
}
const given = (parts: Partial<Process> = {}): Process => ({ args: ['/bin/sh'], cwd: '/', ...parts })

describe('a process file under the restrictions of the container', () => {
  test.each([
    ['nothing', given()],
    ['an empty list of limits', given({ rlimits: [] })],
    ['a user without umask', given({ user: { uid: 0, gid: 0 } })],
  ])('a process file that gives %s is put under the restrictions of the container', (_, process) => {
    expect(underRestrictions(process, base, own)).toEqual({
      ...base,
      umask: 0o027,
      rlimits: own.rlimits,
      noNewPrivileges: true,
    })
  })

  test("a process file's own values count, except for privileges that the container has given up", () => {
    const process = given({
      user: { umask: 0 },
      rlimits: [{ type: 'RLIMIT_CORE', soft: 0, hard: 0 }],
      noNewPrivileges: false,
    })
    const plan = { ...base, umask: 0, rlimits: [{ resource: 'CORE', soft: '0', hard: '0' }] }
    expect(underRestrictions(process, plan, own)).toEqual({ ...plan, noNewPrivileges: true })
    expect(underRestrictions(process, { ...plan, noNewPrivileges: true }, base)).toEqual({
      ...plan,
      noNewPrivileges: true,
    })
  })

  test('a container without a process adds no restrictions to a process file', () => {
    expect(underRestrictions(given(), base, undefined)).toBe(base)
  })
})
