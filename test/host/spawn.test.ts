import { describe, expect, it } from 'vitest'
import { engines, runFixture } from './engines.ts'

describe.each(engines)('a process started under %s', engine => {
  const start = (...args: string[]) => {
    const { stdout, stderr } = runFixture(engine, 'spawn', args)
    return { ...(JSON.parse(stdout) as Record<string, unknown>), stderr }
  }

  it.each([
    ['exit 3', 3],
    ['kill -TERM $$', 143],
    ['kill -KILL $$', 137],
  ])('that does %j has the status of a shell', (command, status) => {
    expect(start(command)).toMatchObject({ status, again: status })
  })

  it.runIf(engine === 'bun')('that a real-time signal has ended has 128 and its number', () => {
    expect(start('kill -40 $$')).toMatchObject({ status: 168, again: 168 })
  })

  it('is the leader of a session, with the directory, environment and descriptors given', () => {
    const seen = start(
      'pwd >&3; env | sort >&2; cut -d" " -f1,6 /proc/self/stat >&2; ls /proc/self/fd >&2; echo $$ >&2',
    )
    const lines = seen.stderr.trim().split('\n')
    expect(lines.slice(0, 2)).toEqual(['/usr', 'ONLY=this'])
    expect(lines).toContain(String((seen as Record<string, unknown>).pid))
    // cut's session is that of its parent, and ls's own descriptor is the listing.
    expect(lines.find(line => / /.test(line))?.split(' ')[1]).toBe(
      String((seen as Record<string, unknown>).pid),
    )
    expect(lines).toEqual(expect.arrayContaining(['0', '1', '2', '3']))
  })

  it('that is not there is an error that names it', () => {
    expect(start(':', '/no/such/program')).toMatchObject({
      code: 'HOST',
      message: 'cannot start /no/such/program',
    })
  })
})
