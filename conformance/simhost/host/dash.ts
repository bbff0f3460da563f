/**
 * FreeBSD's sh(1) is an ash like Debian's dash with other messages: no line numbers (`sh: cannot open x` where dash says
 * `sh: 1: cannot open x`), the name of a builtin instead of the shell's (`cd: ...`), the full text of strerror(3). This
 * module changes the format strings in a copy of the machine's dash and keeps their length (`%.0s` prints nothing). With
 * `sh -c` FreeBSD's shell also replaces itself by the last command, so that no shell is left to say `Killed`; Debian's
 * dash passes 0 where upstream passes EV_EXIT.
 */
import fs from 'node:fs'

/** Each string of dash and its replacement, which is not longer. */
const FORMATS: readonly (readonly [string, string])[] = [
  ['%s: %d: \0', '%s: %.0s\0'],
  ['%s: %d: %s: \0', '%.0s%.0s%s: \0'],
  // %m is strerror(errno) in glibc.
  ["can't cd to %s\0", '%s: %m\0'],
]
/** The builtin `kill` gets a name that nobody calls, at its place in the sorted table, so that the shell runs kill(1). */
const BUILTIN: readonly [string, string] = ['\0jobs\0kill\0local\0', '\0jobs\0kilk\0local\0']
/** Texts for ENOENT that are too short to change in place, so that the code has to load a new string. */
const TEXTS = ['No such file\0', 'Directory nonexistent\0']
const FULL = 'No such file or directory\0'

interface Segment {
  header: number
  offset: number
  address: number
  size: number
  flags: number
}

function segments(elf: Buffer): Segment[] {
  const count = elf.readUInt16LE(56)
  const start = Number(elf.readBigUInt64LE(32))
  return Array.from({ length: count }, (_, i) => start + 56 * i)
    .filter(at => elf.readUInt32LE(at) === 1)
    .map(at => ({
      header: at,
      flags: elf.readUInt32LE(at + 4),
      offset: Number(elf.readBigUInt64LE(at + 8)),
      address: Number(elf.readBigUInt64LE(at + 16)),
      size: Number(elf.readBigUInt64LE(at + 32)),
    }))
}

/** Writes the machine's /bin/sh to `target`, changed as far as it is a dash with these strings. */
export function writeShell(source: string, target: string): void {
  const elf = fs.readFileSync(source)
  const builtin = elf.indexOf(BUILTIN[0], 0, 'latin1')
  if (builtin >= 0) elf.write(BUILTIN[1], builtin, 'latin1')
  for (const [from, to] of FORMATS) {
    const at = elf.indexOf(`\0${from}`, 0, 'latin1')
    if (at >= 0) elf.write(to, at + 1, 'latin1')
  }
  if (process.arch === 'x64' && elf.readUInt32BE(0) === 0x7f454c46) {
    pointAtFullText(elf)
    replaceByLastCommand(elf)
  }
  fs.writeFileSync(target, elf, { mode: 0o755 })
}

/** Puts FULL into the padding after the read-only data and changes the `lea` instructions that load the short texts. */
function pointAtFullText(elf: Buffer): void {
  const list = segments(elf)
  const texts = TEXTS.map(text => elf.indexOf(text, 0, 'latin1')).filter(at => at >= 0)
  const data = list.find(s => texts.every(at => at >= s.offset && at < s.offset + s.size))
  const code = list.find(s => (s.flags & 1) !== 0)
  if (texts.length === 0 || data === undefined || code === undefined) return
  const end = data.offset + data.size
  const room = elf.subarray(end, end + FULL.length)
  if (list.some(s => s.offset > end && s.offset < end + FULL.length) || room.some(byte => byte !== 0)) return
  elf.write(FULL, end, 'latin1')
  for (const field of [32, 40]) elf.writeBigUInt64LE(BigInt(data.size + FULL.length), data.header + field)
  const target = data.address + data.size
  const wanted = new Set(texts.map(at => data.address + at - data.offset))
  for (let i = code.offset; i + 7 <= code.offset + code.size; i++) {
    // REX.W lea reg, [rip + disp32]
    if ((elf[i]! & 0xfb) !== 0x48 || elf[i + 1] !== 0x8d || (elf[i + 2]! & 0xc7) !== 0x05) continue
    const next = code.address + (i - code.offset) + 7
    if (wanted.has(next + elf.readInt32LE(i + 3))) elf.writeInt32LE(target - next, i + 3)
  }
}

/**
 * Makes main() call `evalstring(minusc, EV_EXIT)` where it calls `evalstring(minusc, 0)`. The constant 1 needs three more
 * bytes, which come from storing the state, 4, as a byte:
 * movl $4, N(%rsp); test %rdi, %rdi; je X; xor %esi, %esi; call evalstring
 */
function replaceByLastCommand(elf: Buffer): void {
  for (let at = elf.indexOf('c74424', 0, 'hex'); at >= 0; at = elf.indexOf('c74424', at + 1, 'hex')) {
    const hex = elf.subarray(at, at + 20).toString('hex')
    if (!/^c74424..040000004885ff0f84.{8}31f6e8$/.test(hex)) continue
    const jump = Buffer.alloc(4)
    jump.writeInt32LE(elf.readInt32LE(at + 13) + 3)
    Buffer.concat([
      Buffer.from([0xc6, 0x44, 0x24, elf[at + 3]!, 4, 0x48, 0x85, 0xff, 0x0f, 0x84]),
      jump,
      Buffer.from([0xbe, 1, 0, 0, 0]),
    ]).copy(elf, at)
    return
  }
}
