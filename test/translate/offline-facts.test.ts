import { describe, expect, it } from 'vitest'
import { translate } from '../../src/translate/index.ts'
import { fixedFacts, offlineFacts } from '../../src/translate/offline-facts.ts'
import { DEV, rules } from './support.ts'

describe('fixed facts', () => {
  it('the fixed facts are those of a stock FreeBSD 15.1', () => {
    const facts = fixedFacts()
    expect(facts.jailParam('vnet')).toBe('jailsys')
    expect(facts.jailParam('allow.mlock')).toBe('bool')
    expect(facts.jailParam('allow.vmm')).toBeUndefined()
    expect(facts.jailParam('nosuch')).toBeUndefined()
    for (const name of ['constructor', 'toString', '__proto__']) {
      expect(facts.jailParam(name)).toBeUndefined()
      expect(offlineFacts().jailParam(name)).toBeUndefined()
    }
    expect(facts.sysctl('kern.racct.enable')).toBe('0')
    expect([0, 1, 5, 6].map(number => facts.rulesetExists(number))).toEqual([false, true, true, false])
    expect(facts.pathKind('/dev/null')).toBe('device')
    expect(facts.pathKind('/dev/dri')).toBeUndefined()
    expect(facts.pathKind('/some/dir')).toBe('dir')
    expect(facts.pathKind('/etc/resolv.conf')).toBe('file')
  })

  it('each fixed fact can be replaced, by its absence too', () => {
    const facts = fixedFacts({
      paths: { '/x': undefined },
      jailParams: { vnet: undefined },
      rulesets: { 9: ['hide'] },
    })
    expect(facts.pathKind('/x')).toBeUndefined()
    expect(facts.jailParam('vnet')).toBeUndefined()
    expect(facts.rulesetExists(9)).toBe(true)
  })
})

describe('facts where nothing can be asked', () => {
  it('with the facts for a host that cannot be asked, every recipe has a plan with the names of Linux translated', () => {
    const made = translate({
      id: 'c1',
      bundle: {
        dir: '/b',
        config: {
          ociVersion: '1.3.0',
          root: { path: 'rootfs' },
          process: { args: ['/bin/sh'], cwd: '/' },
          mounts: [DEV],
          annotations: {
            'org.jailwright.device.profiles': 'bhyve,gpu-render,fuse,zfs,pf,audio,usb',
            'org.freebsd.jail.allow.vmm': 'true',
            'org.freebsd.jail.vnet': 'new',
            'org.jailwright.limits.maxproc': '5',
          },
          linux: { devices: [{ type: 'c', path: '/dev/kvm', major: 10, minor: 232 }] },
        },
      },
      facts: offlineFacts(),
    })
    expect(rules(made)).toEqual(
      expect.arrayContaining(['path vmmctl unhide', 'path dri/renderD* unhide', 'path fuse unhide']),
    )
    expect(rules(made).join()).not.toContain('kvm')
  })
})
