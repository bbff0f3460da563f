import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machine, obstacle } from './machine.ts'

if (obstacle !== undefined) console.log(`skipped: ${obstacle}`)

/** Mounts a nullfs; gives `hung` for a caller that still waits after so many seconds. */
const mounting = (host: ReturnType<typeof machine>, from: string, on: string, seconds = 60): string => {
  const done = host.sh(`timeout ${seconds} mount -t nullfs ${from} ${on}`)
  return done.status === 124 ? 'hung' : done.status === 0 ? 'mounted' : done.stderr
}
/** The same where a mount is expected to hang, for which nobody should wait long. */
const hanging = (host: ReturnType<typeof machine>, from: string, on: string) => mounting(host, from, on, 2)
const DEADLOCK = (on: string) => `mount_nullfs: ${on}: Resource deadlock avoided\n`

describe.skipIf(obstacle !== undefined)('a nullfs of an object on itself', () => {
  describe('with --self-mount hang, as on FreeBSD', () => {
    let host: ReturnType<typeof machine>
    beforeAll(() => {
      host = machine('hang', '--self-mount', 'hang')
      host.sh('mkdir -p /a/sub /b /c; echo one > /a/f; ln -s /a /link; mkdir -p /other/sub')
    })
    afterAll(() => {
      host.destroy()
    })

    it('a nullfs of an object on itself hangs for a directory, a file, and a directory behind a link', () => {
      expect(hanging(host, '/a', '/a')).toBe('hung')
      expect(hanging(host, '/a/f', '/a/f')).toBe('hung')
      expect(hanging(host, '/link', '/a')).toBe('hung')
      expect(host.sh('mount -p | grep -c nullfs').stdout).toBe('0\n')
    })

    it('a nullfs of an object on itself hangs when another nullfs shows the object', () => {
      expect(mounting(host, '/a', '/b')).toBe('mounted')
      expect(hanging(host, '/b', '/a')).toBe('hung')
      expect(hanging(host, '/b/sub', '/a/sub')).toBe('hung')
      expect(hanging(host, '/b', '/b')).toBe('hung')
      expect(mounting(host, '/b', '/c')).toBe('mounted')
      expect(hanging(host, '/a', '/c')).toBe('hung')
    })

    it('a nullfs on itself is EDEADLK when the covered object is one of a nullfs of its source', () => {
      expect(mounting(host, '/a', '/b')).toBe(DEADLOCK('/b'))
      expect(mounting(host, '/a/sub', '/b/sub')).toBe(DEADLOCK('/b/sub'))
      expect(mounting(host, '/b', '/c')).toBe(DEADLOCK('/c'))
    })

    it('a nullfs of one object on another does not hang, even when their inode numbers are equal', () => {
      host.sh('umount /c; umount /b; mount -t tmpfs tmpfs /b; mount -t tmpfs tmpfs /c')
      expect(mounting(host, '/b', '/c')).toBe('mounted')
      expect(mounting(host, '/other', '/a')).toBe('mounted')
    })
  })

  it('a nullfs of an object on itself is made on a host that was started with that permission', () => {
    const host = machine('selfmount', '--self-mount', 'allow')
    try {
      host.sh('mkdir /a')
      expect(mounting(host, '/a', '/a')).toBe('mounted')
      expect(mounting(host, '/a', '/a')).toBe('mounted')
    } finally {
      host.destroy()
    }
  })
})
