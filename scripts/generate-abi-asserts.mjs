// Generating C that compares the numbers of the C interface in src/host/ with the system's own headers, by _Static_assert.
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { FREEBSD_NUMBERS, FREEBSD_STRUCTURES, HEADERS, MIBS, STRUCTURES } from './abi-tables.mjs'
import { importTypeScript } from './native-functions.mjs'
import { root } from './root.mjs'

const is = (expression, number) =>
  `_Static_assert((${expression}) == ${number}, "${expression.replaceAll('"', '')} is ${number} in the table");`
const atMost = (expression, number) =>
  `_Static_assert((${expression}) <= ${number}, "${expression} is at most ${number} in the table");`

/** Gives the assertions for the size, the offsets and the sizes of members of one structure. */
function structure({ type, members, sizes = {} }, table) {
  return [
    ...('size' in table ? [is(`sizeof(${type})`, table.size)] : []),
    ...Object.entries(members).map(([key, member]) => is(`offsetof(${type}, ${member})`, table[key])),
    ...Object.entries(sizes).map(([key, member]) => is(`sizeof(((${type} *)0)->${member})`, table[key])),
  ]
}

/** Gives the assertions for the table that both systems have (src/host/abi/abi.ts). */
function sharedTable(abi) {
  const { os } = abi
  const prefixed = (table, prefix) =>
    Object.entries(table)
      .filter(([, value]) => typeof value === 'number' && value > 0)
      .map(([name, value]) => is(`${prefix}${name}`, value))
  const errnos = Array.from({ length: 140 }, (_, at) => [abi.errnoName(at + 1), at + 1])
    .filter(([name]) => name !== undefined)
    // The table uses FreeBSD's name ENOATTR for the error that Linux calls ENODATA.
    .map(([name, number]) => is(os === 'linux' && name === 'ENOATTR' ? 'ENODATA' : name, number))
  // On Linux, SIGRTMIN and SIGRTMAX are no constants, and there is no RLIMIT_VMEM.
  const linuxHasNone = ['RTMIN', 'RTMAX', 'VMEM']
  const known = table =>
    Object.fromEntries(
      Object.entries(table).filter(([name]) => os !== 'linux' || !linuxHasNone.includes(name)),
    )
  const limits = Object.entries(known(abi.rlimits)).filter(([, value]) => value >= 0)
  const width = os === 'linux' ? atMost : is
  const { spawn, socket, msghdr, cmsghdr } = abi
  return [
    ...errnos,
    ...prefixed(known(abi.signals), 'SIG'),
    is(os === 'freebsd' ? '_SIG_MAXSIG' : '_NSIG - 1', abi.lastSignal),
    ...limits.map(([name, value]) => is(`RLIMIT_${name}`, value)),
    is('(unsigned long long)RLIM_INFINITY', `${abi.rlimInfinity}ULL`),
    ...prefixed(abi.open, 'O_'),
    ...prefixed(abi.ioctl, ''),
    is('AT_FDCWD', abi.atFdcwd),
    is('AT_EMPTY_PATH', abi.atEmptyPath),
    is('AT_REMOVEDIR', abi.atRemovedir),
    is('F_DUPFD_CLOEXEC', abi.dupfdCloexec),
    is('CLOCK_MONOTONIC', abi.clockMonotonic),
    ...Object.entries(STRUCTURES).flatMap(([name, each]) => structure(each, abi[name])),
    is('sizeof(posix_spawn_file_actions_t)', spawn.actionsSize),
    is('sizeof(posix_spawnattr_t)', spawn.attributesSize),
    ...prefixed({ ...spawn, actionsSize: 0, attributesSize: 0 }, 'POSIX_SPAWN_'),
    is('SIG_BLOCK', abi.sigBlock),
    is('SIG_SETMASK', abi.sigSetmask),
    is('sizeof(sigset_t)', abi.sigsetSize),
    is('sizeof(((sigset_t *)0)->SIGSET_WORDS[0])', abi.sigsetWord),
    is('sizeof(struct sigaction)', abi.sigactionSize),
    is('offsetof(struct sigaction, sa_handler)', 0),
    atMost('sizeof(struct termios)', abi.termiosSize),
    ...prefixed({ ...socket, pathMax: 0 }, ''),
    is('sizeof(((struct sockaddr_un *)0)->sun_path) - 1', socket.pathMax),
    is('offsetof(struct sockaddr_un, sun_path)', 2),
    is('offsetof(struct sockaddr_un, sun_family)', socket.lengthByte ? 1 : 0),
    is('offsetof(struct msghdr, msg_iov)', 16),
    is('sizeof(struct msghdr)', msghdr.size),
    is('offsetof(struct msghdr, msg_control)', 32),
    // Where the kernel has a 64-bit member, musl has an int and four bytes of padding: the int is the low half.
    is('offsetof(struct msghdr, msg_iovlen) & ~7', 24),
    is('offsetof(struct msghdr, msg_controllen) & ~7', msghdr.controllen),
    width('sizeof(((struct msghdr *)0)->msg_iovlen)', msghdr.iovlenBytes),
    width('sizeof(((struct msghdr *)0)->msg_controllen)', msghdr.controllenBytes),
    width('sizeof(((struct cmsghdr *)0)->cmsg_len)', cmsghdr.lenBytes),
    is('CMSG_LEN(0)', cmsghdr.data),
    is('CMSG_SPACE(4)', cmsghdr.data + 8),
    is('sizeof(struct iovec)', 16),
    is('offsetof(struct iovec, iov_len)', 8),
    is('sizeof(struct pollfd)', 8),
    is('offsetof(struct pollfd, revents)', 6),
    is('sizeof(struct timespec)', 16),
    is('sizeof(struct rlimit)', 16),
    is('sizeof(struct winsize)', 8),
    is('sizeof(pid_t)', 4),
  ]
}

