/**
 * Memory that C reads and writes, with Buffer's names for readers and writers of numbers. By arithmetic on bytes and not
 * by DataView: a view for each piece of memory takes longer than what is read of it. Both hosts' machines are little endian.
 */

export { decode, encode, toHex } from '../../bytes.ts'

/** Memory, or a Buffer of a test: what the decoders of `abi/` read from. */
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

/** Bytes with Buffer's readers and writers of numbers; a place outside of them is a RangeError. */
export class Memory extends Uint8Array<ArrayBuffer> implements Bytes {
  /** The same memory, as Buffer's. */
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

/** The byte at `at`, when there are `count` of them. */
function byte(bytes: Uint8Array, at: number, count: number): number {
  if (at < 0 || at + count > bytes.length)
    throw new RangeError(`no ${count} bytes at ${at} of ${bytes.length}`)
  return bytes[at]!
}

/** Zeroed memory at a fixed address; it must stay reachable while C may use it. */
export function memory(size: number): Memory {
  // An ArrayBuffer of its own: V8 keeps small typed arrays inside the moving heap.
  return new Memory(new ArrayBuffer(size))
}

/** Memory with a copy of these bytes. */
export function memoryOf(bytes: ArrayLike<number>): Memory {
  const copy = memory(bytes.length)
  copy.set(bytes)
  return copy
}
