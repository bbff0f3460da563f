/**
 * Memory that C reads and writes. The methods that read and write numbers have the names of Node's Buffer. They compute with
 * bytes, because making a DataView for each piece of memory takes longer than the few reads. All supported machines are little
 * endian.
 */

export { decode, encode, toHex } from '../../bytes.ts'

/** The bytes that the decoders of `abi/` read: Memory, or a Buffer of a test. */
export interface Bytes extends Uint8Array {
  readInt8(at?: number): number
  readUInt8(at?: number): number
  readInt16LE(at?: number): number
  readUInt16LE(at?: number): number
  readUInt16BE(at?: number): number
  readInt32LE(at?: number): number
  readUInt32LE(at?: number): number
  readBigInt64LE(at?: number): bigint
  readBigUInt64LE(at?: number): bigint
  subarray(begin?: number, end?: number): Bytes
}

/** Bytes with methods that read and write numbers; RangeError for a number that lies outside the bytes. */
export class Memory extends Uint8Array<ArrayBuffer> implements Bytes {
  /** Gives a view of the same memory, as Buffer's method does. */
  override subarray(begin?: number, end?: number): Memory {
    return super.subarray(begin, end) as Memory
  }

  readInt8(at = 0): number {
    return (byte(this, at, 1) << 24) >> 24
  }
  readUInt8(at = 0): number {
    return byte(this, at, 1)
  }
  readInt16LE(at = 0): number {
    return (this.readUInt16LE(at) << 16) >> 16
  }
  readUInt16LE(at = 0): number {
    return byte(this, at, 2) | (this[at + 1]! << 8)
  }
  readUInt16BE(at = 0): number {
    return (byte(this, at, 2) << 8) | this[at + 1]!
  }
  readInt32LE(at = 0): number {
    return byte(this, at, 4) | (this[at + 1]! << 8) | (this[at + 2]! << 16) | (this[at + 3]! << 24)
  }
  readUInt32LE(at = 0): number {
    return this.readInt32LE(at) >>> 0
  }
  readBigInt64LE(at = 0): bigint {
    return BigInt.asIntN(64, this.readBigUInt64LE(at))
  }
  readBigUInt64LE(at = 0): bigint {
    return (BigInt(this.readUInt32LE(at + 4)) << 32n) | BigInt(this.readUInt32LE(at))
  }

  writeUInt8(value: number, at = 0): void {
    byte(this, at, 1)
    this[at] = value
  }
  writeUInt16LE(value: number, at = 0): void {
    byte(this, at, 2)
    this[at] = value
    this[at + 1] = value >> 8
  }
  writeInt32LE(value: number, at = 0): void {
    byte(this, at, 4)
    this[at] = value
    this[at + 1] = value >> 8
    this[at + 2] = value >> 16
    this[at + 3] = value >> 24
  }
  writeUInt32LE(value: number, at = 0): void {
    this.writeInt32LE(value, at)
  }
  writeBigUInt64LE(value: bigint, at = 0): void {
    this.writeInt32LE(Number(BigInt.asUintN(32, value)), at)
    this.writeInt32LE(Number(BigInt.asUintN(32, value >> 32n)), at + 4)
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
