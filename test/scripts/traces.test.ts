import { expect, it } from 'vitest'
import { withoutCounts } from '../../scripts/traces.mjs'

/** Gives the output of `mount -v` for a root on UFS (sbin/mount/mount.c, prmount). */
const seen = (writes: number, vnodes: number) =>
  `/dev/ada0p2 on / (ufs, local, soft-updates, writes: sync 4 async ${writes}, reads: sync 900 async 7, fsid 9b1c2d3e4f5a6b7c, vnodes: count ${vnodes} )
devfs on /dev (devfs, fsid 00ff007171000000)
`

it('the counts of mount -v are no difference, another mount is', () => {
  expect(withoutCounts(seen(10, 300))).toBe('/dev/ada0p2 on / (ufs)\ndevfs on /dev (devfs)\n')
  expect(withoutCounts(seen(10, 300))).toBe(withoutCounts(seen(999, 12_000)))
  expect(withoutCounts(`${seen(10, 300)}tmpfs on /t (tmpfs, local, fsid 87ff01)\n`)).not.toBe(
    withoutCounts(seen(10, 300)),
  )
})
