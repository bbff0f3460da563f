/**
 * FreeBSD's sh(1) is an ash like Debian's dash, but says things differently: no line numbers (`sh: cannot open x` for
 * dash's `sh: 1: cannot open x`), a builtin's own name instead of the shell's (`cd: ...`), strerror(3)'s full text. The
 * copy of the machine's dash gets these by changing its format strings, which keep their length (`%.0s` prints nothing).
 */
import fs from 'node:fs'

/** dash's string, and what stands in its place (the same length). */
const FORMATS: readonly (readonly [string, string])[] = [
  ['%s: %d: \0', '%s: %.0s\0'],
  ['%s: %d: %s: \0', '%.0s%.0s%s: \0'],
]
/** Texts for ENOENT that are too short to be changed in place: the code is pointed at a new string. */
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

/** Writes the machine's /bin/sh to `target`, changed as far as it is a dash that can be. */
export function writeShell(source: string, target: string): void {
  const elf = fs.readFileSync(source)
  for (const [from, to] of FORMATS) {
    const at = elf.indexOf(`\0${from}`, 0, 'latin1')
    if (at >= 0) elf.write(to, at + 1, 'latin1')
  }
  if (process.arch === 'x64' && elf.readUInt32BE(0) === 0x7f454c46) pointAtFullText(elf)
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
