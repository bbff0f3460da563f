/**
 * Memory that C reads and writes. The methods that read and write numbers use the byte order of this machine. They compute
 * with bytes, because making a DataView for each piece of memory takes longer than the few reads, and because the DataView of
 * QuickJS 2021-03-27 confuses the two byte orders on a big-endian machine.
 */

export { decode, encode, toHex } from '../../bytes.ts'

/** True for a machine with the lowest byte of a number first (amd64, arm64, riscv64); false for powerpc64. */
const LITTLE = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1
/** Offsets of the lower and the upper half of a 64-bit number. */
const LOW = LITTLE ? 0 : 4
const HIGH = 4 - LOW

/** Bytes with methods that read and write numbers; RangeError for a number that lies outside the bytes. */
export class Memory extends Uint8Array<ArrayBuffer> {
  /** Gives a view of the same memory. */
  override subarray(begin?: number, end?: number): Memory {
    return super.subarray(begin, end) as Memory
  }

  readInt8(at = 0): number {
    return (byte(this, at, 1) << 24) >> 24
  }
  readUInt8(at = 0): number {
    return byte(this, at, 1)
  }
  readInt16(at = 0): number {
    return (this.readUInt16(at) << 16) >> 16
  }
  readUInt16(at = 0): number {
    const first = byte(this, at, 2)
    return LITTLE ? first | (this[at + 1]! << 8) : (first << 8) | this[at + 1]!
  }
  /** Reads a number in the byte order of networks. */
  readUInt16BE(at = 0): number {
    return (byte(this, at, 2) << 8) | this[at + 1]!
  }
  readInt32(at = 0): number {
    const first = byte(this, at, 4)
    return LITTLE
      ? first | (this[at + 1]! << 8) | (this[at + 2]! << 16) | (this[at + 3]! << 24)
      : (first << 24) | (this[at + 1]! << 16) | (this[at + 2]! << 8) | this[at + 3]!
  }
  readUInt32(at = 0): number {
    return this.readInt32(at) >>> 0
  }
  readBigInt64(at = 0): bigint {
    return BigInt.asIntN(64, this.readBigUInt64(at))
  }
  readBigUInt64(at = 0): bigint {
    return (BigInt(this.readUInt32(at + HIGH)) << 32n) | BigInt(this.readUInt32(at + LOW))
  }
  /** Reads a signed 64-bit number that a double holds exactly, such as the size or the time of a file. */
  readWide(at = 0): number {
    return this.readUInt32(at + LOW) + this.readInt32(at + HIGH) * 0x1_0000_0000
  }

  /** Sets bit `bit` of a set that is an array of words of that many bytes (sigset_t, cpuset_t). */
  setBit(bit: number, word: 4 | 8): void {
    const at = LITTLE ? bit >> 3 : (bit >> 3) ^ (word - 1)
    this.writeUInt8(byte(this, at, 1) | (1 << (bit & 7)), at)
  }
  writeUInt8(value: number, at = 0): void {
    byte(this, at, 1)
    this[at] = value
  }
  writeUInt16(value: number, at = 0): void {
    byte(this, at, 2)
    this[LITTLE ? at : at + 1] = value
    this[LITTLE ? at + 1 : at] = value >> 8
  }
  writeInt32(value: number, at = 0): void {
    this.writeUInt16(value, LITTLE ? at : at + 2)
    this.writeUInt16(value >> 16, LITTLE ? at + 2 : at)
  }
  writeUInt32(value: number, at = 0): void {
    this.writeInt32(value, at)
  }
  writeBigUInt64(value: bigint, at = 0): void {
    this.writeInt32(Number(BigInt.asUintN(32, value)), at + LOW)
    this.writeInt32(Number(BigInt.asUintN(32, value >> 32n)), at + HIGH)
  }
}

/** Gives the byte at `at`; RangeError unless there are `count` bytes from there on. */
function byte(bytes: Uint8Array, at: number, count: number): number {
  if (at < 0 || at + count > bytes.length)
    throw new RangeError(`no ${count} bytes at ${at} of ${bytes.length}`)
  return bytes[at]!
}

/** Gives zeroed memory at a fixed address; it must stay reachable while C may use it. */
export function memory(size: number): Memory {
  // The memory gets an ArrayBuffer of its own, because V8 keeps the bytes of a small typed array in its heap, where they move.
  return new Memory(new ArrayBuffer(size))
}

/** Gives memory with a copy of these bytes. */
export function memoryOf(bytes: ArrayLike<number>): Memory {
  const copy = memory(bytes.length)
  copy.set(bytes)
  return copy
}
