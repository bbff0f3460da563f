/**
 * A small FreeBSD made of JavaScript in place of the C functions of `native`: each function reads and writes the very memory
 * that libc's would get.
 */

type Bytes = Uint8Array
type CArgument = number | Bytes | null

const real = native
/** Memory by its address. */
const views = new Map<number, Bytes>()
let errno = 0

// sys/errno.h
const ENOENT = 2
const ESRCH = 3
const ENOMEM = 12
const EEXIST = 17
const EINVAL = 22
const ERANGE = 34
const EAGAIN = 35

/** What was called, in words. */
export const called: string[] = []

const data = (bytes: Bytes) => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const text = (bytes: Bytes) => real.decode(bytes.subarray(0, bytes.indexOf(0)))
const string = (from: string) => real.encode(`${from}\0`)
const list = (bytes: Bytes) => Array.from(bytes).join(',')

function int32(value: number): Bytes {
  const bytes = new Uint8Array(4)
  data(bytes).setInt32(0, value, true)
  return bytes
}

function fail(number: number): number {
  errno = number
  return -1
}

/** The memory at a pointer that lies in memory; null for NULL. */
function pointer(bytes: Bytes, at: number): Bytes | null {
  const address = data(bytes).getUint32(at, true) + data(bytes).getUint32(at + 4, true) * 2 ** 32
  return address === 0 ? null : views.get(address)!
}

/** The buffers of an iovec. */
const vector = (iovec: Bytes, count: number) =>
  Array.from({ length: count }, (_, index) => pointer(iovec, index * 16))

/** Kind, format and value of the oids, whose numbers follow each other. */
const OIDS: readonly (readonly [name: string, kind: number, format: string, value: Bytes])[] = [
  ['kern.ostype', 3, 'A', string('FreeBSD')],
  ['security.jail.param.path', 3, 'A', string('1024')],
  ['security.jail.param.persist', 2, 'B', int32(0)],
  ['security.jail.param.vnet', 2, 'E,jailsys', int32(0)],
  ['security.jail.param.host', 1, 'N', int32(0)],
  ['security.jail.param.host.', 2, 'E,jailsys', int32(0)],
  ['security.jail.param.allow.mount', 1, 'N', int32(0)],
  ['security.jail.param.allow.mount.', 2, 'B', int32(0)],
  ['security.jail.param.ip4.addr', 5, 'S,in_addr,a', int32(0)],
  ['security.jail.param.host.hostid', 8, 'LU', new Uint8Array(8)],
  ['security.jail.param.meta', 3, 'A,keyvalue', string('4096')],
]
const FIRST = 1000

function output(value: Bytes, old: Bytes | null, length: Bytes): number {
  if (old !== null) {
    if (data(length).getUint32(0, true) < value.length) return fail(ENOMEM)
    old.set(value)
  }
  data(length).setUint32(0, value.length, true)
  return 0
}

/** struct kinfo_proc. */
function process(pid: number, jid: number): Bytes {
  const bytes = new Uint8Array(1088)
  const fields = data(bytes)
  fields.setInt32(0, 1088, true)
  fields.setInt32(72, pid, true)
  fields.setInt32(336, 1_700_000_100, true)
  fields.setInt32(592, jid, true)
  return bytes
}

function described(numbers: readonly number[]): Bytes | undefined {
  const oid = OIDS[numbers[numbers.length - 1]! - FIRST]
  if (numbers[1] === 1) {
    const [node, child] = numbers.slice(2).map(number => OIDS[number - FIRST]?.[0])
    if (numbers.length === 3) return node === undefined ? undefined : string(node)
    return string(child?.startsWith(`${node}.`) ? child : `${node}.${numbers[3]}`)
  }
  if (oid === undefined) return undefined
  return Uint8Array.from([...int32(oid[1]), ...string(oid[2])])
}

const rules: Bytes[] = []

/** An entry of getdirentries(2). */
function entry(bytes: Bytes, at: number, inode: number, name: string): number {
  const length = (24 + name.length + 8) & ~7
  data(bytes).setUint32(at, inode, true)
  data(bytes).setUint16(at + 16, length, true)
  bytes[at + 18] = 4
  bytes.set(string(name), at + 24)
  return at + length
}

