/** The hash from which names, numbers and addresses are made. */
import { sha256 as hashOf } from '@noble/hashes/sha2.js'
import { bytesToHex } from '@noble/hashes/utils.js'

/** SHA-256 of an ASCII text, in hexadecimal. All callers hash ASCII: ids, names of jails, host UUIDs, host names. */
export function sha256(text: string): string {
  return bytesToHex(hashOf(Uint8Array.from(text, character => character.charCodeAt(0))))
}
