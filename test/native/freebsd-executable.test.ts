/** What the executable for FreeBSD asks of the system that starts it. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { beforeAll, describe, expect, it } from 'vitest'
import { compileNative, hasZig } from '../../scripts/native.mjs'
import { unitsFile } from '../../scripts/units.mjs'

const root = fileURLToPath(new URL('../..', import.meta.url))

// elf.h
const PT_INTERP = 3
const PT_GNU_STACK = 0x6474e551

/** The program headers of a 64-bit ELF file by their type: where each is in the file, and its size in the file and in memory. */
function programHeaders(file: Buffer): Map<number, { at: number; size: number; memory: number }> {
  const start = Number(file.readBigUInt64LE(32))
  const size = file.readUInt16LE(54)
  return new Map(
    Array.from({ length: file.readUInt16LE(56) }, (_, index) => {
      const at = start + index * size
      const [offset, inFile, inMemory] = [8, 32, 40].map(field => Number(file.readBigUInt64LE(at + field)))
      return [file.readUInt32LE(at), { at: offset!, size: inFile!, memory: inMemory! }] as const
    }),
  )
}

describe.skipIf(!hasZig()).each(['x64', 'arm64'] as const)('the executable for FreeBSD on %s', machine => {
  const name = `dist/native/freebsd-${machine}`
  let file: Buffer
  beforeAll(async () => {
    const units = `${name}-units.js`
    mkdirSync(dirname(join(root, units)), { recursive: true })
    writeFileSync(join(root, units), unitsFile([{ name: 'part main', text: '0' }]))
    await compileNative(units, name, { machine })
    file = readFileSync(join(root, name))
  }, 900_000)

  it('is started by the dynamic linker of the base system, with nothing but its libraries', () => {
    const { at, size } = programHeaders(file).get(PT_INTERP)!
    expect(file.toString('latin1', at, at + size)).toBe('/libexec/ld-elf.so.1\0')
    const libraries = file.toString('latin1').match(/\blib[a-z]+\.so\.\d+/g)
    expect([...new Set(libraries)].sort()).toEqual(['libc.so.7', 'libm.so.5', 'libthr.so.3'])
  })

  it('needs no version of a function that FreeBSD 14 lacks', () => {
    const versions = [...new Set(file.toString('latin1').match(/\bFBSD_1\.\d+/g))]
    expect(versions).toContain('FBSD_1.0')
    for (const version of versions) expect(Number(version.slice('FBSD_1.'.length))).toBeLessThanOrEqual(7)
  })

  it('asks for no stack of a size of its own, for which the kernel would raise the limit of the caller', () => {
    expect(programHeaders(file).get(PT_GNU_STACK)?.memory).toBe(0)
  })
})
