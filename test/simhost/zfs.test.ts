import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machine, obstacle } from './machine.ts'

if (obstacle !== undefined) console.log(`skipped: ${obstacle}`)

describe.skipIf(obstacle !== undefined)('zfs(8) of the simulated host', () => {
  let host: ReturnType<typeof machine>
  const sh = (line: string) => host.sh(line)
  beforeAll(() => {
    host = machine('zfs')
    sh(
      'truncate -s 64m /pool && zpool create -m none t /pool && zfs create -o mountpoint=/data t/a && zfs create t/a/b',
    )
    sh(
      'jail -c name=j path=/jt persist allow.mount allow.mount.zfs enforce_statfs=1 mount.devfs devfs_ruleset=4',
    )
    sh('jail -c name=k path=/jt persist')
  })
  afterAll(() => {
    host.destroy()
  })

  it('a pool is made on a file of 64 MB at least, once', () => {
    expect(sh('truncate -s 1m /small; zpool create s /small').stderr).toBe(
      "cannot create 's': one or more devices is less than the minimum size (64M)\n",
    )
    expect(sh('zpool create t /pool').stderr).toContain("cannot create 't': pool already exists")
    expect(sh('zpool create u /pool').stderr).toContain('is part of active pool')
  })

  it('datasets are mounted when they are made, and inherit mount points and jailed from above', () => {
    expect(sh('zfs list -H -o name,mountpoint,mounted; mount -p | grep zfs').stdout).toBe(
      't\tnone\tno\nt/a\t/data\tyes\nt/a/b\t/data/b\tyes\n' +
        't/a\t\t\t/data\t\t\tzfs\trw,nfsv4acls \t0 0\nt/a/b\t\t\t/data/b\t\t\tzfs\trw,nfsv4acls \t0 0\n',
    )
    expect(sh('zfs set jailed=on t/a; zfs get -H jailed t/a/b; mount | grep -c zfs').stdout).toBe(
      't/a/b\tjailed\ton\tinherited from t/a\n2\n',
    )
    expect(sh('zfs umount t/a/b; zfs umount t/a; zfs mount t/a').stderr).toBe(
      "cannot mount 't/a': dataset is exported to a local zone\n",
    )
  })

  it('zfs jail names an unknown jail, an unknown dataset, and a dataset that this jail has', () => {
    const said = (words: string) => {
      const { status, stderr } = sh(words)
      return `${status} ${stderr.split('\n')[0]}`
    }
    expect(said('zfs jail nobody t/a')).toBe('2 invalid jail id or name')
    expect(said('zfs jail j t/none')).toBe("1 cannot open 't/none': dataset does not exist")
    expect(said('zfs jail j t/a@now')).toBe(
      "1 cannot open 't/a@now': snapshot delimiter '@' is not expected here",
    )
    expect(said('zfs create -V 1m t/v; zfs jail j t/v')).toBe(
      "1 cannot open 't/v': operation not applicable to datasets of this type",
    )
    expect(said('zfs jail j t/a')).toBe('0 ')
    expect(said('zfs jail j t/a')).toBe("1 cannot jail 't/a': dataset already exists")
    expect(said('zfs jail k t/a')).toBe('0 ')
    expect(said('zfs unjail k t/a')).toBe('0 ')
    expect(said('zfs unjail k t/a')).toBe("1 cannot unjail 't/a': dataset does not exist")
  })

  it('a jail sees what is above its dataset, changes its dataset and what is below, and mounts them', () => {
    expect(sh('jexec j zfs list -H -o name').stdout).toBe('t\nt/a\nt/a/b\n')
    expect(sh('jexec j zfs create t/c').stderr).toBe("cannot create 't/c': permission denied\n")
    expect(sh('jexec j zfs set jailed=off t/a').stderr).toBe(
      "cannot set property for 't/a': permission denied\n",
    )
    expect(sh('jexec j zfs mount -a; jexec j mount | grep zfs; mount | grep zfs').stdout).toBe(
      't/a on /data (zfs, local, nfsv4acls)\nt/a/b on /data/b (zfs, local, nfsv4acls)\n' +
        't/a on /jt/data (zfs, local, nfsv4acls)\nt/a/b on /jt/data/b (zfs, local, nfsv4acls)\n',
    )
    expect(sh('mount -t zfs t/a /mnt').status).toBe(1)
    expect(sh('echo kept >/jt/data/f; jexec j zfs umount t/a/b; jexec j zfs umount t/a').status).toBe(0)
  })

  it('a jail without the permissions, and one without the device, cannot use what it has', () => {
    expect(sh('umount /jt/dev; jexec j zfs list').stderr).toBe('No such file or directory\n')
    sh('mount -t devfs -o ruleset=4 devfs /jt/dev')
    expect(sh('jail -m name=j allow.mount.nozfs; jexec j zfs mount t/a').stderr).toBe(
      "cannot mount 't/a': Insufficient privileges\n",
    )
    sh('jail -m name=j allow.mount.zfs')
  })

  it('a mount of a jail outlives the jail, and what the jail had goes with the jail', () => {
    expect(sh('jexec j zfs mount t/a; jail -r j; umount /jt/dev; cat /jt/data/f').stdout).toBe('kept\n')
    expect(sh('umount /jt/data && zfs destroy -r t/a; zfs list -H -o name').stdout).toBe('t\nt/v\n')
    expect(sh('zpool destroy t && zfs list').stderr).toBe('no datasets available\n')
  })
})
