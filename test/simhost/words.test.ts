import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machine, obstacle } from './machine.ts'

if (obstacle !== undefined) console.log(`skipped: ${obstacle}`)

describe.skipIf(obstacle !== undefined)('what small tools of the simulated host say', () => {
  let host: ReturnType<typeof machine>
  const sh = (line: string) => host.sh(line)
  beforeAll(() => {
    host = machine('words')
    sh('mkdir -p /a /b; jail -c name=j path=/jt persist vnet')
  })
  afterAll(() => {
    host.destroy()
  })

  it('mount -p prints a blank and a tab after options of several words', () => {
    sh('mount -t tmpfs -o noexec,nosuid tmpfs /a')
    expect(sh('mount -p -t tmpfs | grep /a').stdout).toBe(
      'tmpfs\t\t\t/a\t\t\ttmpfs\trw,noexec,nosuid \t0 0\n',
    )
    sh('umount /a')
  })

  it('a forced unmount succeeds below another mount, which stays, but not for the source of a nullfs', () => {
    sh('mount -t tmpfs tmpfs /a; mkdir /a/sub; mount -t tmpfs on /a/sub')
    expect(sh('umount /a').stderr).toBe('umount: unmount of /a failed: Device busy\n')
    expect(sh('umount -f /a').status).toBe(0)
    expect(sh('mount -p | cut -f4 | grep /a; mount | grep -c /a/sub').stdout).toBe('/a/sub\n1\n')
    expect(sh('umount /a/sub').status).toBe(0)
    sh('mkdir /c; mount -t tmpfs tmpfs /c; mkdir /c/sub; mount -t tmpfs on /c/sub; umount -f /c; rmdir /c')
    const id = /fsid ([0-9a-f]+)/.exec(sh('mount -v | grep /c/sub').stdout)?.[1]
    expect(sh(`umount ${id}`)).toMatchObject({ status: 0, stderr: '' })
    sh('mount -t tmpfs tmpfs /a; mount -t nullfs /a /b')
    expect(sh('umount -f /a').stderr).toBe('umount: unmount of /a failed: Device busy\n')
    sh('umount /b; umount /a')
  })

  it('linsysfs has five directories and lists the processors', () => {
    sh('kldload linsysfs; mount -t linsysfs linsys /a')
    expect(sh('ls /a').stdout).toBe('bus\nclass\ndev\ndevices\nkernel\n')
    expect(sh('cat /a/devices/system/cpu/online').stdout).toMatch(/^0(-[0-9]+)?\n$/)
    sh('umount /a')
  })

  it('kldunload, netstat -j, sysctl -j and jls name a missing object, each in its own words', () => {
    expect(sh('kldunload nosuch')).toEqual({
      status: 1,
      stdout: '',
      stderr: "kldunload: can't find file nosuch\n",
    })
    expect(sh('kldunload kernel').stderr).toBe("kldunload: can't unload file: Device busy\n")
    expect(sh('netstat -j ghost -rn')).toEqual({
      status: 69,
      stdout: '',
      stderr: 'netstat: Jail not found\n',
    })
    expect(sh('netstat -j j -rn').stdout).toBe('Routing tables\n')
    expect(sh('sysctl -j ghost -n kern.hostname').stderr).toBe('sysctl: jail not found\n')
    expect(sh('sysctl -j j -n security.jail.jailed; sysctl -n security.jail.jailed').stdout).toBe('1\n0\n')
    expect(sh('jls -j 0 jid').stderr).toBe('jls: jail "0" not found\n')
  })

  it('sysctl accepts a dot at the end of a name', () => {
    expect(sh('sysctl kern.racct.').stdout).toBe(sh('sysctl kern.racct').stdout)
    expect(sh('sysctl kern.ostype.').stdout).toBe('kern.ostype: FreeBSD\n')
    expect(sh('sysctl kern..ostype').stderr).toBe("sysctl: unknown oid 'kern..ostype'\n")
  })

  it('ifconfig accepts a multicast Ethernet address', () => {
    expect(
      sh('e=$(ifconfig epair create); ifconfig $e ether 01:02:03:04:05:06; ifconfig $e | grep ether').stdout,
    ).toBe('\tether 01:02:03:04:05:06\n')
    sh('ifconfig epair0a destroy')
  })
})
