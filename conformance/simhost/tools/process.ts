/** Runs programs from a tool that has its own process. */
import fs from 'node:fs'
import { libc } from '../libc.ts'

/** The path of a program, or why it cannot be executed. */
function findProgram(name: string, pathVariable: string): { file: string } | { error: 'ENOENT' | 'EACCES' } {
  const candidates = name.includes('/') ? [name] : pathVariable.split(':').map(dir => `${dir || '.'}/${name}`)
  let error: 'ENOENT' | 'EACCES' = 'ENOENT'
  for (const file of candidates) {
    const stat = fs.statSync(file, { throwIfNoEntry: false })
    if (stat === undefined) continue
    if (stat.isFile() && (stat.mode & 0o111) !== 0) return { file }
    error = 'EACCES'
  }
  return { error }
}

/** execvp(3): returns only when it fails. The engine's ignored SIGPIPE is set back first. */
export function execvp(
  argv: readonly string[],
  env: Record<string, string | undefined>,
): 'ENOENT' | 'EACCES' | 'ENOEXEC' {
  const found = findProgram(argv[0] ?? '', env.PATH ?? '/sbin:/bin:/usr/sbin:/usr/bin')
  if ('error' in found) return found.error
  for (const signal of [13, 25]) libc.signal(signal, 0n)
  const clean = Object.fromEntries(Object.entries(env).filter(e => e[1] !== undefined)) as Record<
    string,
    string
  >
  execve(found.file, argv, clean)
  return 'ENOEXEC'
}

function execve(file: string, argv: readonly string[], env: Record<string, string>): void {
  const { ptr } = require('bun:ffi') as typeof import('bun:ffi')
  const keep: Buffer[] = []
  const vector = (words: readonly string[]) => {
    const table = Buffer.alloc(8 * (words.length + 1))
    for (const [i, word] of words.entries()) {
      const text = Buffer.from(`${word}\0`)
      keep.push(text)
      table.writeBigUInt64LE(BigInt(ptr(text)), 8 * i)
    }
    keep.push(table)
    return ptr(table)
  }
  const path = Buffer.from(`${file}\0`)
  const av = vector(argv)
  const ev = vector(Object.entries(env).map(([k, v]) => `${k}=${v}`))
  // The engine's descriptors are close-on-exec, and those of the caller stay open, as with execvp(3).
  libc.execve(ptr(path), av, ev)
}

/** A user of a passwd(5) file. */
export interface User {
  name: string
  uid: number
  gid: number
  home: string
  shell: string
}

/** Looks a user up by name or number in this process's /etc/passwd. */
export function findUser(name: string): User | undefined {
  let text = ''
  try {
    text = fs.readFileSync('/etc/passwd', 'utf8')
  } catch {
    return undefined
  }
  for (const line of text.split('\n')) {
    const [user, , uid, gid, , home, shell] = line.split(':')
    if (user === name || uid === name)
      return {
        name: user ?? '',
        uid: Number(uid),
        gid: Number(gid),
        home: home || '/',
        shell: shell || '/bin/sh',
      }
  }
  return undefined
}

/** Groups of /etc/group that name the user. */
export function groupsOf(user: User): number[] {
  const groups = new Set([user.gid])
  try {
    for (const line of fs.readFileSync('/etc/group', 'utf8').split('\n')) {
      const [, , gid, members] = line.split(':')
      if (members?.split(',').includes(user.name)) groups.add(Number(gid))
    }
  } catch {
    // Without the file the user has the primary group only.
  }
  return [...groups]
}

/** Makes this process one of the user: setgroups(2), setgid(2), setuid(2). */
export function become(user: User, groups: number[]): void {
  const list = new Uint32Array(groups)
  const { ptr } = require('bun:ffi') as typeof import('bun:ffi')
  libc.setgroups(list.length, ptr(new Uint8Array(list.buffer)))
  libc.setgid(user.gid)
  libc.setuid(user.uid)
}
