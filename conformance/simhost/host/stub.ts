/**
 * The static executable that takes the place of FreeBSD's tools inside jails: about 1.5 kB. Bun cannot start without
 * /proc, and the machine need not have a C compiler, so the C compiler in Bun makes the stub from `host/stub.c`.
 */
import { cc, type Pointer, toArrayBuffer } from 'bun:ffi'
import path from 'node:path'

const BASE = 0x400000
const HEADER = 64 + 56

/** The machine code of stub.c: everything from `stub_begin` to `stub_end`. */
function compile(): { code: Buffer; entry: number } {
  const { symbols } = cc({
    source: path.join(import.meta.dirname, 'stub.c'),
    symbols: {
      stub_begin: { args: [], returns: 'i64' },
      stub_main: { args: ['ptr'], returns: 'i64' },
      stub_end: { args: [], returns: 'i64' },
    },
  })
  const at = (symbol: unknown) => Number((symbol as { ptr: number }).ptr)
  const start = at(symbols.stub_begin)
  const main = at(symbols.stub_main)
  const code = Buffer.from(toArrayBuffer(start as Pointer, 0, at(symbols.stub_end) - start).slice(0))
  return { code, entry: main - start }
}

/** The stub as an ELF executable, undefined where it cannot be made (not x86-64, no compiler). */
export function makeStub(): Buffer | undefined {
  if (process.arch !== 'x64') return undefined
  const { code, entry } = compile()
  // mov rdi, rsp; and rsp, -16; call main; mov edi, eax; mov eax, 60; syscall
  const start = Buffer.from('4889e74883e4f0e80000000089c7b83c0000000f05', 'hex')
  start.writeInt32LE(entry + (start.length - 12), 8)
  const size = HEADER + start.length + code.length
  const elf = Buffer.alloc(HEADER)
  elf.write('\x7fELF\x02\x01\x01', 0, 'latin1')
  elf.writeUInt16LE(2, 16)
  elf.writeUInt16LE(62, 18)
  elf.writeUInt32LE(1, 20)
  elf.writeBigUInt64LE(BigInt(BASE + HEADER), 24)
  elf.writeBigUInt64LE(64n, 32)
  elf.writeUInt16LE(64, 52)
  elf.writeUInt16LE(56, 54)
  elf.writeUInt16LE(1, 56)
  elf.writeUInt32LE(1, 64)
  elf.writeUInt32LE(5, 68)
  elf.writeBigUInt64LE(BigInt(BASE), 80)
  elf.writeBigUInt64LE(BigInt(BASE), 88)
  elf.writeBigUInt64LE(BigInt(size), 96)
  elf.writeBigUInt64LE(BigInt(size), 104)
  elf.writeBigUInt64LE(0x1000n, 112)
  return Buffer.concat([elf, start, code])
}
