/**
 * File names as strings without loss. A file name is a sequence of bytes that need not be UTF-8. A byte that is part of no
 * UTF-8 character is represented by the lone surrogate U+DC00 plus the byte. A decoder of UTF-8 never gives a lone surrogate,
 * so `encodeName` can turn it back into the byte.
 */
import { decode, encode } from '../../bytes.ts'

/** The character that the decoder gives for bytes that are no UTF-8. */
const REPLACEMENT = '\ufffd'

/** Gives a file name as a string; `encodeName` gives the same bytes again. */
export function nameOf(bytes: Uint8Array): string {
  const text = decode(bytes)
  return text.includes(REPLACEMENT) ? byCharacters(bytes) : text
}

/** Gives the bytes of a name that `nameOf` has given, or of a path that is made of such names. */
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

/** Gives the number of bytes in the UTF-8 character that begins with this byte. */
function lengthOf(first: number): number {
  return first < 0xc2 || first > 0xf4 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4
}

/** True when the bytes at this place are the character U+FFFD itself. */
function isReplacement(bytes: Uint8Array, at: number): boolean {
  return bytes[at] === 0xef && bytes[at + 1] === 0xbf && bytes[at + 2] === 0xbd
}

function byHalves(name: string): Uint8Array<ArrayBuffer> {
  const bytes: number[] = []
  // The loop runs over characters, because the second surrogate of a pair does not stand for a byte.
  for (const character of name) {
    const code = character.charCodeAt(0)
    if (character.length === 1 && code >= 0xdc80 && code <= 0xdcff) bytes.push(code - 0xdc00)
    else bytes.push(...encode(character))
  }
  return Uint8Array.from(bytes)
}
