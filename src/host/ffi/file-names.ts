/**
 * Names of files as strings without loss: a name is bytes, and need not be UTF-8. A byte that is part of no character
 * stands as half a character, U+DC00 plus the byte, which no UTF-8 text has; written back it is that byte again.
 */
import { decode, encode } from '../../bytes.ts'

/** What the decoder gives for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd'

/** A file's name. */
export function nameOf(bytes: Uint8Array): string {
  const text = decode(bytes)
  return text.includes(REPLACEMENT) ? byCharacters(bytes) : text
}

/** Bytes of a name, or of a path made of names. */
export function encodeName(name: string): Uint8Array<ArrayBuffer> {
  return /[\udc80-\udcff]/.test(name) ? byHalves(name) : encode(name)
}

function byCharacters(bytes: Uint8Array): string {
  let name = ''
  for (let at = 0; at < bytes.length; ) {
    const length = lengthOf(bytes[at]!)
    const character = decode(bytes.subarray(at, at + length))
    const whole =
      at + length <= bytes.length && (!character.includes(REPLACEMENT) || isReplacement(bytes, at))
    if (length === 1 || !whole) {
      const byte = bytes[at++]!
      name += String.fromCharCode(byte < 0x80 ? byte : 0xdc00 + byte)
    } else {
      name += character
      at += length
    }
  }
  return name
}

/** Bytes of the character that begins with this one. */
function lengthOf(first: number): number {
  return first < 0xc2 || first > 0xf4 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

/** True when U+FFFD itself stands there. */
function isReplacement(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd
}

function byHalves(name: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  // By characters: the second half of a pair is no byte.
  for (const character of name) {
    const code = character.charCodeAt(0)
    if (character.length === 1 && code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00)
    else bytes.push(...encode(character))
  }
  return Uint8Array.from(bytes)
}
