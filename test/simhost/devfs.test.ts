import { describe, expect, it } from 'vitest'
import { loadDefaultRules } from '../../conformance/simhost/rules/devfs/defaults.ts'
import { DevfsKernel, type DevfsMount } from '../../conformance/simhost/rules/devfs/kernel.ts'
import { MODULE_NODES } from '../../conformance/simhost/rules/devfs/nodes.ts'
import { devfsTool } from '../../conformance/simhost/rules/devfs/tool.ts'

function host(stdin = '') {
  const kernel = new DevfsKernel()
  const dev = kernel.mount(0)
  loadDefaultRules(kernel, dev)
  const mounts = new Map<string, DevfsMount | 'other'>([
    ['/dev', dev],
    ['/tmp', 'other'],
  ])
  const run = (words: string, input = stdin) =>
    devfsTool(words.split(' '), {
      kernel,
      open: path => mounts.get(path),
      privileged: true,
      stdin: () => input,
    })
  return { kernel, mounts, run }
}

const names = (mount: DevfsMount) =>
  mount
    .visible()
    .map(entry => entry.name)
    .filter(name => !name.includes('/'))

describe('devfs(8)', () => {
  it('devfs(8) numbers rules 100, 200 and so on, and refuses a number that is taken', () => {
    const { run } = host()
    expect(run('rule -s 500 add 250 path mem unhide group 44 user root').status).toBe(0)
    expect(run('rule -s 500 add path null hide').status).toBe(0)
    expect(run('rule -s 500 add 250 hide')).toEqual({
      status: 1,
      stdout: '',
      stderr: 'devfs rule: ioctl DEVFSIO_RADD: File exists\n',
    })
    expect(run('rule -s 500 show').stdout).toBe(
      '250 path mem unhide user root group video\n350 path null hide\n',
    )
  })

  it('devfs(8) stops silently at an empty line of standard input', () => {
    const { run } = host()
    expect(run('rule -s 7 add -', 'hide\n\npath null unhide\n').status).toBe(0)
    expect(run('rule -s 7 show').stdout).toBe('100 hide\n')
    expect(run('rule -s 7 add -', '# comment\n').stderr).toBe('devfs rule: unknown argument: #\n')
    expect(run('rule -s 7 add -', '   \n').stderr).toBe('devfs rule: unexpected end of rulespec\n')
    expect(run('rule -s 7 add -', '100 hide\n').stderr).toBe('devfs rule: ioctl: File exists\n')
  })

  it('an empty ruleset that nothing uses disappears, and one that a mount or an include uses stays', () => {
    const { kernel, run } = host()
    run('rule -s 100 add hide')
    run('rule -s 101 add include 100')
    run('rule -s 100 delset')
    expect(run('rule showsets').stdout).toBe('1\n2\n3\n4\n5\n100\n101\n')
    run('rule -s 101 delset')
    expect(run('rule showsets').stdout).toBe('1\n2\n3\n4\n5\n')
    const mount = kernel.mount(900)
    expect(kernel.numbers()).toContain(900)
    kernel.unmount(mount)
    expect(kernel.numbers()).not.toContain(900)
  })

  it.each([
    ['rule -s 9 add path', 'devfs rule: expecting argument for path'],
    ['rule -s 9 add mode 99', 'devfs rule: invalid mode: 99'],
    ['rule -s 9 add user nosuchuser', 'devfs rule: error converting to integer: nosuchuser'],
    ['rule -s 70000 show', 'devfs rule: error converting to number: 70000'],
    ['rule -s 9 add 65500 hide include 777', 'devfs rule: ioctl DEVFSIO_RADD: No such process'],
    ['rule -s 9 applyset', 'devfs rule: ioctl DEVFSIO_SAPPLY: No such process'],
    ['rule add hide', 'devfs rule: ioctl DEVFSIO_RADD: Input/output error'],
    ['-m /tmp rule show', 'devfs rule: ioctl DEVFSIO_RGETNEXT: Inappropriate ioctl for device'],
    ['-m /nope rule show', 'devfs: open: /nope: No such file or directory'],
    ['ruleset x', 'devfs ruleset: error converting to number: x'],
    ['nosuch', 'devfs: unknown command: nosuch'],
  ])('devfs(8) fails for %s: %s', (words, message) => {
    const answer = host().run(words)
    expect(answer).toEqual({ status: 1, stdout: '', stderr: `${message}\n` })
  })

  it('devfs(8) says Result too large when automatic numbers run out', () => {
    const { run } = host()
    run('rule -s 9 add 65500 hide')
    expect(run('rule -s 9 add hide').stderr).toBe('devfs rule: ioctl DEVFSIO_RADD: Result too large\n')
  })
})

describe('what a mount shows', () => {
  it('a mount with ruleset 4 shows the devices that a jail may have', () => {
    const { kernel } = host()
    expect(names(kernel.mount(4))).toEqual([
      'fd',
      'null',
      'random',
      'stderr',
      'stdin',
      'stdout',
      'urandom',
      'zero',
    ])
  })

  it('a mount with a missing ruleset shows all 60 devices', () => {
    const { kernel } = host()
    expect(names(kernel.mount(999))).toHaveLength(60)
  })

  it('include goes one level deep: a set that includes 4 gets its own rules only', () => {
    const { kernel, run } = host()
    run('rule -s 100 add include 4')
    expect(names(kernel.mount(100))).toHaveLength(60)
  })

  it('a hidden directory hides its contents, and a link is matched by its own path', () => {
    const { kernel, run, mounts } = host()
    kernel.addNodes(MODULE_NODES.drm!)
    const mount = kernel.mount(4)
    mounts.set('/jt/dev', mount)
    run('-m /jt/dev rule apply path drm/128 unhide mode 0666')
    expect(names(mount)).not.toContain('drm')
    run('-m /jt/dev rule apply path drm unhide')
    run('-m /jt/dev rule apply path dri unhide')
    run('-m /jt/dev rule apply path dri/renderD* unhide')
    const shown = mount.visible().filter(entry => /^dr[im]/.test(entry.name))
    expect(shown.map(entry => [entry.name, entry.mode.toString(8)])).toEqual([
      ['dri', '555'],
      ['dri/renderD128', '755'],
      ['drm', '555'],
      ['drm/128', '666'],
    ])
  })

  it('the rules of existing mounts are applied to a new device', () => {
    const { kernel } = host()
    const jail = kernel.mount(4)
    const open = kernel.mount(0)
    kernel.addNodes(MODULE_NODES.fusefs!)
    expect(names(jail)).toContain('fuse')
    kernel.addNodes(MODULE_NODES.pf!)
    expect(names(jail)).not.toContain('pf')
    expect(names(open)).toContain('pf')
    kernel.removeNodes(['pf'])
    expect(names(open)).not.toContain('pf')
  })
})
