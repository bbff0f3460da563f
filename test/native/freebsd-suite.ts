/** FreeBSD's half of src/host/ in the engine of the product: what it gives and calls, on the libc of `freebsd-libc.ts`. */
import { describe, expect, it } from 'vitest'

/** What an action of `parts/freebsd.ts` gives, or its error, and the calls that it made. */
interface Outcome {
  gives?: unknown
  fails?: string
  called: string[]
}

/** The tests of a program that has the part `freebsd`; `ask` runs it. */
export function freebsdTestsOf(ask: (part: string, ...args: readonly string[]) => unknown): void {
  const run = (what: string) => ask('freebsd', what) as Outcome

  describe("FreeBSD's half of the host, in this engine", () => {
    it('types the parameters of jail_set(2) by the catalogue', () => {
      expect(run('jailSet')).toEqual({
        gives: 7,
        called: [
          'jail_set 1 path 47,106,97,105,108,115,47,120 persist NULL vnet 1,0,0,0 host 2,0,0,0 ' +
            'allow.mount NULL allow.nomount NULL ip4.addr 10,0,0,1,10,0,0,2 ' +
            'host.hostid 255,255,255,255,255,255,255,255 meta.a 98,0',
        ],
      })
      expect(run('unknown parameter')).toEqual({
        fails: 'jail_set: unknown parameter: nosuch',
        called: [],
      })
    })

    it('reads parameters of a jail, processes, oids and mounts', () => {
      expect(run('jailParams').gives).toEqual({
        jid: '7',
        path: '/jails/x',
        'allow.mount': 'true',
        host: 'disable',
        'ip4.addr': '10.0.0.1',
        'host.hostid': '0',
      })
      const process = { pid: 42, jid: 0, zombie: false, stopped: false, start: '100000000' }
      expect(run('processes').gives).toEqual([process, null, [50]])
      expect(run('sysctl').gives).toBe('FreeBSD')
      expect(run('mounts').gives).toEqual([
        { on: '/', fstype: 'zfs', from: '', fsid: '0'.repeat(16), flags: ['ro', 'nosuid'] },
      ])
    })

    it('mounts and unmounts', () => {
      expect(run('unmount').called).toEqual(['unmount FSID:67305985:-2147023355 8080000'])
      expect(run('nmount')).toEqual({
        fails: 'nmount .: mount option <x> is unknown: Invalid argument',
        called: ['nmount 800000 fstype tmpfs fspath . ro NULL errmsg '],
      })
    })

    it('adds, applies, lists and deletes rules of devfs', () => {
      const { gives, called } = run('devfs')
      expect(gives).toEqual([['path pts/* unhide user 5 mode 660'], []])
      const ioctls = called.filter(line => line.startsWith('ioctl'))
      expect(ioctls.slice(0, 3)).toEqual(['ioctl c0ec4400 236', 'ioctl 80ec4402 236', 'ioctl c0ec4404 236'])
      expect(called).toContain('openat /j/dev 120000')
    })

    it('limits resources and processors, and loads modules', () => {
      expect(run('rctl')).toEqual({
        gives: [null, 'cputime=0'],
        called: ['rctl_add_rule jail:x:maxproc:deny=3 22'],
      })
      expect(run('modules').gives).toEqual([null, true])
      expect(run('cpuset').called[0]).toMatch(/^cpuset_setaffinity 3 5 7 128 1,2,0,0/)
    })

    it('brings lo0 up', () => {
      expect(run('loopback').called.filter(line => line.startsWith('ioctl'))).toEqual([
        'ioctl 8044692b 68',
        'ioctl 8088691b 136',
        'ioctl c0206911 32',
        'ioctl 80206910 32',
      ])
    })

    it('waits for signals, descriptors and children', () => {
      expect(run('signals')).toEqual({
        gives: [{ name: 'CHLD', pid: 99 }, null],
        called: [
          expect.stringMatching(/^sigprocmask 1 1,0,8,32,0/),
          expect.stringMatching(/^sigprocmask 3 0,0,0,0,0/),
        ],
      })
      expect(run('poll').gives).toEqual([{ fd: 3, read: true, write: false }])
      expect(run('wait').gives).toEqual({ status: 3 })
    })

    it('starts a process with default signals, the descriptors in their places and a group of its own', () => {
      const { gives, called } = run('spawn')
      expect(gives).toBe(1234)
      const told = (name: string) => called.filter(line => line.startsWith(`${name} `))
      expect(told('posix_spawn')).toEqual(['posix_spawn /bin/x: x y; A=b'])
      expect(
        told('posix_spawn_file_actions_adddup2').map(line => line.split(' ').slice(-2).join(' ')),
      ).toEqual(['7 0', '8 1', '9 2'])
      expect(told('posix_spawnattr_setflags')[0]).toMatch(/ 50$/)
      // KILL is 9 and STOP is 17.
      expect(told('posix_spawnattr_setsigdefault')[0]).toMatch(/ 255,254,254(,255){13}$/)
    })

    it('becomes the program of a jail', () => {
      expect(run('tracing').called).toEqual(['ktrace null 1 16777215 42', 'procctl 0 0 7 2,0,0,0'])
      expect(run('credentials').called).toEqual([
        'setgroups 2 233,3,0,0,5,0,0,0',
        'setgid 1001',
        'setuid 1000',
      ])
      expect(run('rlimit').called).toEqual(['setrlimit 8 10,0,0,0,0,0,0,0,255,255,255,255,255,255,255,127'])
    })

    it('reads directories and the status of files', () => {
      expect(run('directory').gives).toEqual(['dev'])
      expect(run('stat').gives).toMatchObject({ kind: 'file', mode: 0o640, size: 77 })
    })
  })
}
