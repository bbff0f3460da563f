// npm run check:abi: compares the numbers of the C interface in src/host/ with the headers of every system that zig contains,
// or, without zig, with the headers of this machine. FREEBSD_SRC=DIR takes FreeBSD's headers from a tree of its source.
import { spawnSync } from 'node:child_process'
import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import path from 'node:path'
import { abiAsserts } from './generate-abi-asserts.mjs'
import { hasZig, zig } from './native.mjs'
import { root } from './root.mjs'

/**
 * Gives the flags that put the headers of a tree of FreeBSD's source before zig's. <machine/...> and <x86/...> are links in a
 * directory of ours, as in /usr/include.
 */
function headersOf(source, arch) {
  const links = path.join(root, `dist/native/freebsd-headers-${arch}`)
  rmSync(links, { recursive: true, force: true })
  mkdirSync(links, { recursive: true })
  const machine = { x64: 'amd64', arm64: 'arm64', riscv64: 'riscv', ppc64: 'powerpc' }[arch]
  symlinkSync(path.resolve(source, 'sys', machine, 'include'), path.join(links, 'machine'))
  symlinkSync(path.resolve(source, 'sys/x86/include'), path.join(links, 'x86'))
  return ['include', 'sys'].map(name => `-I${path.resolve(source, name)}`).concat(`-I${links}`)
}

/** Gives the compiler, the system and the machine of each target. */
function targets() {
  if (!hasZig()) return [{ cc: [process.env.CC ?? 'cc'], os: process.platform, arch: process.arch }]
  const source = process.env.FREEBSD_SRC
  const one = (target, os, arch) => ({
    cc: [zig, 'cc', ...(source && os === 'freebsd' ? headersOf(source, arch) : []), '-target', target],
    os,
    arch,
  })
  return [
    one('x86_64-freebsd', 'freebsd', 'x64'),
    one('aarch64-freebsd', 'freebsd', 'arm64'),
    one('riscv64-freebsd', 'freebsd', 'riscv64'),
    one('powerpc64-freebsd', 'freebsd', 'ppc64'),
    one('x86_64-linux-gnu.2.36', 'linux', 'x64'),
    one('x86_64-linux-musl', 'linux', 'x64'),
    one('aarch64-linux-gnu.2.36', 'linux', 'arm64'),
    one('riscv64-linux-musl', 'linux', 'riscv64'),
    one('powerpc64-linux-musl', 'linux', 'ppc64'),
  ]
}

/**
 * Gives the compiler's messages for each target whose tables are wrong; an empty list when all are right. `change` edits the C.
 */
export async function checkAbi(change = text => text) {
  const directory = path.join(root, 'dist/native')
  mkdirSync(directory, { recursive: true })
  const complaints = []
  for (const { cc, os, arch } of targets()) {
    const file = path.join(directory, `abi-${os}-${arch}.c`)
    writeFileSync(file, change(await abiAsserts(os, arch)))
    const flags = ['-std=gnu11', '-w', '-Inative', '-c', file, '-o', `${file}.o`]
    const { status, stderr, error } = spawnSync(cc[0], [...cc.slice(1), ...flags], {
      cwd: root,
      encoding: 'utf8',
    })
    if (error) throw error
    if (status !== 0) complaints.push(`${cc.slice(-1)}: ${stderr}`)
  }
  return complaints
}

if (process.argv[1] === path.join(root, 'scripts/check-abi.mjs')) {
  const complaints = await checkAbi()
  for (const complaint of complaints) console.error(complaint)
  process.exitCode = complaints.length === 0 ? 0 : 1
}
