import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machine, obstacle } from './machine.ts'

if (obstacle !== undefined) console.log(`skipped: ${obstacle}`)

describe.skipIf(obstacle !== undefined)('mounts of the simulated host', () => {
  let host: ReturnType<typeof machine>
  const sh = (line: string) => host.sh(line)
  beforeAll(() => {
    host = machine('mounts')
    sh('mkdir -p /src/sub /dst; echo one > /src/f; echo file > /afile')
  })
  afterAll(() => {
    host.destroy()
  })

  it('a nullfs shows only its source, not the mounts below it', () => {
    expect(
      sh('mount -t tmpfs tmpfs /src/sub; touch /src/sub/x; mount -t nullfs /src /dst; ls /dst /dst/sub')
        .stdout,
    ).toBe('/dst:\nf\nsub\n\n/dst/sub:\n')
    expect(sh('umount /src/sub')).toMatchObject({ status: 0 })
    expect(sh('umount /dst').status).toBe(0)
  })

  it('nmount(2) refuses what FreeBSD refuses', () => {
    expect(sh('mount -t nullfs /src /dst; mount -t nullfs /src /dst')).toMatchObject({
      status: 1,
      stderr: 'mount_nullfs: /dst: Resource deadlock avoided\n',
    })
    expect(sh('mount -u -o ro /dst').stderr).toBe('mount_nullfs: /dst: Operation not supported\n')
    expect(sh('mount -t tmpfs tmpfs /dst/sub; umount /dst').stderr).toBe(
      'umount: unmount of /dst failed: Device busy\n',
    )
    expect(sh('umount /dst/sub; umount /dst').status).toBe(0)
    expect(sh('mount -t tmpfs tmpfs /afile').stderr).toBe('mount: /afile: Not a directory\n')
    expect(sh('touch /t1; ln /t1 /t2; mount -t nullfs /afile /t1').stderr).toBe(
      'mount_nullfs: /t1: Invalid argument\n',
    )
  })

  it("a file system that is the source of a nullfs, or that holds a jail's root, is busy", () => {
    sh('mount -t tmpfs tmpfs /dst; mkdir /dst/r; mount -t nullfs /dst /src/sub')
    expect(sh('umount /dst').stderr).toBe('umount: unmount of /dst failed: Device busy\n')
    sh('umount /src/sub; jail -c name=r path=/dst/r persist')
    expect(sh('umount /dst').stderr).toBe('umount: unmount of /dst failed: Device busy\n')
    expect(sh('jail -r r; umount /dst').status).toBe(0)
  })

  it('a tmpfs has no limit when it cannot read the size, and refuses an update after mode=', () => {
    sh('mount -t tmpfs -o size=50% tmpfs /dst')
    expect(sh('dd if=/dev/zero of=/dst/big bs=1024k count=3 2>/dev/null; echo $?').stdout).toBe('0\n')
    expect(sh('mount -u -o ro /dst; touch /dst/y').stderr).toContain('Read-only file system')
    sh('umount /dst; mount -t tmpfs -o size=1m,mode=700 tmpfs /dst')
    expect(sh('dd if=/dev/zero of=/dst/big bs=1024k count=3 2>/dev/null; echo $?').stdout).toBe('1\n')
    expect(sh('mount -u -o ro /dst').stderr).toBe(
      'mount: tmpfs: mount option <mode> is unknown: Operation not supported\n',
    )
    sh('umount /dst')
  })

  it('a mount follows links in its target and accepts relative paths', () => {
    sh('ln -s /dst /link; mount -t tmpfs tmpfs /link')
    expect(sh('mount -p -t tmpfs | grep /dst | cut -f1').stdout).toBe('tmpfs\n')
    expect(sh('cd / && umount dst')).toMatchObject({ status: 0 })
    expect(sh('cd /src && mount -t tmpfs x sub && mount | tail -1 && umount sub').stdout).toBe(
      'tmpfs on /src/sub (tmpfs, local)\n',
    )
  })

  it('umount finds the newest mount, by its source too, and names it with -v', () => {
    sh('mount -t nullfs /src /dst')
    expect(sh('umount -v /src').stdout).toBe('/src: unmount from /dst\n')
    expect(sh('umount -f -n /dst').stderr).toBe('umount: -f and -n are mutually exclusive: No error: 0\n')
  })

  it('mount -d only prints what it would do', () => {
    expect(sh('mount -d -t tmpfs -o size=64m tmpfs /dst').stdout).toBe(
      'mount -t tmpfs -o size=64m tmpfs /dst\n',
    )
    expect(sh('mount | grep -c /dst').stdout).toBe('0\n')
  })

  it('mount loads the module of a type when there is one', () => {
    expect(
      sh(
        'kldstat -q -m mqueuefs; echo $?; mount -t mqueuefs null /dst; kldstat -q -m mqueuefs; echo $?; umount /dst',
      ).stdout,
    ).toBe('1\n0\n')
  })

  describe('after a directory above the mount point was renamed', () => {
    const listed = '/src on /up/here (nullfs, local)\n'
    beforeAll(() => {
      sh('mkdir -p /up/here /out/here; mount -t nullfs /src /up/here; mv /up /moved; ln -s /out /up')
    })

    it('after a rename of a directory above it, a mount keeps its recorded mount point, which statfs gives for the new path', () => {
      expect(sh('mount -t nullfs; cat /moved/here/f').stdout).toBe(`${listed}one\n`)
    })

    it('after a rename, a mount of the host where a link leads is not taken for the moved one', () => {
      sh('mount -t tmpfs tmpfs /out/here')
      expect(sh('umount /up/here').status).toBe(0)
      expect(sh('mount | grep here').stdout).toBe('tmpfs on /out/here (tmpfs, local)\n')
      expect(sh('ls /moved/here').stdout).toBe('')
    })

    it('after a rename, the new path names the moved mount, and the old path names the other one', () => {
      sh('rm /up; mv /moved /up; mount -t nullfs /src /up/here; mv /up /moved; ln -s /out /up')
      expect(sh('umount /moved/here; mount -t nullfs').stdout).toBe('')
      expect(sh('umount /up/here; mount | grep -c here')).toMatchObject({ stdout: '0\n' })
    })
  })

  it('mount reports a wrong fstab as getfsent(3) does', () => {
    expect(sh('umount -a -F /nosuch')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'fstab: /nosuch:0: No such file or directory\numount: /nosuch: No such file or directory\n',
    })
    expect(sh('mount -a -F /nosuch').status).toBe(0)
  })

  it('mount with one argument and -t is a usage error, and a directory is no disk', () => {
    expect(sh('mount -t tmpfs /dst')).toMatchObject({
      status: 1,
      stderr: expect.stringMatching(/^usage: mount/),
    })
    expect(sh('mount /src /dst').stderr).toBe('mount: /src: Block device required\n')
    expect(sh('mount -d -t nullfs -o ro /src /dst').stdout).toBe('exec: mount_nullfs -o ro /src /dst\n')
  })
})
