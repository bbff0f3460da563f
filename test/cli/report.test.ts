import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { describeError, logLine, Reporter, type ReportOptions } from '../../src/cli/report.ts'
import { ConfigErrors, JailwrightError, SyscallError, ToolError } from '../../src/errors.ts'
import { readTextFile } from '../../src/host/files.ts'

const defaults: ReportOptions = {
  program: 'jailwright',
  file: undefined,
  format: 'text',
  level: 'info',
  debug: false,
}
const time = new Date('2026-02-03T04:05:06.789Z')
let dir: string
let log: string
let stderr: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'jailwright-report-'))
  log = join(dir, 'log')
  stderr = ''
})
afterEach(() => rmSync(dir, { recursive: true }))

function reporter(options: Partial<ReportOptions> = {}): Reporter {
  const output = (text: string) => {
    stderr += text
  }
  return new Reporter({ ...defaults, now: () => time, stderr: output, ...options })
}

describe('the text of an error', () => {
  test.each<[string, unknown, string, number]>([
    ['plain', new JailwrightError('NOT_FOUND', 'no container web'), 'no container web', 1],
    [
      'with subject and hint',
      new JailwrightError('CONFIG', 'must be absolute', {
        subject: 'mounts[3].destination',
        hint: 'use /data',
      }),
      'mounts[3].destination: must be absolute (use /data)',
      1,
    ],
    [
      'subject said already',
      new JailwrightError('EXISTS', 'container web exists', { subject: 'web' }),
      'container web exists',
      1,
    ],
    [
      'subject said already, in quotes',
      new JailwrightError('USAGE', 'invalid id "a\\nb"', { subject: 'a\nb' }),
      'invalid id "a\\nb"',
      1,
    ],
    [
      'of a tool',
      new ToolError(['/usr/sbin/jail', '-c', 'name=x'], 1, 'jail: first\njail: unknown parameter: foo\n'),
      'jail: unknown parameter: foo [/usr/sbin/jail -c name=x]',
      1,
    ],
    [
      'with what a terminal would obey',
      new JailwrightError('HOOK', 'hook: \u001b[2Jdone\r\u009b1m\ttab'),
      'hook: \\x1b[2Jdone\\x0d\\x9b1m tab',
      1,
    ],
    [
      'of a system call',
      new SyscallError('nmount', 'ENOENT', 'No such file or directory', '/vol'),
      'nmount /vol: No such file or directory',
      1,
    ],
    [
      'several',
      new ConfigErrors([
        new JailwrightError('CONFIG', 'is missing', { subject: 'ociVersion' }),
        new JailwrightError('CONFIG', 'is missing', { subject: 'root' }),
      ]),
      'ociVersion: is missing (and 1 more: "jailwright validate" lists all)',
      1,
    ],
    [
      'several of an input that validate does not read',
      new ConfigErrors(
        [
          new JailwrightError('CONFIG', 'is missing', { subject: 'args', hint: 'give one' }),
          new JailwrightError('CONFIG', 'is missing', { subject: 'cwd' }),
        ],
        { ofBundle: false },
      ),
      'args: is missing (give one); cwd: is missing',
      1,
    ],
    ['several lines', new JailwrightError('HOST', 'one\n  two\n'), 'one; two', 1],
    [
      'exit status',
      new JailwrightError('EXEC', 'exec /x: permission denied', { exitStatus: 126 }),
      'exec /x: permission denied',
      126,
    ],
    [
      'a bug',
      new TypeError('x is not a function'),
      'TypeError: x is not a function (this is a bug; --debug shows where)',
      1,
    ],
    ['a thrown string', 'oops', 'oops (this is a bug; --debug shows where)', 1],
  ])('an error is printed as one line with its exit status: %s', (_, error, message, status) => {
    expect(describeError(error)).toMatchObject({ message, status })
  })

  test('the error of a system call is a refusal of the host, not a bug, and keeps the words podman looks for', () => {
    let error: unknown
    try {
      readTextFile('/no/such/file')
    } catch (thrown) {
      error = thrown
    }
    const { message, fields } = describeError(error)
    expect(message).toBe('open /no/such/file: No such file or directory')
    expect(fields).toMatchObject({ code: 'HOST', errno: 'ENOENT' })
  })
})

