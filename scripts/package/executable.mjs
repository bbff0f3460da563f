/** Reading from an ELF file for which system and machine it was made. */
import { machines } from './facts.mjs'

/**
 * Gives the header of FreeBSD's ABI note: the sizes of name and value, the type NT_FREEBSD_ABI_TAG, and the name
 * (sys/elf_common.h).
 */
function abiNote(littleEndian) {
  const words = Buffer.alloc(12)
  const put = littleEndian ? 'writeUInt32LE' : 'writeUInt32BE'
  words[put](8, 0)
  words[put](4, 4)
  words[put](1, 8)
  return Buffer.concat([words, Buffer.from('FreeBSD\0', 'latin1')])
}

/**
 * Checks that bytes are an executable for FreeBSD on a machine, and gives the __FreeBSD_version that it was linked for. That is
 * undefined without FreeBSD's ABI note, as for a static executable that only EI_OSABI marks. Throws an Error that names the
 * file and what the file is instead.
 */
export function checkExecutable(bytes, machine, file) {
  if (bytes.length < 64 || bytes.readUInt32BE(0) !== 0x7f454c46) throw new Error(`${file} is not an ELF file`)
  const littleEndian = bytes[5] === 1
  const elf = littleEndian ? bytes.readUInt16LE(18) : bytes.readUInt16BE(18)
  if (elf !== machines[machine].elf) {
    const other = Object.keys(machines).find(name => machines[name].elf === elf) ?? `ELF machine ${elf}`
    throw new Error(`${file} is for ${other}, not for ${machine}`)
  }
  const header = abiNote(littleEndian)
  const at = bytes.indexOf(header)
  // The number 9 is ELFOSABI_FREEBSD (sys/elf_common.h).
  if (at < 0 && bytes[7] !== 9)
    throw new Error(`${file} is not for FreeBSD: no ABI note and no OS/ABI of FreeBSD`)
  if (at < 0 || at + header.length + 4 > bytes.length) return undefined
  return littleEndian ? bytes.readUInt32LE(at + header.length) : bytes.readUInt32BE(at + header.length)
}
