import { describe, expect, it } from 'vitest'
import { errors, plan, steps } from '../support.ts'

/**
 * Every file system of FreeBSD 15.1 (VFS_SET in sys/fs, sys/ufs, sys/compat and sys/contrib/openzfs), and what can mount it:
 * nmount(2) with the options of mount(8) alone, a program that gives the kernel more (sbin/mount_*, usr.sbin/mount_*), or
 * nothing that makes sense for one container.
 */
const TYPES: Readonly<Record<string, 'kernel' | 'program' | 'none'>> = {
  autofs: 'none',
  cd9660: 'kernel',
  devfs: 'kernel',
  ext2fs: 'kernel',
  fdescfs: 'kernel',
  fusefs: 'program',
  linprocfs: 'kernel',
  linsysfs: 'kernel',
  mqueuefs: 'kernel',
  msdosfs: 'kernel',
  nfs: 'program',
  nullfs: 'kernel',
  p9fs: 'kernel',
  procfs: 'kernel',
  smbfs: 'program',
  tarfs: 'none',
  tmpfs: 'kernel',
  udf: 'kernel',
  ufs: 'kernel',
  unionfs: 'kernel',
  zfs: 'kernel',
}

/** The programs /sbin/mount_* of 15.1, and whether the kernel needs more than the program's options. */
const HELPERS = ['cd9660', 'fusefs', 'msdosfs', 'nfs', 'nullfs', 'udf', 'unionfs']

const mounted = (type: string) => ({
  mounts: [{ destination: '/data', type, source: '/srv/data', options: [] }],
})

describe('the type of a mount', () => {
  it.each(Object.entries(TYPES))(
    '%s is planned only when create can mount it by nmount(2) (%s)',
    (type, how) => {
      if (how === 'kernel') {
        // create passes the step's type to nmount(2) as it is, and plan prints it after `mount -t`.
        const [step] = steps(plan(mounted(type)), 'mount').filter(
          ({ destination }) => destination === '/data',
        )
        expect(step?.fstype).toBe(type)
        return
      }
      const said =
        how === 'program' ? `${type} is mounted by mount_${type}(8) only` : `unknown type ${type}; known are `
      expect(errors(mounted(type))).toEqual([expect.stringContaining(`mounts[0].type: ${said}`)])
    },
  )

  it('every helper of mount(8) is of a type that is known here', () => {
    expect(HELPERS.filter(type => TYPES[type] === undefined)).toEqual([])
  })
})