describe('a line of the log', () => {
  test('a log line as JSON has what podman reads: level, msg, and time in RFC 3339 with a fraction', () => {
    const line = logLine('json', time, 'error', 'say "no"\u0007', {
      code: 'HOST',
      msg: 'other',
      level: 'x',
      hint: undefined,
    })
    expect(line.endsWith('\n')).toBe(true)
    expect(JSON.parse(line)).toEqual({
      level: 'error',
      msg: 'say "no"\u0007',
      time: '2026-02-03T04:05:06.789Z',
      code: 'HOST',
    })
  })

  test('a log line as text has the form of logrus', () => {
    expect(logLine('text', time, 'warning', 'say "no"', { code: 'HOST', n: 3 })).toBe(
      'time="2026-02-03T04:05:06.789Z" level=warning msg="say \\"no\\"" code=HOST n=3\n',
    )
    expect(logLine('text', time, 'info', 'done')).toBe(
      'time="2026-02-03T04:05:06.789Z" level=info msg=done\n',
    )
  })
})

describe('reporting', () => {
  test('an error goes to the log and, in one line, to standard error', () => {
    const report = reporter({ file: log, format: 'json', program: 'ocijail' })
    expect(report.failure(new JailwrightError('NOT_FOUND', 'no container web'))).toBe(1)
    report.close()
    expect(stderr).toBe('ocijail: no container web\n')
    expect(JSON.parse(readFileSync(log, 'utf8'))).toMatchObject({
      level: 'error',
      msg: 'no container web',
      code: 'NOT_FOUND',
    })
    expect(statSync(log).mode & 0o777 & ~process.umask()).toBe(0o644 & ~process.umask())
  })

  test('a log is appended to', () => {
    writeFileSync(log, 'before\n')
    const report = reporter({ file: log })
    report.warn('careful', { subject: 'x' })
    report.close()
    expect(readFileSync(log, 'utf8')).toBe(
      'before\ntime="2026-02-03T04:05:06.789Z" level=warning msg=careful subject=x\n',
    )
    expect(stderr).toBe('')
  })

  test('a message below the requested level is dropped, and no log is opened for it', () => {
    const report = reporter({ file: log, level: 'warning' })
    report.debug('a')
    report.info('b')
    expect(existsSync(log)).toBe(false)
    report.warn('c')
    report.error('d')
    report.close()
    expect(readFileSync(log, 'utf8').match(/msg=./g)).toEqual(['msg=c', 'msg=d'])
  })

  test('without a log messages go to standard error, as JSON on request', () => {
    reporter({ level: 'debug' }).debug('a')
    reporter().info('b')
    reporter().warn('c')
    expect(stderr).toBe('jailwright: debug: a\njailwright: b\njailwright: warning: c\n')
    stderr = ''
    expect(reporter({ format: 'json' }).failure(new JailwrightError('STATE', 'no'))).toBe(1)
    expect(JSON.parse(stderr)).toMatchObject({ level: 'error', msg: 'no', code: 'STATE' })
  })

  test('a log that cannot be written does not hide the error', () => {
    const report = reporter({ file: join(dir, 'missing', 'log'), format: 'json' })
    expect(report.failure(new JailwrightError('STATE', 'no'))).toBe(1)
    const [warning, error] = stderr.trim().split('\n')
    expect(warning).toMatch(/^jailwright: warning: log .*[Nn]o such file or directory/)
    expect(JSON.parse(error!)).toMatchObject({ level: 'error', msg: 'no' })
  })

  test('a log that cannot be written is reported once, before anything is logged', () => {
    const report = reporter({ file: join(dir, 'missing', 'log') })
    report.checkFile()
    expect(stderr).toMatch(/^jailwright: warning: log .*[Nn]o such file or directory.*\n$/)
    stderr = ''
    report.warn('a')
    report.warn('b')
    expect(stderr).toBe('jailwright: warning: a\njailwright: warning: b\n')
  })

  test('a log that can be written exists from the start, without a descriptor that a container would get', () => {
    const before = readdirSync('/dev/fd')
    const report = reporter({ file: log })
    report.checkFile()
    expect(readFileSync(log, 'utf8')).toBe('')
    expect(readdirSync('/dev/fd')).toEqual(before)
    expect(stderr).toBe('')
  })

  test('a stack is printed with --debug only', () => {
    const bug = new TypeError('odd', { cause: new Error('deeper') })
    reporter().failure(bug)
    expect(stderr.split('\n')).toHaveLength(2)
    stderr = ''
    reporter({ debug: true }).failure(bug)
    expect(stderr).toContain('report.test.ts')
    expect(stderr).toContain('caused by: Error: deeper')
  })
})
