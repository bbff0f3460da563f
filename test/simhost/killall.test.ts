import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machine, obstacle } from './machine.ts'

if (obstacle !== undefined) console.log(`skipped: ${obstacle}`)

describe.skipIf(obstacle !== undefined)('killall(1), and what ps(1) and pgrep(1) need of a jail', () => {
  let host: ReturnType<typeof machine>
  const sh = (line: string) => host.sh(line)
  beforeAll(() => {
    host = machine('killall')
    sh('jail -c name=k path=/jt persist mount.devfs; mkdir -p /jt/dev')
  })
  afterAll(() => {
    host.destroy()
  })

  it('killall ends the processes of one command, in a jail with -j', () => {
    sh('(sleep 1000 & jexec k sleep 1000 &) >/dev/null 2>&1')
    sh('until [ "$(pgrep sleep | wc -l)" -eq 2 ]; do sleep 0.1; done')
    expect(sh('killall -s -j k sleep').stdout).toMatch(/^kill -TERM \d+\n$/)
    expect(
      sh('killall -j k sleep; while pgrep -j k sleep >/dev/null; do sleep 0.1; done; killall -j k sleep'),
    ).toMatchObject({
      status: 1,
      stderr: 'No matching processes were found\n',
    })
    expect(sh('killall -v -KILL sleep')).toMatchObject({
      status: 0,
      stdout: expect.stringMatching(/^kill -KILL \d+\n$/),
    })
  })

  it('killall refuses a wrong signal, a jail that is not there, and a call that names no process', () => {
    expect(sh('killall -FOO x')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^killall: unknown signal FOO; valid signals:\nHUP INT QUIT /),
    })
    expect(sh('killall -j nosuch x').stderr).toBe('killall: jail "nosuch" not found\n')
    expect(sh('killall -v')).toMatchObject({ status: 1, stderr: expect.stringMatching(/^usage: killall /) })
  })

  it('ps and pgrep fail in a jail without /dev/null', () => {
    sh('jail -c name=bare path=/jt persist')
    expect(sh('jexec k ps -ax -o pid').status).toBe(0)
    sh('umount /jt/dev')
    expect(sh('jexec bare ps')).toMatchObject({
      status: 1,
      stderr: 'ps: /dev/null: No such file or directory\n',
    })
    expect(sh('jexec bare pgrep -x sh')).toMatchObject({
      status: 3,
      stderr: 'pgrep: Cannot open kernel files (/dev/null: No such file or directory)\n',
    })
  })
})
