import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import tmp from 'tmp'
import { expect, it } from 'vitest'
import { findProgram, homeOf, isScript, lacksInterpreter } from '../../../src/container/init/find-program.ts'
import { openHost } from '../../../src/host/index.ts'

const dir = tmp.dirSync({ unsafeCleanup: true }).name
writeFileSync(join(dir, 'tool'), '')
chmodSync(join(dir, 'tool'), 0o755)
writeFileSync(join(dir, 'text'), '')
chmodSync(join(dir, 'text'), 0o644)
mkdirSync(join(dir, 'sub'))

const fault = (name: string, env: string[] = [`PATH=${dir}`]) => {
  try {
    return findProgram(name, env, '/')
  } catch (error) {
    const { message, exitStatus } = error as { message: string; exitStatus: number }
    return `${exitStatus} ${message}`
  }
}

it('a program is found by its path and by PATH', () => {
  expect(fault(join(dir, 'tool'))).toBe(join(dir, 'tool'))
  expect(fault('tool')).toBe(join(dir, 'tool'))
  expect(findProgram('./tool', [], dir)).toBe(join(dir, 'tool'))
})

it("a missing program (127) and one that cannot be executed (126) are reported in podman's words", () => {
  expect(fault('/no/such')).toBe('127 exec: "/no/such": no such file or directory')
  expect(fault('nosuch')).toBe(
    '127 exec: "nosuch": executable file not found in $PATH: no such file or directory',
  )
  expect(fault('')).toBe('127 exec: "": executable file not found in $PATH: no such file or directory')
  expect(fault(join(dir, 'text'))).toBe(`126 exec: "${join(dir, 'text')}": permission denied`)
  expect(fault('text')).toBe('126 exec: "text": permission denied')
  expect(fault(join(dir, 'sub'))).toBe(`126 exec: "${join(dir, 'sub')}": is a directory: permission denied`)
})

it('a home directory is looked up, and a passwd that is no file or has no end holds nothing up', () => {
  const passwd = join(dir, 'passwd')
  const home = (uid: number, file = passwd) => homeOf(openHost(), uid, file)
  writeFileSync(
    passwd,
    'root:*:0:0:r:/root:/bin/sh\nweb:*:80:80:w:/srv/web:/bin/sh\nbad:*:81:81:b:relative:/x\n',
  )
  expect([home(0), home(80), home(81), home(5)]).toEqual(['/root', '/srv/web', '/', '/'])
  execFileSync('mkfifo', [join(dir, 'fifo')])
  expect(home(0, join(dir, 'fifo'))).toBe('/')
  expect(home(0, '/dev/zero')).toBe('/')
  expect(home(0, dir)).toBe('/')
  truncateSync(passwd, 2 ** 40)
  expect(home(80)).toBe('/srv/web')
})

it('a home that would prevent every program from being executed is not taken', () => {
  const passwd = join(dir, 'odd')
  const home = (text: string) => {
    writeFileSync(passwd, `root:*:0:0:r:${text}:/bin/sh\n`)
    return homeOf(openHost(), 0, passwd)
  }
  expect(home('/ro\0ot')).toBe('/')
  expect(home(`/${'a'.repeat(1022)}`)).toHaveLength(1023)
  expect(home(`/${'a'.repeat(1023)}`)).toBe('/')
  expect(home(`/${'\u00e4'.repeat(600)}`)).toBe('/')
})

it('a file is a script when its first line is text or missing, and no script when it cannot be read', () => {
  const script = (text: string) => {
    writeFileSync(join(dir, 'script'), text)
    return isScript(openHost(), join(dir, 'script'))
  }
  expect(script('echo x')).toBe(true)
  expect(script('')).toBe(true)
  expect(script('text\n\0')).toBe(true)
  expect(script('\x7fELF\0\0\n')).toBe(false)
  expect(isScript(openHost(), join(dir, 'nosuch'))).toBe(false)
  expect(isScript(openHost(), join(dir, 'sub'))).toBe(false)
})

it('the missing interpreter of a script is named', () => {
  writeFileSync(join(dir, 'hook'), '#! /nosuch/perl -w\n')
  expect(lacksInterpreter(openHost(), join(dir, 'hook'))).toBe(
    'its interpreter "/nosuch/perl": no such file or directory',
  )
  expect(lacksInterpreter(openHost(), join(dir, 'tool'))).toBe('its interpreter: no such file or directory')
})
