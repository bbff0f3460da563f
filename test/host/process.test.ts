import { describe, expect, it } from 'vitest'
import { runFixture } from './run-fixture.ts'

const root = process.getuid?.() === 0

describe('becoming the program', () => {
  it('execve passes argv and environment exactly, and keeps the pid and the standard streams', () => {
    const script = 'echo "$0|$1|$#|$GREETING"; env | wc -l; cat; echo oops >&2; exit 7'
    const done = runFixture('exec', [script], { input: 'from stdin\n' })
    const [first, count, input] = done.stdout.split('\n')
    expect(first).toBe('näme|two words|1|grüß dich')
    // The shell sets PWD and a few others itself; no variable of the caller may be among them.
    expect(Number(count)).toBeLessThanOrEqual(5)
    expect(input).toBe('from stdin')
    expect(done.stderr).toBe('oops\n')
    expect(done.status).toBe(7)
  })

  it('resetSignals leaves no signal ignored or blocked, SIGPIPE included', () => {
    const before = runFixture('exec', ['cat /proc/self/status'])
    expect(mask(before.stdout, 'SigIgn') & SIGPIPE).not.toBe(0n)
    const after = runFixture('exec', ['cat /proc/self/status', 'signals'])
    expect(mask(after.stdout, 'SigIgn')).toBe(0n)
    expect(mask(after.stdout, 'SigBlk')).toBe(0n)
    expect(mask(after.stdout, 'SigCgt')).toBe(0n)
  })

  it("setrlimit sets limits by FreeBSD's names, -1 for no limit, and skips limits that this host lacks", () => {
    const done = runFixture('exec', ['ulimit -Sn; ulimit -Hn; ulimit -Sc; ulimit -Hc', 'limits'])
    expect(done.stdout).toBe('100\n200\n0\nunlimited\n')
  })

  it.runIf(root)('setCredentials sets groups, gid and uid permanently', () => {
    const done = runFixture('exec', ['id -u; id -g; id -G; grep -E "^(Uid|Gid)" /proc/self/status', 'ids'])
    expect(done.stdout).toBe(
      '1234\n2345\n2345 3456 4567\nUid:\t1234\t1234\t1234\t1234\nGid:\t2345\t2345\t2345\t2345\n',
    )
  })

  it('closeOnExecFrom keeps the descriptors from 3 on from the program', () => {
    const open = (...steps: string[]) =>
      runFixture('exec', ['ls /proc/self/fd', 'leak', ...steps])
        .stdout.trim()
        .split('\n')
    expect(open()).toContain('9')
    // Descriptor 3 is the one that ls opens for its listing.
    expect(open('cloexec')).toEqual(['0', '1', '2', '3'])
  })

  it('setsid starts a session, and setNoNewPrivileges forbids new privileges', () => {
    const script = 'test $(ps -o sid= -p $$) -eq $$ && echo leader; grep NoNewPrivs /proc/self/status'
    const done = runFixture('exec', [script, 'session', 'privileges'], {
      wrapper: ['setsid', '-w', '-f'],
    })
    // setsid -f starts a child that is a session leader already, for which setsid(2) fails with EPERM.
    expect(done.stderr).toContain('setsid: Operation not permitted')
    const own = runFixture('exec', [script, 'session', 'privileges'])
    expect(own.stdout).toBe('leader\nNoNewPrivs:\t1\n')
  })

  it.each([
    ['/no/such/program', 'ENOENT', 'execve /no/such/program: No such file or directory'],
    ['/etc/passwd', 'EACCES', 'execve /etc/passwd: Permission denied'],
  ])('execve says why %s cannot be executed', (path, errno, message) => {
    expect(JSON.parse(runFixture('exec-error', [path]).stdout)).toEqual({ errno, message })
  })
})

const SIGPIPE = 1n << 12n

function mask(status: string, name: string): bigint {
  return BigInt(`0x${new RegExp(`^${name}:\\s+([0-9a-f]+)$`, 'm').exec(status)?.[1]}`)
}
