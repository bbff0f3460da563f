import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { machine, obstacle } from './machine.ts'

if (obstacle !== undefined) console.log(`skipped: ${obstacle}`)

describe.skipIf(obstacle !== undefined)('calls of the simulated kernel that stand beside its tools', () => {
  let host: ReturnType<typeof machine>
  const sh = (line: string) => host.sh(line)
  /** Gives the answer of a call from the host, or `ERRNO: text`. */
  const call = (name: string, ...args: unknown[]): unknown => {
    const done = host.exec('simhost-call', name, ...args.map(arg => JSON.stringify(arg)))
    return done.status === 0 ? JSON.parse(done.stdout) : done.stderr.trimEnd()
  }
  beforeAll(() => {
    host = machine('calls', '--racct')
  })
  afterAll(() => {
    host.destroy()
  })

  describe('jailSet', () => {
    it('jailSet makes the jail that jail(8) makes of the same words', () => {
      const words = ['path=/jt', 'persist', 'vnet=new', 'allow.nosuser', 'children.max=3', 'meta.a=b']
      sh(`jail -c name=one ${words.join(' ')}`)
      const pairs = words.map(word => (word.includes('=') ? word.split('=') : [word, true]))
      const jid = call('jailSet', [['name', 'two'], ...pairs], 'create')
      const shown = (name: string) =>
        sh(`jls -j ${name} -n all`).stdout.replace(/\b(jid|name|cpuset\.id)=\S+/g, '')
      expect(sh('jls -j two jid').stdout.trim()).toBe(String(jid))
      expect(shown('two')).toBe(shown('one'))
      expect(shown('two')).toContain('allow.nosuser')
      sh('jail -r one two')
    })

    it("jailSet changes a jail named by jid or by name, and has the kernel's messages", () => {
      const jid = call(
        'jailSet',
        [
          ['name', 'j'],
          ['path', '/jt'],
          ['persist', true],
        ],
        'create',
      )
      expect(
        call(
          'jailSet',
          [
            ['name', 'j'],
            ['allow.mlock', true],
          ],
          'update',
        ),
      ).toBe(jid)
      expect(
        call(
          'jailSet',
          [
            ['jid', String(jid)],
            ['securelevel', '2'],
          ],
          'update',
        ),
      ).toBe(jid)
      expect(sh('jls -j j -n allow.mlock securelevel').stdout).toBe('allow.mlock securelevel=2\n')
      for (const [parameters, mode, answer] of [
        [
          [
            ['name', 'j'],
            ['persist', true],
          ],
          'create',
          'EEXIST: jail "j" already exists',
        ],
        [[['name', 'x']], 'create', 'EINVAL: new jail must persist or attach'],
        [
          [
            ['name', 'x'],
            ['persist', true],
            ['path', '/nosuch'],
          ],
          'create',
          'ENOENT',
        ],
        [
          [
            ['name', 'a.x'],
            ['persist', true],
          ],
          'create',
          'ENOENT: jail "a" not found',
        ],
        [[['name', 'x']], 'update', 'ENOENT: jail "x" not found'],
        [[['persist', true]], 'update', 'ENOENT: update specified no jail'],
        [
          [
            ['name', 'j'],
            ['path', '/jt'],
          ],
          'update',
          'EINVAL: path cannot be changed after creation',
        ],
        [
          [
            ['name', 'j'],
            ['nosuch', '1'],
          ],
          'update',
          'EINVAL: unknown parameter: nosuch',
        ],
        [
          [
            ['name', 'j'],
            ['allow.mlock', 'x'],
          ],
          'update',
          'EINVAL: allow.mlock: unknown boolean value "x"',
        ],
        [
          [
            ['name', 'j'],
            ['ip4.addr', '1.2.3.4/8'],
          ],
          'update',
          'EINVAL: ip4.addr: not an IPv4 address: 1.2.3.4/8',
        ],
      ] as const)
        expect(call('jailSet', parameters, mode)).toBe(answer)
      sh('jail -r j')
    })

    it('jailSet loads no module, so that a parameter is unknown before its module is loaded', () => {
      const parameters = [
        ['name', 'm'],
        ['persist', true],
        ['allow.mount.fdescfs', true],
      ]
      expect(call('jailSet', parameters, 'create')).toBe('EINVAL: unknown parameter: allow.mount.fdescfs')
      expect(call('kldLoad', 'fdescfs')).toBe(null)
      expect(call('jailSet', parameters, 'create')).toEqual(expect.any(Number))
      sh('jail -r m')
    })

    it('jailSet checks a jail that is named by its jid against the jail of the caller', () => {
      call(
        'jailSet',
        [
          ['name', 'a'],
          ['path', '/jt'],
          ['persist', true],
          ['children.max', '2'],
        ],
        'create',
      )
      const b = call(
        'jailSet',
        [
          ['name', 'a.b'],
          ['path', '/jt'],
          ['persist', true],
        ],
        'create',
      )
      expect(
        call(
          'jailSet',
          [
            ['jid', String(b)],
            ['name', 'a.b'],
          ],
          'update',
        ),
      ).toBe("EINVAL: cannot change jail's parent")
      expect(sh('jail -m name=a.b children.max=1')).toMatchObject({
        status: 1,
        stderr: "jail: cannot change jail's parent\n",
      })
      expect(
        call(
          'jailSet',
          [
            ['jid', String(b)],
            ['children.max', '1'],
          ],
          'update',
        ),
      ).toBe(b)
      expect(
        call(
          'jailSet',
          [
            ['name', 'a.b'],
            ['children.max', '2'],
          ],
          'update',
        ),
      ).toBe('EPERM')
      expect(sh('jls -j a.b -n children.max').stdout).toBe('children.max=1\n')
      sh('jail -r a')
    })
  })

  describe('devfs rules', () => {
    it('the calls for devfs rules give those of devfs(8), by number and in order', () => {
      expect(call('devfsAddRule', 700, 'hide')).toBe(null)
      expect(call('devfsAddRule', 700, 'path null unhide mode 0600')).toBe(null)
      sh('devfs rule -s 700 add path zero unhide group operator')
      expect(call('devfsRules', 700)).toEqual([
        'hide',
        'path null unhide mode 600',
        'path zero unhide group operator',
      ])
      expect(sh('devfs rule -s 700 show').stdout).toMatch(/^100 hide\n200 path null unhide mode 600\n300 /)
      expect(call('devfsRulesets')).toEqual([1, 2, 3, 4, 5, 700])
      expect(call('devfsDeleteRuleset', 700)).toBe(null)
      expect(call('devfsRules', 700)).toEqual([])
      expect(sh('devfs rule showsets').stdout).toBe('1\n2\n3\n4\n5\n')
    })

    it('a devfs rule is applied to the devfs that a path is on', () => {
      sh('devfs rule -s 701 add hide; mount -t devfs -o ruleset=701 devfs /jt/dev')
      expect(sh('ls /jt/dev').stdout).toBe('')
      expect(call('devfsApplyRule', '/jt/dev', 'path zero unhide')).toBe(null)
      expect(sh('cd /jt/dev && simhost-call devfsApplyRule \'"."\' \'"path null unhide"\'').status).toBe(0)
      expect(sh('ls /jt/dev').stdout).toBe('null\nzero\n')
      sh('umount /jt/dev; devfs rule -s 701 delset')
    })

    it('a devfs rule is refused with the errno of the kernel', () => {
      expect(call('devfsAddRule', 0, 'hide')).toBe('EIO')
      expect(call('devfsAddRule', 702, 'include 999')).toBe('ESRCH')
      expect(call('devfsAddRule', 702, 'nosuch')).toBe('EINVAL: unknown argument: nosuch')
      expect(call('devfsAddRule', 65_536, 'hide')).toBe('EINVAL')
      expect(call('devfsApplyRule', '/tmp', 'hide')).toBe('ENOTTY')
      expect(call('devfsApplyRule', '/nosuch', 'hide')).toBe('ENOENT')
      sh('devfs rule -s 703 add 65500 hide')
      expect(call('devfsAddRule', 703, 'hide')).toBe('ERANGE')
      expect(call('devfsAddRule', 703, '65500 hide')).toBe('EEXIST')
      sh('devfs rule -s 703 delset')
    })
  })

  it('rctl rules are added, listed and removed by the texts of rctl(8)', () => {
    sh('jail -c name=r path=/jt persist')
    expect(call('rctlAddRule', 'jail:r:maxproc:deny=10')).toBe(null)
    expect(call('rctlAddRule', 'jail:r:openfiles:deny=20')).toBe(null)
    expect(call('rctlRules', 'jail:r')).toBe('jail:r:openfiles:deny=20,jail:r:maxproc:deny=10')
    expect(call('rctlUsage', 'jail:r')).toMatch(/^cputime=0,datasize=0,.*,writeiops=0$/)
    expect(call('rctlRemoveRule', 'jail:r')).toBe(null)
    expect(call('rctlRemoveRule', 'jail:r')).toBe('ESRCH')
    expect(call('rctlRules', 'jail:r')).toBe('')
    expect(call('rctlAddRule', 'jail:r:cputime:deny=1')).toBe('EOPNOTSUPP')
    expect(call('rctlAddRule', 'jail:r:nosuch:deny=1')).toBe('EINVAL')
    sh('jail -r r')
  })

  it('a module may be loaded already, and is found by its own name and by that of its file', () => {
    expect(call('moduleLoaded', 'linux64elf')).toBe(false)
    expect(call('kldLoad', 'linux64')).toBe(null)
    expect(call('kldLoad', 'linux64')).toBe(null)
    expect(['linux64', 'linux64elf', 'linux64.ko', 'tmpfs'].map(name => call('moduleLoaded', name))).toEqual([
      true,
      true,
      true,
      true,
    ])
    expect(call('kldLoad', 'nosuch')).toBe('ENOENT')
  })

  it('a processor mask can be set for a jail below the caller only', () => {
    sh('jail -c name=c path=/jt persist')
    const jid = Number(sh('jls -j c jid').stdout)
    expect(call('cpusetJail', jid, [0])).toBe(null)
    expect(sh('cpuset -g -j c').stdout).toContain(`jail ${jid} mask: 0\n`)
    expect(call('cpusetJail', jid, [])).toBe('EDEADLK')
    expect(call('cpusetJail', jid, [1022])).toBe('EINVAL')
    expect(call('cpusetJail', 4711, [0])).toBe('ESRCH')
    expect(sh('jexec c simhost-call cpusetJail 0 "[0]"').stderr).toBe('ESRCH\n')
    sh('jail -r c')
  })

  it('lo0 of a vnet jail comes up from inside as ifconfig brings it up from outside', () => {
    sh(
      'jail -c name=v path=/jt persist vnet; jail -c name=w path=/jt persist vnet; jail -c name=p path=/jt persist',
    )
    expect(sh('jexec v ifconfig lo0').stdout).not.toContain('127.0.0.1')
    expect(sh('jexec v simhost-call loopbackUp')).toMatchObject({ status: 0, stdout: 'null\n' })
    sh('ifconfig -j w lo0 inet 127.0.0.1/8 up')
    const shown = (jail: string) =>
      sh(`jexec ${jail} ifconfig lo0`).stdout.replace(/scopeid \S+/, 'scopeid N')
    expect(shown('v')).toBe(shown('w'))
    expect(sh('jexec v ping -c 1 127.0.0.1').stdout).toContain('1 packets received')
    expect(sh('jexec p simhost-call loopbackUp').stderr).toBe('EPERM\n')
    sh('jail -r v w p')
  })

  it('none of these calls is permitted in a jail', () => {
    sh('jail -c name=n path=/jt persist children.max=1')
    const inside = (words: string) => sh(`jexec n simhost-call ${words}`).stderr
    expect(inside(`devfsRulesets`)).toBe('EPERM\n')
    expect(inside(`devfsAddRule 5 '"hide"'`)).toBe('EPERM\n')
    expect(inside(`rctlRules '"::"'`)).toBe('EPERM\n')
    expect(inside(`kldLoad '"nullfs"'`)).toBe('EPERM\n')
    sh('jail -r n')
  })
})
