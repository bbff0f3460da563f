/**
 * /rescue of a simulated host. On FreeBSD /rescue is one static program with many names. Here it holds the machine's small
 * programs, with copies of the libraries that ldd(1) names in `rescue/.libraries`, and the stub under the names of tools
 * that speak with FreeBSD's kernel.
 */
import fs from 'node:fs'
import path from 'node:path'
import { TOOLS } from '../tools/registry.ts'
import { writeShell } from './dash.ts'
import { makeStub } from './stub.ts'

/** Programs that come from the machine, if the machine has them. */
const PROGRAMS =
  `[ awk basename cat chgrp chmod chown cmp comm cp cut date dd dirname du echo env expr false find
  fold grep gunzip gzip head id install join ln logname ls md5sum mkdir mkfifo mknod mktemp mv nice nohup od paste
  printenv printf pwd readlink realpath rm rmdir sed seq sha256sum sleep sort split stat stty sync tail tar tee test
  timeout touch tr true tsort tty uniq wc which whoami xargs yes nc ping nproc truncate unlink`.split(/\s+/)

/** Where the copies of the libraries are, under their absolute paths. */
export const LIBRARIES = '.libraries'

/** Paths of the loader and libraries of a program; empty for a static one. */
function librariesOf(program: string): string[] {
  const run = Bun.spawnSync([program], {
    env: { LD_TRACE_LOADED_OBJECTS: '1' },
    stdin: 'ignore',
    stderr: 'ignore',
  })
  const paths = run.stdout
    .toString()
    .split('\n')
    .map(line => /(?:=> )?(\/\S+) \(0x/.exec(line)?.[1])
  return paths.filter(p => p !== undefined)
}

/** Whether a file is an ELF file and no script. */
function isElf(file: string): boolean {
  const head = Buffer.alloc(4)
  const fd = fs.openSync(file, 'r')
  fs.readSync(fd, head, 0, 4, 0)
  fs.closeSync(fd)
  return head.toString('latin1') === '\x7fELF'
}

function findOnMachine(name: string): string | undefined {
  return ['/bin', '/usr/bin', '/sbin', '/usr/sbin']
    .map(dir => path.join(dir, name))
    .find(file => fs.existsSync(file))
}

/** Fills `tree/rescue`. */
export function writeRescue(tree: string): void {
  const rescue = path.join(tree, 'rescue')
  fs.mkdirSync(rescue, { recursive: true })
  const libraries = new Set<string>()
  const shell = fs.realpathSync('/bin/sh')
  writeShell(shell, path.join(rescue, 'sh'))
  const merged = fs.lstatSync('/bin').isSymbolicLink()
  const bin = path.join(tree, merged ? 'usr/bin' : 'bin')
  fs.mkdirSync(bin, { recursive: true })
  fs.linkSync(path.join(rescue, 'sh'), path.join(bin, 'sh'))
  for (const library of librariesOf(shell)) libraries.add(library)
  for (const name of PROGRAMS) {
    const found = findOnMachine(name)
    if (found === undefined) continue
    const real = fs.realpathSync(found)
    if (!isElf(real)) continue
    fs.copyFileSync(real, path.join(rescue, name))
    fs.chmodSync(path.join(rescue, name), 0o755)
    for (const library of librariesOf(real)) libraries.add(library)
  }
  for (const library of libraries) {
    const copy = path.join(rescue, LIBRARIES, library)
    fs.mkdirSync(path.dirname(copy), { recursive: true })
    fs.copyFileSync(library, copy)
    fs.chmodSync(copy, 0o755)
  }
  writeStubs(rescue)
}

function writeStubs(rescue: string): void {
  const stub = makeStub()
  if (stub === undefined) return
  let first: string | undefined
  for (const [name, tool] of Object.entries(TOOLS)) {
    if (tool.inJail !== true) continue
    const file = path.join(rescue, name)
    // The stub replaces the machine's program of that name.
    fs.rmSync(file, { force: true })
    if (first === undefined) {
      fs.writeFileSync(file, stub, { mode: 0o755 })
      first = file
    } else fs.linkSync(first, file)
  }
}
