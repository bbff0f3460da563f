import fs from 'node:fs'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machine, obstacle, simhost, traces } from './machine.ts'

if (obstacle !== undefined) console.log(`skipped: ${obstacle}`)

describe.skipIf(obstacle !== undefined)('a simulated host', () => {
  let host: ReturnType<typeof machine>
  beforeAll(() => {
    host = machine('host')
  })
  afterAll(() => {
    host.destroy()
  })

  it('simhost exec passes streams, exit status, directory and environment through', () => {
    expect(host.sh('echo out; echo err >&2; exit 7')).toEqual({ status: 7, stdout: 'out\n', stderr: 'err\n' })
    expect(host.sh('kill -9 $$').status).toBe(137)
    expect(host.exec('nosuchprogram').status).toBe(127)
    process.env.SIMHOST_TEST = 'through'
    expect(host.sh('echo $SIMHOST_TEST; pwd').stdout).toBe('through\n/\n')
  })

  it("a simulated host has FreeBSD's tools at their absolute paths and in front of PATH", () => {
    expect(host.sh('/usr/bin/uname -sr; uname -s; /sbin/sysctl -n kern.osreldate').stdout).toBe(
      'FreeBSD 15.1-RELEASE-p1\nFreeBSD\n1501000\n',
    )
    expect(host.sh('hostname; id').stdout).toBe('fbsd15\nuid=0(root) gid=0(wheel) groups=0(wheel)\n')
  })

  it.skipIf(!fs.realpathSync('/bin/sh').endsWith('/dash'))(
    "a simulated host has a shell with the messages of FreeBSD's shell",
    () => {
      expect(host.sh('cat < /nope').stderr).toBe('sh: cannot open /nope: No such file or directory\n')
      expect(host.sh('echo x > /no/dir').stderr).toBe(
        'sh: cannot create /no/dir: No such file or directory\n',
      )
      expect(host.sh('cd /nope').stderr).toBe('cd: /nope: No such file or directory\n')
      expect(host.sh('nosuch')).toEqual({ status: 127, stdout: '', stderr: 'sh: nosuch: not found\n' })
      // The shell becomes its last command, so that no shell is left to say `Killed`.
      expect(host.sh('sh -c "kill -9 \\$\\$"')).toEqual({ status: 137, stdout: '', stderr: '' })
      expect(host.sh('true; (exit 3) || echo three; exit 4')).toEqual({
        status: 4,
        stdout: 'three\n',
        stderr: '',
      })
    },
  )

  it('a simulated host shows nothing of itself on the machine', () => {
    host.sh('mkdir /only-inside; mount -t tmpfs tmpfs /only-inside')
    expect(traces()).toEqual([])
    expect(fs.existsSync('/only-inside')).toBe(false)
    expect(fs.existsSync('/rescue')).toBe(false)
    expect(host.sh('umount /only-inside; rmdir /only-inside').status).toBe(0)
  })

  it('two simulated hosts run side by side', () => {
    const other = machine('other', '--racct', '--hostname', 'second')
    try {
      expect(simhost('list').stdout.split('\n')).toEqual(expect.arrayContaining([host.name, other.name]))
      host.sh('jail -c name=one path=/jt persist')
      expect(other.sh('jls name; hostname; sysctl -n kern.racct.enable').stdout).toBe('second\n1\n')
      expect(host.sh('jls name; sysctl -n kern.racct.enable; jail -r one').stdout).toBe('one\n0\n')
    } finally {
      expect(other.destroy().status).toBe(0)
    }
    expect(fs.existsSync(other.scratch)).toBe(false)
  })

  it('a reboot changes the boot time, removes jails, mounts and modules, and keeps files', () => {
    host.sh(
      'echo kept > /kept; kldload nullfs; mount -t tmpfs tmpfs /jt/mnt; jail -c name=r path=/jt persist',
    )
    const before = host.sh('sysctl -n kern.boottime').stdout
    expect(simhost('reboot', host.name).status).toBe(0)
    const after = host.sh(
      'sysctl -n kern.boottime; cat /kept; jls name; mount | grep -c /jt; kldstat -q -m nullfs || echo gone',
    )
    expect(after.stdout.split('\n').slice(1)).toEqual(['kept', '0', 'gone', ''])
    expect(after.stdout.split('\n')[0]).not.toBe(before.trim())
  })

  it('a reboot removes files and sockets below /var/run, and keeps directories, FIFOs and links', () => {
    host.sh(
      'mkdir -p /var/run/app/deep; cd /var/run/app; echo x > file; echo y > deep/file; mkfifo fifo; ln -s file link',
    )
    const listen =
      "require('net').createServer().listen('/var/run/app/sock', () => process.kill(process.pid, 9))"
    host.exec(process.execPath, '-e', listen)
    expect(host.sh('ls /var/run/app').stdout).toBe('deep\nfifo\nfile\nlink\nsock\n')
    expect(simhost('reboot', '--no-cleanvar', host.name).status).toBe(0)
    expect(host.sh('ls /var/run/app').stdout).toBe('deep\nfifo\nfile\nlink\nsock\n')
    expect(simhost('reboot', host.name).status).toBe(0)
    expect(host.sh('ls /var/run/app /var/run/app/deep').stdout).toBe(
      '/var/run/app:\ndeep\nfifo\nlink\n\n/var/run/app/deep:\n',
    )
    expect(host.sh('ls /var/run/clean_var').status).toBe(0)
  })

  it('simhost destroy ends every process inside, in jails and in new sessions too', () => {
    const other = machine('end')
    // No other program of the machine has these words.
    const words = `sleep 9871.${process.pid}`
    other.sh(`jail -c name=j path=/jt persist; jexec j ${words} >/dev/null 2>&1 </dev/null &`)
    other.sh(`setsid ${words} >/dev/null 2>&1 </dev/null &`)
    other.sh(
      'until [ "$(pgrep -j j sleep | wc -l)" -eq 1 ] && [ "$(pgrep sleep | wc -l)" -eq 2 ]; do sleep 0.1; done',
    )
    const sleeping = () =>
      fs
        .readdirSync('/proc')
        .filter(pid => /^[0-9]+$/.test(pid))
        .filter(pid => {
          try {
            return fs.readFileSync(`/proc/${pid}/cmdline`, 'latin1').replaceAll('\0', ' ').includes(words)
          } catch {
            return false
          }
        })
    expect(sleeping()).toHaveLength(2)
    expect(other.destroy().status).toBe(0)
    expect(sleeping()).toEqual([])
    expect(traces()).toEqual([])
  })
})

describe.skipIf(obstacle !== undefined)('simhost itself', () => {
  it('simhost reports an error in one line', () => {
    expect(simhost('exec', 'no-such-host', '--', 'true')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'simhost: no host no-such-host\n',
    })
    expect(simhost('create', 'a/b').stderr).toBe("simhost: a/b: a host's name is letters, digits, - and _\n")
    expect(simhost('frob', 'x').status).toBe(1)
  })
})