/** Gives the assertions for the tables that only FreeBSD has. */
async function freebsdTables() {
  const tables = new Map()
  const table = async (file, name) => {
    const source = `src/host/abi/${file}.ts`
    if (!tables.has(source)) tables.set(source, await importTypeScript(source))
    const found = tables.get(source)[name]
    if (found === undefined) throw new Error(`${source} exports no ${name}`)
    return found
  }
  const lines = [is('sizeof(((cpuset_t *)0)->__bits[0])', 8)]
  for (const [file, name, each] of FREEBSD_STRUCTURES)
    if (existsSync(path.join(root, `src/host/abi/${file}.ts`)))
      lines.push(...structure(each, await table(file, name)))
  for (const [file, name, prefix] of FREEBSD_NUMBERS)
    if (existsSync(path.join(root, `src/host/abi/${file}.ts`)))
      for (const [key, value] of Object.entries(await table(file, name)))
        lines.push(is(`${prefix}${key}`, value))
  if (existsSync(path.join(root, 'src/host/abi/mib.ts')))
    for (const [name, numbers] of Object.entries(MIBS)) {
      const found = await table('mib', name)
      lines.push(...numbers.map((each, at) => is(each, found[at])))
    }
  return lines
}

/** Constants that have a C name but a value of their own, because one bound serves both systems. */
const OUR_OWN = new Set(['PATH_MAX'])

/** Gives the system that a file is for; undefined for both systems. */
function systemOf(file) {
  if (/freebsd|kinfo|jail|devfs|interface|loopback|cpus|rctl|mib/.test(file)) return 'freebsd'
  return /simulated|linux/.test(file) ? 'linux' : undefined
}

/** Gives the assertions for every `const NAME = 1` in src/host/ whose name is also a macro of a header. */
function namedConstants(os) {
  const directory = path.join(root, 'src/host')
  const files = readdirSync(directory, { recursive: true }).filter(name => name.endsWith('.ts'))
  return files
    .filter(file => (systemOf(file) ?? os) === os)
    .flatMap(file => [
      ...readFileSync(path.join(directory, file), 'utf8').matchAll(
        /^\s*(?:export )?const ([A-Z][A-Z0-9_]+) = (0x[0-9a-f_]+|[0-9_]+)n?$/gm,
      ),
    ])
    .filter(([, name]) => !OUR_OWN.has(name))
    .flatMap(([, name, value]) => [
      `#ifdef ${name}`,
      is(`(unsigned long)${name}`, value.replaceAll('_', '')),
      '#endif',
    ])
}

/** Gives C that compiles only when the tables are right: for `os` (freebsd, linux) on `arch` (x64, arm64, riscv64, ppc64). */
export async function abiAsserts(os, arch) {
  const define = { 'process.arch': JSON.stringify(arch) }
  const module = await importTypeScript(`src/host/abi/${os}.ts`, { define })
  return [
    '/* Generated by scripts/generate-abi-asserts.mjs from src/host/. */',
    '#include "system.h"',
    ...[...HEADERS.both, ...HEADERS[os]].map(header => `#include <${header}>`),
    '#ifdef __GLIBC__',
    '#define DIRENT dirent64',
    '#define SIGSET_WORDS __val',
    '#else',
    '#define DIRENT dirent',
    '#define SIGSET_WORDS __bits',
    '#endif',
    ...sharedTable(module[os]),
    ...(os === 'freebsd' ? await freebsdTables() : []),
    ...namedConstants(os),
    '',
  ].join('\n')
}
