import { describe, expect, it } from 'vitest'
import { rootCommands } from '../../scripts/rootfs.mjs'

/**
 * A host like FreeBSD: /rescue has one program with many names but no `true` (rescue/rescue/Makefile); all others are dynamic.
 */
function host(rescue: readonly string[]) {
  const files = new Map([
    ...rescue.map(name => [`/rescue/${name}`, 'rescue'] as const),
    ...['/bin/sh', '/bin/sleep', '/usr/bin/true', '/usr/bin/id'].map(name => [name, name] as const),
  ])
  return {
    identity: (file: string) => files.get(file),
    ldd: (file: string) =>
      `${file}:\n\tlibc.so.7 => /lib/libc.so.7 (0x1000)\n\tlibsys.so.7 => /lib/libsys.so.7 (0x2000)\n\t[vdso] (0x3000)\n`,
  }
}

describe('a root from what a FreeBSD host has', () => {
  it('rootCommands links the names of the one program of /rescue, and takes missing ones from the system with their libraries', () => {
    expect(rootCommands('/r', ['sh', 'sleep', 'true'], host(['sh', 'sleep']))).toEqual([
      ['mkdir', '-p', '/r/bin', '/r/dev', '/r/tmp', '/r/root'],
      ['cp', '/rescue/sh', '/r/bin/sh'],
      ['ln', '-s', 'sh', '/r/bin/sleep'],
      ['cp', '/usr/bin/true', '/r/bin/true'],
      ['mkdir', '-p', '/r/lib'],
      ['cp', '/lib/libc.so.7', '/r/lib/libc.so.7'],
      ['cp', '/lib/libsys.so.7', '/r/lib/libsys.so.7'],
      ['mkdir', '-p', '/r/libexec'],
      ['cp', '/libexec/ld-elf.so.1', '/r/libexec/ld-elf.so.1'],
    ])
  })

  it('rootCommands works without /rescue, and copies each library once', () => {
    const commands = rootCommands('/r', ['sh', 'id'], host([]))
    expect(commands.filter(([name]) => name === 'cp').map(words => words[1])).toEqual([
      '/bin/sh',
      '/lib/libc.so.7',
      '/lib/libsys.so.7',
      '/libexec/ld-elf.so.1',
      '/usr/bin/id',
    ])
  })

  it('rootCommands names a program that the host lacks', () => {
    expect(() => rootCommands('/r', ['nosuch'], host([]))).toThrow('this host has no program nosuch')
  })
})
