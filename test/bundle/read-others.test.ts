import { execFileSync } from 'node:child_process'
import fs from 'node:fs'
import path from 'node:path'
import { describe, expect, test } from 'vitest'
import { limitValue } from '../../src/bundle/limits.ts'
import { readProcess } from '../../src/bundle/read-process.ts'
import { readResources } from '../../src/bundle/read-resources.ts'
import type { ConfigErrors } from '../../src/errors.ts'
import { temporaryDirectory } from './helpers.ts'

const file = (content: unknown) => {
  const name = path.join(temporaryDirectory(), 'process.json')
  fs.writeFileSync(name, typeof content === 'string' ? content : JSON.stringify(content))
  return name
}
const failures = (action: () => unknown): string[] => {
  try {
    action()
  } catch (error) {
    const list = (error as ConfigErrors).errors ?? [error]
    return list.map(each => each.message)
  }
  return []
}

describe('the process of exec', () => {
  test('a process file as podman writes it for exec is accepted', () => {
    const process = {
      terminal: true,
      user: { uid: 0, gid: 0, additionalGids: [0], umask: 18 },
      args: ['/bin/sh'],
      env: ['PATH=/bin', 'TERM=xterm'],
      cwd: '/',
      rlimits: [{ type: 'RLIMIT_NOFILE', hard: 2 ** 64, soft: 1024 }],
    }
    expect(readProcess(file(process))).toEqual({ process, warnings: [] })
  })

  test('a process file with several errors has all of them reported at once, with paths as in a config', () => {
    const process = {
      args: [],
      cwd: 'x',
      env: ['A'],
      user: { uid: -1 },
      rlimits: [{ type: 'X' }],
      title: '\0',
    }
    expect(failures(() => readProcess(file(process)))).toEqual([
      'process.title: must not contain a NUL character',
      'process.args: must have at least one element',
      'process.user.uid: must be 0 or more, got -1',
      'process.rlimits[0].soft: is required',
      'process.rlimits[0].hard: is required',
      'process.rlimits[0].type: must be RLIMIT_ and capital letters, such as RLIMIT_NOFILE, got "X"',
      'process.cwd: must be absolute, got "x"',
      'process.env[0]: must have the form NAME=value, got "A"',
    ])
  })

  test('a user or group of all ones in a process file, which chown(2) reads as "no change", is refused', () => {
    const process = {
      args: ['a'],
      cwd: '/',
      user: { uid: 2 ** 32 - 1, gid: 2 ** 32 - 1, additionalGids: [1, 2 ** 32 - 1] },
    }
    expect(failures(() => readProcess(file(process)))).toEqual([
      'process.user.uid: must be 4294967294 or less, got 4294967295',
      'process.user.gid: must be 4294967294 or less, got 4294967295',
      'process.user.additionalGids[1]: must be 4294967294 or less, got 4294967295',
    ])
  })

  test.each([
    ['null', ['process: must be an object, got null']],
    ['[]', ['process: must be an object, got an array']],
    ['{"cwd":"/"}', ['process.args: is required']],
    ['{"args":["a"],"cwd":"/","user":null}', ['process.user: must be an object, got null']],
  ])('the process file %s is refused with %j', (text, messages) => {
    expect(failures(() => readProcess(file(text)))).toEqual(messages)
  })

  test('a process file that does not exist or is not JSON is refused', () => {
    expect(failures(() => readProcess('/nonexistent/p'))).toEqual([
      'open /nonexistent/p: no such file or directory',
    ])
    const name = file('{"cwd": /}')
    expect(failures(() => readProcess(name))).toEqual([`${name}:1:9: not JSON: expected a value, got "/"`])
  })

  test('a process file that is a pipe is read to its end', () => {
    const fifo = path.join(temporaryDirectory(), 'fifo')
    execFileSync('mkfifo', [fifo])
    const text = JSON.stringify({ args: ['x'.repeat(100_000)], cwd: '/' })
    const source = file(text)
    // The writer has to be another process: opening a FIFO blocks until both ends are there.
    execFileSync('sh', ['-c', 'cat "$1" > "$2" &', 'sh', source, fifo], { stdio: 'ignore' })
    expect(readProcess(fifo).process.args[0]).toHaveLength(100_000)
  })
})

describe('the resources of update', () => {
  test('a resources file as podman writes it for update is accepted', () => {
    const resources = {
      memory: { limit: 67108864, swap: -1 },
      cpu: { quota: 50000, period: 100000, cpus: '0-1' },
      pids: { limit: 50 },
    }
    expect(readResources(JSON.stringify(resources))).toEqual(resources)
    expect(readResources('{}')).toEqual({})
  })
  test('a resources file with errors has each of them reported by its property', () => {
    const text = '{"memory":{"limit":"64m"},"cpu":{"cpus":3},"pids":{},"unified":{"a\\u0000":"x"}}'
    expect(failures(() => readResources(text))).toEqual([
      'resources.unified["a\\u0000"]: the name must not contain a NUL character',
      'resources.memory.limit: must be a whole number, got "64m"',
      'resources.cpu.cpus: must be a string, got 3',
      'resources.pids.limit: is required',
    ])
    expect(failures(() => readResources('{', 'standard input'))).toEqual([
      'standard input:1:2: not JSON: expected a property name in double quotes or "}", got end of file',
    ])
    expect(failures(() => readResources('[]'))).toEqual(['resources: must be an object, got an array'])
  })
})

describe('limits of 64 bits', () => {
  test.each([
    ['0', 0n],
    ['1048576', 1048576n],
    ['9007199254740991', 9007199254740991n],
    ['9223372036854771712', 9223372036854771712n], // what Linux shows for "no limit" of memory
    ['9223372036854775807', -1n], // RLIM_INFINITY of FreeBSD
    ['9223372036854775808', -1n],
    ['18446744073709551615', -1n], // RLIM_INFINITY of Linux
    ['-1', -1n],
  ])('the 64-bit limit %s is read as %s', (text, value) => {
    expect(limitValue(JSON.parse(text))).toBe(value)
  })
})
