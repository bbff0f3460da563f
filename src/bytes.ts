/** Bytes and text. */
import { engine } from './host/engine/index.ts'

/** Gives a text in UTF-8; a lone surrogate becomes U+FFFD. */
export function encode(text: string): Uint8Array<ArrayBuffer> {
  return engine.encode(text)
}

/** Gives UTF-8 bytes as text; an invalid sequence becomes U+FFFD. */
export function decode(bytes: Uint8Array): string {
  return engine.decode(bytes)
}

/** Gives the bytes of all parts, one part after the other. */
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

/** Gives bytes as hexadecimal digits. */
export function toHex(bytes: Uint8Array): string {
  return Array.from(bytes, byte => byte.toString(16).padStart(2, '0')).join('')
}

/** Gives the value of a base64 digit; -1 for any other character. */
function sixBits(code: number): number {
  if (code >= 65 && code <= 90) return code - 65
  if (code >= 97 && code <= 122) return code - 71
  if (code >= 48 && code <= 57) return code + 4
  return code === 43 ? 62 : code === 47 ? 63 : -1
}

/** Gives the bytes of a base64 text (RFC 4648 section 4); characters outside the alphabet are skipped. */
export function fromBase64(text: string): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(Math.ceil((text.length * 3) / 4))
  let length = 0
  let bits = 0
  let held = 0
  for (let at = 0; at < text.length; at++) {
    const value = sixBits(text.charCodeAt(at))
    if (value === -1) continue
    held = ((held << 6) | value) & 0xffff
    bits += 6
    if (bits >= 8) {
      bits -= 8
      bytes[length++] = (held >> bits) & 0xff
    }
  }
  return bytes.slice(0, length)
}
