import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** ELF's numbers for the machines that a package is made for (e_machine, 64 bits, little endian). */
const elfMachines = { amd64: 62, aarch64: 183 }

type Machine = keyof typeof elfMachines

/** A file in place of an executable: an ELF header and FreeBSD's ABI note, which is all that the packager reads. */
export interface Fake {
  machine: Machine
  /** __FreeBSD_version in the note; there is no note when this is absent. */
  osVersion?: number
  /** EI_OSABI: 9 is FreeBSD, 0 is none. */
  osAbi?: number
}

/** Writes such a file into a directory and gives its path. */
export function fakeExecutable(directory: string, { machine, osVersion, osAbi = 9 }: Fake): string {
  const header = Buffer.alloc(64)
  header.write('\x7fELF\x02\x01\x01', 'latin1')
  header[7] = osAbi
  header.writeUInt16LE(2, 16)
  header.writeUInt16LE(elfMachines[machine], 18)
  const note = Buffer.alloc(24)
  note.writeUInt32LE(8, 0)
  note.writeUInt32LE(4, 4)
  note.writeUInt32LE(1, 8)
  note.write('FreeBSD\0', 12, 'latin1')
  note.writeUInt32LE(osVersion ?? 0, 20)
  const file = join(directory, `jailwright-${machine}`)
  writeFileSync(file, Buffer.concat([header, ...(osVersion === undefined ? [] : [note])]))
  return file
}