/** Functions that are told of and succeed. */
const succeeding = (...names: string[]) =>
  Object.fromEntries(
    names.map(name => [
      name,
      (...args: CArgument[]) => {
        const words = args.map(arg => (arg instanceof Uint8Array ? list(arg.subarray(0, 32)) : String(arg)))
        called.push(`${name} ${words.join(' ')}`.trim())
        return 0
      },
    ]),
  )

let directoryIsRead = false
let signals = 1

// biome-ignore lint/suspicious/noExplicitAny: as C, every function has arguments of its own.
const functions: Record<string, (...args: any[]) => number> = {
  ...succeeding('close', 'close_range', 'setfib', 'jail_attach', 'ktrace', 'procctl'),
  ...succeeding(
    'setgroups',
    'setgid',
    'setuid',
    'setrlimit',
    'sigprocmask',
    'sigaction',
    'cpuset_setaffinity',
  ),
  ...succeeding('posix_spawn_file_actions_init', 'posix_spawn_file_actions_destroy', 'posix_spawnattr_init'),
  ...succeeding('posix_spawn_file_actions_adddup2', 'posix_spawn_file_actions_addchdir_np'),
  ...succeeding('posix_spawnattr_destroy', 'posix_spawnattr_setflags', 'posix_spawnattr_setsigdefault'),
  ...succeeding('posix_spawnattr_setsigmask', 'posix_spawnattr_setpgroup'),
  // The test program prints by it.
  write: (...args) => real.fn.write!(...args),
  getpid: () => 42,
  getgid: () => 0,
  getegid: () => 0,
  getuid: () => 0,
  geteuid: () => 0,
  kldload: () => fail(EEXIST),
  modfind: () => fail(ENOENT),
  kldfind: (name: Bytes) => (text(name).endsWith('.ko') ? 3 : fail(ENOENT)),
  clock_gettime(_clock: number, time: Bytes) {
    time[0] = 1
    return 0
  },
  openat(_at: number, path: Bytes, flags: number) {
    called.push(`openat ${text(path)} ${flags.toString(16)}`)
    return text(path).startsWith('/etc/') ? fail(ENOENT) : 5
  },
  sysctlnametomib(name: Bytes, mib: Bytes, count: Bytes) {
    const at = OIDS.findIndex(([each]) => each === text(name))
    if (at < 0) return fail(ENOENT)
    data(mib).setInt32(0, FIRST + at, true)
    data(count).setUint32(0, 1, true)
    return 0
  },
  sysctl(mib: Bytes, count: number, old: Bytes | null, length: Bytes) {
    const numbers = Array.from({ length: count }, (_, index) => data(mib).getInt32(index * 4, true))
    const key = numbers.join('.')
    if (key === '1.21')
      return output(Uint8Array.from([...int32(1_700_000_000), ...new Uint8Array(12)]), old, length)
    if (key === '1.14.8') return output(Uint8Array.from([...process(42, 0), ...process(50, 7)]), old, length)
    if (key.startsWith('1.14.1.'))
      return key === '1.14.1.42' ? output(process(42, 0), old, length) : fail(ESRCH)
    const value = numbers[0] === 0 ? described(numbers) : OIDS[numbers[0]! - FIRST]?.[3]
    return value === undefined ? fail(ENOENT) : output(value, old, length)
  },
  jail_set(iovec: Bytes, count: number, flags: number) {
    const words = vector(iovec, count).map((bytes, index) =>
      bytes === null ? 'NULL' : index % 2 === 0 ? text(bytes) : list(bytes.subarray(0, 8)),
    )
    called.push(`jail_set ${flags} ${words.slice(0, -2).join(' ')}`)
    return 7
  },
  jail_get(iovec: Bytes, count: number) {
    const buffers = vector(iovec, count)
    for (let at = 2; at < count; at += 2) {
      const name = text(buffers[at]!)
      const value = buffers[at + 1]!
      if (name === 'path') value.set(string('/jails/x'))
      if (name === 'allow.mount') value[0] = 1
      if (name === 'ip4.addr') {
        value.set([10, 0, 0, 1])
        data(iovec).setUint32((at + 1) * 16 + 8, 4, true)
      }
    }
    return 7
  },
  getfsstat(table: Bytes | null) {
    table?.set(string('zfs'), 280)
    table?.set(string('/'), 1320)
    if (table !== null) table[8] = 9
    return 1
  },
  unmount(name: Bytes, flags: number) {
    called.push(`unmount ${text(name)} ${flags.toString(16)}`)
    return 0
  },
  nmount(iovec: Bytes, count: number, flags: number) {
    const buffers = vector(iovec, count)
    called.push(
      `nmount ${flags.toString(16)} ${buffers.map(bytes => (bytes === null ? 'NULL' : text(bytes))).join(' ')}`,
    )
    buffers[count - 1]!.set(string('mount option <x> is unknown'))
    return fail(EINVAL)
  },
  socket(family: number) {
    called.push(`socket ${family}`)
    return 6
  },
  ioctl(_fd: number, request: number, bytes: Bytes) {
    called.push(`ioctl ${request.toString(16)} ${bytes.length}`)
    const id = (rule: Bytes) => data(rule).getUint32(4, true)
    if (request === 0xc0ec4400) rules.push(bytes.slice())
    if (request === 0x80044401) rules.length = 0
    if (request !== 0xc0ec4404) return 0
    const next = rules.find(rule => id(rule) > id(bytes))
    if (next === undefined) return fail(ENOENT)
    bytes.set(next)
    return 0
  },
  rctl_add_rule(rule: Bytes, length: number) {
    called.push(`rctl_add_rule ${text(rule)} ${length}`)
    return 0
  },
  rctl_get_racct(_filter: Bytes, _length: number, answer: Bytes, size: number) {
    if (size < 8192) return fail(ERANGE)
    answer.set(string('cputime=0'))
    return 0
  },
  sigtimedwait(_set: Bytes, information: Bytes) {
    if (signals-- === 0) return fail(EAGAIN)
    data(information).setInt32(12, 99, true)
    return 20
  },
  ppoll(set: Bytes) {
    // POLLHUP
    set[6] = 0x10
    return 1
  },
  waitpid(pid: number, status: Bytes) {
    data(status).setInt32(0, 0x0300, true)
    return pid
  },
  posix_spawn(pid: Bytes, path: Bytes, _actions: Bytes, _attributes: Bytes, argv: Bytes, env: Bytes) {
    const words = [argv, env].map(all => strings(all).join(' '))
    called.push(`posix_spawn ${text(path)}: ${words.join('; ')}`)
    data(pid).setInt32(0, 1234, true)
    return 0
  },
  getdirentries(_fd: number, bytes: Bytes) {
    if (directoryIsRead) return 0
    directoryIsRead = true
    const at = entry(bytes, entry(bytes, 0, 3, '.'), 4, 'dev')
    return entry(bytes, at, 0, 'removed')
  },
  stat(_path: Bytes, status: Bytes) {
    data(status).setUint16(24, 0o100640, true)
    data(status).setUint32(112, 77, true)
    return 0
  },
}

/** The strings of a vector of pointers that ends with NULL. */
function strings(pointers: Bytes): string[] {
  const found: string[] = []
  for (let at = 0; ; at += 8) {
    const bytes = pointer(pointers, at)
    if (bytes === null) return found
    found.push(text(bytes))
  }
}

/** Puts this FreeBSD in place of `native`. It comes before the first use of anything of src/, which then looks at `native`. */
export function becomeFreebsd(): void {
  Object.assign(globalThis, {
    native: Object.create(real, {
      platform: { value: 'freebsd' },
      fn: { value: functions },
      errno: { value: () => errno },
      address: {
        value(view: Bytes) {
          const address = real.address(view)
          views.set(address, view)
          return address
        },
      },
    }),
  })
}
