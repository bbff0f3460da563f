/** sysctl(3) on FreeBSD: raw values by number, numbers by name, and formats. */
import { abi } from './abi/index.ts'
import { directoriesOf } from './abi/kinfo.ts'
import { OID_FORMAT, OID_NAME, PROC_FILEDESC } from './abi/mib.ts'
import { engine } from './engine/index.ts'
import { call, cString, lastErrno, lastError, readString } from './ffi/index.ts'
import { type Memory, memory } from './ffi/memory.ts'

/** The largest count of numbers in the name of an oid: CTL_MAXNAME of sys/sysctl.h. */
const MAX_NAME = 24

function mibBytes(mib: readonly number[]): Memory {
  const bytes = memory(Math.max(mib.length, 1) * 4)
  for (const [index, number] of mib.entries()) bytes.writeInt32(number, index * 4)
  return bytes
}

/** Gives the value of an oid by its numbers; undefined when there is none (ENOENT, or ESRCH from kern.proc). */
export function sysctlByNumber(mib: readonly number[]): Memory | undefined {
  const name = mibBytes(mib)
  const length = memory(8)
  for (let slack = 0; ; slack = slack * 2 + 4096) {
    if (call('sysctl', name, mib.length, null, length, null, 0) === -1) return missing(mib)
    const value = memory(Number(length.readBigUInt64()) + slack)
    length.writeBigUInt64(BigInt(value.length))
    if (value.length === 0) return value
    if (call('sysctl', name, mib.length, value, length, null, 0) !== -1)
      return value.subarray(0, Number(length.readBigUInt64()))
    // ENOMEM means that a table has grown between the two calls, so the loop asks again with a larger buffer.
    if (lastErrno() !== 'ENOMEM') return missing(mib)
  }
}

function missing(mib: readonly number[]): undefined {
  const failure = lastError('sysctl', mib.join('.'))
  if (failure.errno === 'ENOENT' || failure.errno === 'ESRCH') return undefined
  throw failure
}

/** Gives the numbers of an oid by its name (sysctlnametomib(3)); undefined for an unknown name. */
export function sysctlNumbers(name: string): number[] | undefined {
  const mib = memory(MAX_NAME * 4)
  const count = memory(8)
  count.writeBigUInt64(BigInt(MAX_NAME))
  if (call('sysctlnametomib', cString(name), mib, count) === -1) {
    const failure = lastError('sysctlnametomib', name)
    if (failure.errno === 'ENOENT') return undefined
    throw failure
  }
  return Array.from({ length: Number(count.readBigUInt64()) }, (_, index) => mib.readInt32(index * 4))
}

/** Gives the kind (CTLTYPE) and the format (`I`, `A`, `S,timeval`, `E,jailsys`, `B` and others) of an oid. */
export function sysctlFormat(mib: readonly number[]): { kind: number; format: string } | undefined {
  const bytes = sysctlByNumber([...OID_FORMAT, ...mib])
  return bytes && { kind: bytes.readUInt32(0) & 0xf, format: readString(bytes, 4) }
}

/** Gives the name of an oid by number; a number that no oid has stands in the name as it is. */
export function sysctlName(mib: readonly number[]): string | undefined {
  const bytes = sysctlByNumber([...OID_NAME, ...mib])
  return bytes && readString(bytes)
}

/** Gives the descriptors of this process that are directories (kern.proc.filedesc); none on a host other than FreeBSD. */
export function openDirectories(): number[] {
  if (abi.os !== 'freebsd') return []
  const files = sysctlByNumber([...PROC_FILEDESC, engine.pid()])
  return files === undefined ? [] : directoriesOf(files)
}
