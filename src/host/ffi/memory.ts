/**
 * Memory that C reads and writes. Not node:buffer's Buffer: its first use takes 4 % of the start of an empty program, and
 * `state` and `start` need nothing else of it. What is here has Buffer's names and meaning.
 */

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

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

/** Bytes with Buffer's readers and writers of numbers, little endian unless the name says otherwise. */
export class Memory extends Uint8Array<ArrayBuffer> implements Bytes {
  #view: DataView | undefined

  get #numbers(): DataView {
    this.#view ??= new DataView(this.buffer, this.byteOffset, this.byteLength)
    return this.#view
  }

  /** The same memory, as Buffer's. */
  override subarray(begin?: number, end?: number): Memory {
    return super.subarray(begin, end) as Memory
  }

  readInt8(at = 0): number {
    return this.#numbers.getInt8(at)
  }
  readUInt8(at = 0): number {
    return this.#numbers.getUint8(at)
  }
  readInt16LE(at = 0): number {
    return this.#numbers.getInt16(at, true)
  }
  readUInt16LE(at = 0): number {
    return this.#numbers.getUint16(at, true)
  }
  readUInt16BE(at = 0): number {
    return this.#numbers.getUint16(at)
  }
  readInt32LE(at = 0): number {
    return this.#numbers.getInt32(at, true)
  }
  readUInt32LE(at = 0): number {
    return this.#numbers.getUint32(at, true)
  }
  readBigInt64LE(at = 0): bigint {
    return this.#numbers.getBigInt64(at, true)
  }
  readBigUInt64LE(at = 0): bigint {
    return this.#numbers.getBigUint64(at, true)
  }

  writeUInt8(value: number, at = 0): void {
    this.#numbers.setUint8(at, value)
  }
  writeUInt16LE(value: number, at = 0): void {
    this.#numbers.setUint16(at, value, true)
  }
  writeInt32LE(value: number, at = 0): void {
    this.#numbers.setInt32(at, value, true)
  }
  writeUInt32LE(value: number, at = 0): void {
    this.#numbers.setUint32(at, value, true)
  }
  writeBigUInt64LE(value: bigint, at = 0): void {
    this.#numbers.setBigUint64(at, value, true)
  }
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

/** A text in UTF-8. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return encoder.encode(text)
}

/** Bytes as text; what is no UTF-8 becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return decoder.decode(bytes)
}

/** Bytes of the parts in a row. */
export function concatenate(parts: readonly Uint8Array[]): Uint8Array {
  const [first] = parts
  if (parts.length === 1 && first) return first
  const whole = new Uint8Array(parts.reduce((size, part) => size + part.length, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.length
  }
  return whole
}

/** Bytes in hexadecimal. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}
