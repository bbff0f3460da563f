/** A program that exchanges two names without end, as an attacker could do in a root: `bun swap.ts ONE OTHER`. */
import { dlopen, ptr } from 'bun:ffi'

const [one = '', other = ''] = process.argv.slice(2)
const { symbols } = dlopen('libc.so.6', {
  renameat2: { args: ['i32', 'ptr', 'i32', 'ptr', 'u32'], returns: 'i32' },
})
const AT_FDCWD = -100
const RENAME_EXCHANGE = 2
const name = (path: string) => Buffer.from(`${path}\0`)
const [first, second] = [name(one), name(other)]
for (;;) symbols.renameat2(AT_FDCWD, ptr(first), AT_FDCWD, ptr(second), RENAME_EXCHANGE)
