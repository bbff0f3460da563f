import { beforeEach, describe, expect, it } from 'vitest'
import { setJail } from '../../../src/container/jail/set-jail.ts'
import { SyscallError } from '../../../src/errors.ts'
import { type FakeHost, fakeHost } from '../fake-host.ts'

let host: FakeHost
beforeEach(() => {
  host = fakeHost()
})

const NAME = ['name', 'web'] as const

/** The error of a jail that the kernel refuses with this text. */
function refusal(message: string, errno = 'EINVAL'): SyscallError {
  return new SyscallError('jail_set', errno, message, 'web')
}

describe('a jail that is made', () => {
  it('a new jail yields its number, and no module is loaded that the kernel has', () => {
    expect(setJail(host, 'web', [NAME, ['allow.mount', true], ['allow.mount.tmpfs', true]], 'create')).toBe(1)
    expect(host.calls).toEqual(['jail_set create name=web allow.mount allow.mount.tmpfs'])
  })

  it('a new jail has the modules of its parameters loaded first, as libjail does', () => {
    host.kernel.sysctlExists = () => false
    const parameters = [
      NAME,
      ['linux.osname', 'Linux'],
      ['sysvshm', 'new'],
      ['allow.mount.zfs', true],
      ['allow.sysvipc', true],
    ] as const
    setJail(host, 'web', parameters, 'create')
    expect(host.calls.slice(0, -1)).toEqual(['kldload linux', 'kldload sysvshm', 'kldload zfs'])
  })

  it('a new jail is still tried when a module cannot be loaded, so that the kernel names the unknown parameter', () => {
    host.kernel.sysctlExists = () => false
    host.kernel.kldLoad = name => {
      throw new SyscallError('kldload', 'ENOENT', 'No such file or directory', name)
    }
    host.kernel.jailSet = () => {
      throw refusal('unknown parameter: linux')
    }
    expect(() => setJail(host, 'web', [NAME, ['linux', 'new']], 'create')).toThrow(
      expect.objectContaining({ stderr: 'jail: web: unknown parameter: linux' }),
    )
  })
})

describe('a jail that is refused', () => {
  it("a refused jail fails in the kernel's own words where it gives some", () => {
    host.kernel.jailSet = () => {
      throw refusal('IPv4 addresses clash', 'EADDRINUSE')
    }
    expect(() => setJail(host, 'web', [NAME, ['persist', true]], 'create')).toThrow(
      expect.objectContaining({
        stderr: 'jail: web: IPv4 addresses clash',
        argv: ['jail', '-c', 'name=web', 'persist'],
      }),
    )
  })

  it('a refused jail fails in the words of errno where the kernel gives none', () => {
    host.kernel.jailSet = () => {
      throw refusal('Operation not permitted', 'EPERM')
    }
    expect(() => setJail(host, 'web', [['jid', '3']], 'update')).toThrow(
      expect.objectContaining({
        stderr: 'jail: web: jail_set: Operation not permitted',
        argv: ['jail', '-m', 'jid=3'],
      }),
    )
  })

  it('an error that is no errno of the kernel is passed on unchanged by the making of a jail', () => {
    host.kernel.jailSet = () => {
      throw new TypeError('a bug')
    }
    expect(() => setJail(host, 'web', [NAME], 'create')).toThrow(TypeError)
  })
})
